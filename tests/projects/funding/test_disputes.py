"""Money that a giver's bank takes, holds or gives back, and what it blocks meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from projects.funding.models import Contribution
from projects.matching.models import Allocation
from tests.make import funding as make
from tests.projects.funding.reversing import books, disputed, lost, paid, refunded, won
from tests.projects.funding.test_refunds import left, nothing_differs, totals

if TYPE_CHECKING:
    from projects.matching.models import ProgrammeVersion

pytestmark = pytest.mark.django_db
State = Contribution.State


@pytest.fixture
def fund() -> ProgrammeVersion:
    return make.programme(pot_minor=1_000_00)


def is_blocked() -> bool:
    return Allocation.objects.values_list("is_blocked", flat=True).get()


def test_an_open_dispute_blocks_money_and_match_until_it_is_won(fund: ProgrammeVersion) -> None:
    gift = paid()
    make.allocate(fund.programme_id)

    key = disputed(gift, 100_00)

    assert (gift.state, gift.blocked_minor) == (State.DISPUTED, 100_00)
    assert books(gift) == {
        "escrow": (100_00, -100_00),
        "donor": (0, 100_00),
        "lost_fees": (-1_75, 0),
    }
    assert (totals(gift), left(fund), is_blocked()) == ((0, 200_00, 0), 800_00, True)
    nothing_differs()

    won(gift, 100_00, key=key)

    assert (gift.state, gift.blocked_minor) == (State.SETTLED, 0)
    assert books(gift) == {"escrow": (98_25, 0), "donor": (0, 0), "lost_fees": (0, 0)}
    assert (totals(gift), left(fund), is_blocked()) == ((100_00, 200_00, 1), 800_00, False)
    nothing_differs()


@pytest.mark.promise("M10")
def test_a_lost_dispute_takes_money_and_match_back_once(fund: ProgrammeVersion) -> None:
    gift = paid()
    make.allocate(fund.programme_id)
    key = disputed(gift, 100_00)

    lost(gift, 100_00, key=key)
    lost(gift, 100_00, key=key)

    assert (gift.state, gift.blocked_minor, gift.lost_minor) == (State.LOST, 0, 100_00)
    assert books(gift) == {"escrow": (0, 0), "donor": (0, 0), "lost_fees": (-1_75, 0)}
    assert (totals(gift), left(fund), is_blocked()) == ((0, 0, 0), 1_000_00, False)
    nothing_differs()


def test_news_of_the_opening_that_comes_after_the_end_changes_nothing() -> None:
    gift = paid()
    key = won(gift, 100_00)
    disputed(gift, 100_00, key=key)
    assert (gift.state, books(gift)["escrow"]) == (State.SETTLED, (98_25, 0))

    key = lost(gift, 100_00)
    disputed(gift, 100_00, key=key)
    assert (gift.state, books(gift)["escrow"]) == (State.LOST, (0, 0))


def test_a_refund_then_a_dispute_of_the_rest(fund: ProgrammeVersion) -> None:
    gift = paid()
    make.allocate(fund.programme_id)
    refunded(gift, 30_00)

    key = disputed(gift, 70_00)
    assert (gift.state, gift.refunded_minor, gift.blocked_minor) == (
        State.DISPUTED,
        30_00,
        70_00,
    )
    assert (totals(gift), left(fund)) == ((0, 140_00, 0), 860_00)
    lost(gift, 70_00, key=key)

    assert (gift.state, gift.refunded_minor, gift.lost_minor) == (State.LOST, 30_00, 70_00)
    assert books(gift) == {"escrow": (0, 0), "donor": (0, 0), "lost_fees": (-1_75, 0)}
    assert (totals(gift), left(fund)) == ((0, 0, 0), 1_000_00)
    nothing_differs()


@pytest.mark.promise("M10")
def test_what_a_bank_takes_beyond_the_gift_is_the_platforms_loss_not_the_campaigns() -> None:
    gift = paid()
    paid(gift.campaign, minor=50_00, fee_minor=0)
    refunded(gift, 30_00)

    lost(gift, 100_00)

    assert (gift.refunded_minor, gift.lost_minor) == (30_00, 70_00)
    assert books(gift) == {
        "escrow": (50_00, 0),
        "donor": (0, 0),
        "lost_fees": (-1_75, 0),
        "beyond": (-30_00, 0),
    }
    nothing_differs()


@pytest.mark.promise("M3")
def test_a_dispute_before_the_match_is_decided_blocks_it_all_the_same(
    fund: ProgrammeVersion,
) -> None:
    gift = paid()
    key = disputed(gift, 100_00)

    make.allocate(fund.programme_id)
    assert (left(fund), is_blocked()) == (800_00, True)
    won(gift, 100_00, key=key)

    assert (totals(gift), left(fund), is_blocked()) == ((100_00, 200_00, 1), 800_00, False)


def test_a_dispute_of_a_part_leaves_the_rest() -> None:
    gift = paid()

    key = disputed(gift, 20_00)
    assert totals(gift) == (80_00, 0, 1)
    lost(gift, 20_00, key=key)

    assert (gift.state, gift.lost_minor, totals(gift)) == (State.LOST, 20_00, (80_00, 0, 1))
    refunded(gift, 80_00)
    assert (gift.state, gift.refunded_minor, gift.lost_minor) == (State.LOST, 80_00, 20_00)
    nothing_differs()
