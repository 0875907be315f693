"""Match that goes back with its money: rows, pot, books, log and news."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from payments.models import EventDelivery
from payments.money import Money
from payments.reconciliation.models import QueuedException
from projects.matching import selectors, services
from projects.matching.events import MatchReduced
from projects.matching.models import Allocation, WaitingMoney
from projects.matching.services.earning import earn
from tests.make import matching as make
from tests.make import payments as make_payments
from tests.projects.matching.decisions import all_rows, decisions_on, left, steps_of

pytestmark = pytest.mark.django_db
LATER = make.NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _fund() -> None:
    make.programme(id="fund", pot_minor=1_000_00)


def matched(minor: int = 100_00) -> None:
    make.counted(make.gift(minor, ref="c1"))
    services.allocate_due(programme_id="fund", now=make.NOON)


def unwind(minor: int, cause: str = "refund:1") -> int:
    return services.unwind(
        contribution_ref="c1", remaining=Money(minor, "EUR"), cause=cause, now=LATER
    )


def decisions() -> list[tuple[str, int, str]]:
    return [(programme, minor, state) for _, programme, minor, state, _ in decisions_on("c1")]


@pytest.mark.promise("M10")
def test_a_partial_refund_gives_the_pot_its_part_back() -> None:
    matched()
    assert left() == 800_00

    assert unwind(70_00) == 60_00

    assert (left(), decisions()) == (860_00, [("fund", 140_00, "committed")])
    assert steps_of("c1")[-1] == ("committed", "committed", "refund:1")
    assert selectors.matched_by_contribution() == {"c1": 140_00}
    totals = selectors.matched_totals({"campaign:a-well": "EUR"})
    assert totals == {"campaign:a-well": Money(140_00, "EUR")}
    assert selectors.verify_differences() == []


@pytest.mark.promise("M10")
def test_the_same_refund_told_of_again_changes_nothing() -> None:
    matched()
    unwind(70_00)
    before = all_rows()

    assert unwind(70_00) == 0

    assert all_rows() == before


def test_a_full_refund_releases_the_match() -> None:
    matched()

    assert (unwind(70_00), unwind(0, "refund:2")) == (60_00, 140_00)

    assert (left(), decisions()) == (1_000_00, [("fund", 0, "released")])
    assert selectors.matched_by_contribution() == {}
    assert selectors.verify_differences() == []


@pytest.mark.promise("M3")
def test_a_refund_before_the_decision_comes_to_the_same() -> None:
    make.counted(make.gift(100_00, ref="c1"))

    assert unwind(70_00) == 0
    services.allocate_due(programme_id="fund", now=LATER)

    assert (left(), decisions()) == (860_00, [("fund", 140_00, "committed")])
    assert selectors.verify_differences() == []


def test_all_of_it_back_before_the_decision_leaves_nothing_waiting_or_matched() -> None:
    make.programme(id="next", priority=2)
    services.reserve(gift=make.gift(100_00, ref="c1"), now=make.NOON)
    make.counted(make.gift(100_00, ref="c1"))

    unwind(0)
    services.allocate_all_due(now=LATER)

    assert (left(), decisions()) == (
        1_000_00,
        [("fund", 0, "released"), ("next", 0, "released")],
    )
    assert not WaitingMoney.objects.exists()
    assert selectors.verify_differences() == []


def test_a_refund_that_failed_after_all_gives_the_match_again() -> None:
    matched()
    unwind(0)

    assert unwind(100_00, "refund:1 failed") == -200_00

    assert (left(), decisions()) == (800_00, [("fund", 200_00, "committed")])
    assert selectors.verify_differences() == []


def test_match_is_given_again_only_as_far_as_the_pot_reaches() -> None:
    matched()
    unwind(0)
    make.counted(make.gift(450_00, ref="c2", donor="d2"))
    services.allocate_due(programme_id="fund", now=LATER)
    assert left() == 100_00

    assert unwind(100_00) == -100_00

    assert (left(), decisions()) == (0, [("fund", 100_00, "committed")])


@pytest.mark.promise("M7")
def test_match_is_given_again_only_below_the_caps_that_others_have_used_since() -> None:
    make.programme(id="a-fund", caps=[{"scope": "donor", "amount": 150_00}])
    make.counted(make.gift(100_00, ref="c1"))
    services.allocate_due(programme_id="a-fund", now=make.NOON)
    unwind(0)
    make.counted(make.gift(60_00, ref="c2"), settled_at=LATER)
    services.allocate_due(programme_id="a-fund", now=LATER)
    assert decisions_on("c2") == [("c2", "a-fund", 120_00, "committed", "")]

    assert unwind(100_00, "refund:1 failed") == -30_00

    assert decisions() == [("a-fund", 30_00, "committed")]
    assert selectors.verify_differences() == []


def test_what_was_taken_back_makes_room_below_the_cap_of_its_giver() -> None:
    caps, proportional = [{"scope": "donor", "amount": 150_00}], {"partial": "proportional"}
    make.programme(id="a-fund", caps=caps, refund=proportional)
    make.counted(make.gift(100_00, ref="c1"))
    services.allocate_due(programme_id="a-fund", now=make.NOON)
    assert decisions() == [("a-fund", 150_00, "committed")]

    unwind(50_00)

    make.counted(make.gift(100_00, ref="c2"), settled_at=LATER)
    services.allocate_due(programme_id="a-fund", now=LATER)
    assert decisions() == [("a-fund", 75_00, "committed")]
    assert decisions_on("c2") == [("c2", "a-fund", 75_00, "committed", "cap_donor")]


def test_the_reduction_is_announced_once() -> None:
    from payments import events  # noqa: PLC0415

    events.connect(MatchReduced, "tests.hears")
    try:
        matched()
        unwind(70_00)
        unwind(70_00)
    finally:
        events.connect(MatchReduced)

    (news,) = EventDelivery.objects.filter(event="MatchReduced").values_list("payload", flat=True)
    assert news == {
        "contribution_ref": "c1",
        "programme_id": "fund",
        "amount_minor": 140_00,
        "released_minor": 60_00,
        "currency": "EUR",
        "cause": "refund:1",
    }


@pytest.mark.parametrize("is_decided", [True, False])
def test_disputed_match_cannot_be_earned_until_the_dispute_is_won(*, is_decided: bool) -> None:
    make.counted(make.gift(100_00, ref="c1"))
    if is_decided:
        services.allocate_due(programme_id="fund", now=make.NOON)
    services.block(contribution_ref="c1", cause="dispute:1", now=LATER)
    services.block(contribution_ref="c1", cause="dispute:1", now=LATER)
    services.allocate_due(programme_id="fund", now=LATER)
    earn = "UPDATE matching_allocation SET state = 'earned'"

    with (
        pytest.raises(DatabaseError, match="blocked_is_not_earned"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(earn)
    assert (left(), decisions()) == (800_00, [("fund", 200_00, "committed")])

    services.unblock(contribution_ref="c1", cause="dispute:1", now=LATER)
    with connection.cursor() as cursor:
        cursor.execute(earn)
    assert decisions() == [("fund", 200_00, "earned")]


@pytest.mark.promise("M10")
@pytest.mark.parametrize("state", [Allocation.State.EARNED, Allocation.State.PAID])
def test_match_that_was_earned_or_paid_is_taken_back_too_and_once(state: str) -> None:
    matched()
    earn(cause="campaign:1", now=LATER, campaign_key="campaign:a-well")
    Allocation.objects.update(state=state)

    assert [unwind(70_00) for _ in range(2)] == [60_00, 0]

    assert (left(), decisions()) == (860_00, [("fund", 140_00, state)])
    assert selectors.verify_differences() == []


def test_a_dispute_about_match_that_was_handed_over_waits_for_a_person() -> None:
    matched()
    Allocation.objects.update(state=Allocation.State.EARNED)

    services.block(contribution_ref="c1", cause="dispute:1", now=LATER)
    make_payments.deliver_announcements()
    services.unblock(contribution_ref="c1", cause="dispute:1", now=LATER)

    assert decisions() == [("fund", 200_00, "earned")]
    assert QueuedException.objects.get().provider_key == "dispute:1:fund"


def test_money_nobody_counted_and_money_nobody_matched_have_nothing_to_give_back() -> None:
    assert unwind(0) == 0
    make.programme(id="dollars", currency="USD", pot_minor=0)
    make.counted(make.gift(100_00, ref="c1", currency="USD"))
    services.allocate_due(programme_id="dollars", now=make.NOON)

    with pytest.raises(ValueError, match="does not remain in EUR"):
        unwind(0)
    remaining = Money(0, "USD")
    assert (
        services.unwind(contribution_ref="c1", remaining=remaining, cause="refund:1", now=LATER)
        == 0
    )
    assert decisions() == [("dollars", 0, "unmatched")]
