"""A bank takes back what was refunded, or asked back, already: each amount goes back once.

Which part of each is the gift's own is worked out from all of them together, whenever one changes.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from payments.ledger import selectors as ledger
from payments.money import Money
from payments.refunds.models import Refund
from projects.funding import selectors, services
from projects.funding.models import Contribution
from projects.matching import selectors as matching
from tests.make import funding as make
from tests.projects.funding import reversing
from tests.projects.funding.reversing import books, disputed, failed, lost, paid, refunded, won
from tests.projects.funding.test_refunds import left, nothing_differs, totals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projects.matching.models import ProgrammeVersion

pytestmark = pytest.mark.django_db
State = Contribution.State


@pytest.fixture
def fund() -> ProgrammeVersion:
    return make.programme(pot_minor=1_000_00)


@pytest.mark.promise("M10")
def test_a_refund_refused_because_of_a_dispute_leaves_all_of_the_gift_to_the_dispute(
    fund: ProgrammeVersion,
) -> None:
    gift = paid()
    make.allocate(fund.programme_id)
    services.refund_contribution(
        contribution_id=gift.pk,
        amount=Money(40_00, "EUR"),
        reason="asked for",
        requested_by="officer",
        now=make.NOON,
    )
    key = disputed(gift, 100_00)
    assert (gift.blocked_minor, books(gift)["beyond"]) == (60_00, (0, -40_00))

    failed(gift, 40_00, key=str(Refund.objects.get().pk))
    assert (gift.state, gift.blocked_minor) == (State.DISPUTED, 100_00)
    assert "beyond" not in books(gift)
    nothing_differs()
    lost(gift, 100_00, key=key)

    assert (gift.state, gift.lost_minor, gift.remaining.minor) == (State.LOST, 100_00, 0)
    assert books(gift) == {
        "escrow": (0, 0),
        "donor": (0, 0),
        "lost_fees": (-1_75, 0),
    }
    assert (totals(gift), left(fund)) == ((0, 0, 0), 1_000_00)
    nothing_differs()


@pytest.mark.promise("M10")
def test_a_refund_heard_of_after_a_dispute_counts_once_the_dispute_is_won(
    fund: ProgrammeVersion,
) -> None:
    gift = paid()
    make.allocate(fund.programme_id)
    key = disputed(gift, 100_00)
    refunded(gift, 100_00)
    assert (gift.state, gift.refunded_minor, gift.blocked_minor) == (State.REFUNDED, 100_00, 0)

    won(gift, 100_00, key=key)

    assert (gift.state, gift.refunded_minor) == (State.REFUNDED, 100_00)
    assert books(gift)["escrow"] == (0, 0)
    assert "beyond" not in books(gift)
    assert (totals(gift), left(fund)) == ((0, 0, 0), 1_000_00)
    nothing_differs()


@pytest.mark.promise("M10")
def test_a_refund_that_comes_back_leaves_the_lost_dispute_all_of_the_gift(
    fund: ProgrammeVersion,
) -> None:
    gift = paid()
    make.allocate(fund.programme_id)
    key = refunded(gift, 100_00)
    lost(gift, 100_00)
    assert (gift.state, books(gift)["beyond"]) == (State.REFUNDED, (-100_00, 0))

    failed(gift, 100_00, key=key)

    assert (gift.state, gift.lost_minor) == (State.LOST, 100_00)
    assert books(gift)["beyond"] == (0, 0)
    assert (totals(gift), left(fund)) == ((0, 0, 0), 1_000_00)
    nothing_differs()


NEWS = (
    ("refund", "taken", 60_00, "1"),
    ("refund", "held", 30_00, "2"),
    ("refund", "returned", 30_00, "2"),
    ("dispute", "held", 100_00, "3"),
    ("dispute", "taken", 100_00, "3"),
    ("refund", "held", 40_00, "4"),
    ("refund", "taken", 40_00, "4"),
    ("refund", "returned", 40_00, "4"),
)


def outcome(order: Sequence[int]) -> tuple[object, ...]:
    """Tell the news in an order, undo it all, and return what it had come to."""
    with transaction.atomic():
        fund = make.programme(id="fund", pot_minor=1_000_00)
        gift = paid(make.campaign())
        make.allocate(fund.programme_id)
        for place in order:
            kind, stage, minor, key = NEWS[place]
            reversing.hear(
                gift, reversing.Kind(kind), reversing.Stage(stage), minor, key=f"key-{key}"
            )
            nothing_differs()
        assert ledger.verify() == []
        found = (
            gift.state,
            gift.refunded_minor,
            gift.blocked_minor,
            gift.lost_minor,
            matching.matched_by_contribution(),
            books(gift),
        )
        transaction.set_rollback(True)
    return found


@pytest.mark.promise("M3")
@pytest.mark.promise("M10")
@pytest.mark.parametrize("orders", [4, pytest.param(20, marks=pytest.mark.slow)])
def test_more_than_the_gift_told_of_in_any_order_comes_to_the_same(orders: int) -> None:
    chance = random.Random(20_261_125)  # noqa: S311  The same orders every time.
    straight = outcome(range(len(NEWS)))

    assert straight[:5] == (State.LOST, 60_00, 0, 40_00, {})
    for _ in range(orders):
        order = [place for place in range(len(NEWS)) for _ in range(chance.randint(1, 2))]
        chance.shuffle(order)
        assert outcome(order) == straight, order


def test_the_totals_say_what_is_left_while_more_than_the_gift_is_asked_for() -> None:
    gift = paid()
    refunded(gift, 60_00)
    disputed(gift, 100_00)

    found = selectors.totals([gift.campaign])[gift.campaign_id]

    assert (gift.blocked_minor, found.contributed) == (40_00, Money(0, "EUR"))
