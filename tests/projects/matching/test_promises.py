"""A reservation is kept by the allocation, for as long as it stands."""

from __future__ import annotations

import pytest

from payments.ledger import selectors as ledger
from payments.money import Money
from projects.matching import selectors, services
from projects.matching.models import Allocation, Programme, Reservation
from tests.make import matching as make
from tests.projects.matching.decisions import after, decisions_on, left, steps_of

pytestmark = pytest.mark.django_db


def test_the_reservation_is_taken_over_by_the_allocation() -> None:
    make.programme(id="fund", pot_minor=500_00)
    gift = make.gift(100_00, ref="c1")
    services.reserve(gift=gift, now=make.NOON)
    services.count(gift=gift, settled_at=after(3), now=after(4))

    services.allocate_due(programme_id="fund", now=after(5))

    held = Reservation.objects.get()
    assert (held.state, held.finished_at) == (Reservation.State.CONSUMED, after(5))
    assert decisions_on("c1") == [("c1", "fund", 200_00, "committed", "")]
    assert left() == 300_00
    assert selectors.matched_totals({"campaign:a-well": "EUR"}) == {
        "campaign:a-well": Money(200_00, "EUR")
    }
    assert selectors.verify_differences() == []
    assert ledger.verify() == []


def test_a_reservation_stands_when_others_empty_the_pot_meanwhile() -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=100_00)
    promised = make.gift(80_00, ref="promised", donor="d1")
    services.reserve(gift=promised, now=make.NOON)
    make.counted(make.gift(100_00, ref="quick", donor="d2"), settled_at=after(1))
    services.allocate_due(programme_id="fund", now=after(2))
    assert left() == 0

    services.count(gift=promised, settled_at=after(15), now=after(40))
    services.allocate_due(programme_id="fund", now=after(41))

    assert decisions_on("promised", "quick") == [
        ("promised", "fund", 80_00, "committed", ""),
        ("quick", "fund", 20_00, "committed", "pot_exhausted"),
    ]


def test_a_reservation_stands_by_the_terms_it_was_made_under() -> None:
    first = make.programme(id="fund", rate=[2, 1])
    gift = make.gift(100_00, ref="c1")
    services.reserve(gift=gift, now=make.NOON)
    services.publish_programme(
        document=make.document(id="fund", rate=[1, 1]),
        agency_id=first.programme.agency_id,
        now=after(1),
    )
    services.count(gift=gift, settled_at=after(2), now=after(2))
    make.counted(make.gift(100_00, ref="c2", donor="d2"), settled_at=after(2))

    services.allocate_due(programme_id="fund", now=after(3))

    assert decisions_on("c1", "c2") == [
        ("c1", "fund", 200_00, "committed", ""),
        ("c2", "fund", 100_00, "committed", ""),
    ]


def test_money_settled_under_old_terms_gets_the_old_terms() -> None:
    first = make.programme(id="fund", rate=[2, 1])
    make.counted(make.gift(100_00, ref="c1"), settled_at=make.NOON)
    services.publish_programme(
        document=make.document(id="fund", rate=[1, 1]),
        agency_id=first.programme.agency_id,
        now=after(1),
    )

    services.allocate_due(programme_id="fund", now=after(2))

    assert Allocation.objects.get().version == first
    assert decisions_on("c1") == [("c1", "fund", 200_00, "committed", "")]


def test_after_a_lapsed_reservation_the_rule_decides_anew() -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=100_00)
    late = make.gift(80_00, ref="late", donor="d1")
    services.reserve(gift=late, now=make.NOON)
    services.expire_reservations(now=after(15))
    make.counted(make.gift(70_00, ref="quick", donor="d2"), settled_at=after(16))
    services.count(gift=late, settled_at=after(20), now=after(20))

    services.allocate_due(programme_id="fund", now=after(21))

    assert decisions_on("late", "quick") == [
        ("late", "fund", 30_00, "committed", "pot_exhausted"),
        ("quick", "fund", 70_00, "committed", ""),
    ]


@pytest.mark.promise("M14")
@pytest.mark.parametrize("swept", [True, False])
def test_whether_a_promise_counts_is_a_matter_of_times_and_not_of_the_sweeper(
    swept: bool,  # noqa: FBT001
) -> None:
    make.programme(id="fund", rate=[2, 1], pot_minor=200_00)
    gift = make.gift(100_00, ref="late", donor="d1")
    services.reserve(gift=gift, now=make.NOON)
    services.publish_programme(
        document=make.document(id="fund", rate=[1, 1]),
        agency_id=Programme.objects.get().agency_id,
        now=after(1),
    )
    if swept:
        services.expire_reservations(now=after(16))

    services.count(gift=gift, settled_at=after(15.1), now=after(16))
    services.allocate_due(programme_id="fund", now=after(17))

    assert decisions_on("late") == [("late", "fund", 100_00, "committed", "")]
    assert left() == 100_00
    assert steps_of("late") == [
        ("", "active", ""),
        ("active", "released", "expired"),
        ("", "committed", ""),
    ]
    assert ledger.verify() == selectors.verify_differences() == []


def test_a_promise_kept_past_its_time_does_not_count_for_late_money() -> None:
    make.programme(id="fund", pot_minor=200_00)
    make.programme(id="other", priority=2)
    gift = make.gift(100_00, ref="late")
    services.reserve(gift=gift, now=make.NOON, keep=True)

    services.count(gift=gift, settled_at=after(32.1), now=after(40))

    held = Reservation.objects.order_by("number")
    assert [(each.is_kept, each.expires_at) for each in held] == [(False, after(32))] * 2
    assert services.expire_reservations(now=after(41)) == 2


def test_a_programme_that_promised_keeps_its_promise_in_its_turn() -> None:
    make.programme(id="a", priority=1, rate=[1, 1], pot_minor=0)
    make.programme(id="b", priority=2, rate=[2, 1])
    gift = make.gift(100_00, ref="c1")
    assert services.reserve(gift=gift, now=make.NOON).match == Money(200_00, "EUR")
    make.fund("a", 500_00)
    services.count(gift=gift, settled_at=after(1), now=after(1))

    services.allocate_all_due(now=after(2))

    assert decisions_on("c1") == [
        ("c1", "a", 100_00, "committed", ""),
        ("c1", "b", 200_00, "committed", ""),
    ]
