from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from payments import events
from payments.ledger import selectors as ledger
from payments.ledger.models import Entry
from payments.ledger.services import BalanceExceeded, IdempotencyConflict, LedgerBusy
from payments.ledger.services import post as post_entries
from payments.models import EventDelivery
from payments.money import Money
from projects.matching import selectors, services
from projects.matching.events import MatchAllocated
from projects.matching.models import (
    Allocation,
    CountedMoney,
    MatchTransition,
    Programme,
    ProgrammeVersion,
    Reservation,
    WaitingMoney,
)
from projects.matching.services import CountedDifferently, ProgrammesFailed, allocations
from tests.make import matching as make

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

    from payments.ledger.services import Entry as LedgerEntry

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
State = Allocation.State
PROJECT_2 = UUID(int=2)


def after(minutes: float) -> datetime:
    return make.NOON + minutes * MINUTE


def left(programme_id: str = "fund") -> int:
    return selectors.left([programme_id])[programme_id].minor


def decisions_on(*refs: str) -> list[tuple[str, str, int, str, str]]:
    rows = Allocation.objects.filter(contribution_ref__in=refs)
    return list(
        rows.order_by("contribution_ref", "id").values_list(
            "contribution_ref", "programme_id", "amount_minor", "state", "reason"
        )
    )


def steps_of(ref: str) -> list[tuple[str, str, str]]:
    return list(
        MatchTransition.objects.filter(contribution_ref=ref).values_list(
            "from_state", "to_state", "reason"
        )
    )


def all_rows() -> tuple[object, ...]:
    return (
        ledger.fingerprint_rows(),
        list(Allocation.objects.values_list()),
        list(CountedMoney.objects.values_list()),
        list(Reservation.objects.order_by("id").values_list()),
        list(MatchTransition.objects.values_list()),
        Entry.objects.count(),
        EventDelivery.objects.count(),
    )


def test_counting_keeps_the_facts_and_wakes_the_first_programme(
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    make.programme(id="second", priority=2)
    make.programme(id="first", priority=1)
    make.programme(
        id="elsewhere", eligible=[{"field": "project.country", "op": "eq", "value": "MDA"}]
    )
    woken: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setattr(
        "payments.queue.wake", lambda task, **arguments: woken.append((task, arguments))
    )

    with django_capture_on_commit_callbacks(execute=True):
        make.counted(make.gift(100_00, ref="c1", donor="d1"), settled_at=make.NOON)

    counted = CountedMoney.objects.get()
    assert (counted.contribution_ref, counted.amount_minor, counted.currency) == (
        "c1",
        100_00,
        "EUR",
    )
    assert (counted.donor_key, counted.settled_at) == ("d1", make.NOON)
    assert counted.candidates == ["first", "second"]
    assert counted.facts == {
        "donor.residence": "DEU",
        "project.country": "KEN",
        "project.sector": "water",
        "project.kind": "social",
        "project.slug": "a-well",
        "contribution.amount": 100_00,
    }
    assert WaitingMoney.objects.get().programme_id == "first"
    assert woken == [("matching.allocate_due", {"programme_id": "first"})]


def test_money_no_programme_speaks_of_is_counted_and_waits_for_nobody() -> None:
    make.counted(make.gift(ref="c1"))

    assert CountedMoney.objects.get().candidates == []
    assert not selectors.is_waiting("c1")
    assert selectors.explanation("c1") == ()


@pytest.mark.promise("M14")
def test_counting_again_changes_nothing() -> None:
    make.programme(id="fund")
    make.counted(make.gift(ref="c1"))
    before = all_rows()

    services.count(gift=make.gift(ref="c1"), settled_at=after(5), now=after(5))

    assert all_rows() == before
    assert WaitingMoney.objects.count() == 1


def test_counting_again_with_another_amount_is_refused() -> None:
    make.counted(make.gift(100_00, ref="c1"))

    with pytest.raises(CountedDifferently):
        services.count(gift=make.gift(100_01, ref="c1"), settled_at=make.NOON, now=make.NOON)

    assert CountedMoney.objects.get().amount_minor == 100_00


def test_a_programme_commits_the_match_and_announces_it(monkeypatch: pytest.MonkeyPatch) -> None:
    version = make.programme(id="fund", pot_minor=500_00)
    make.counted(make.gift(100_00, ref="c1", donor="d1"))
    announced: list[object] = []
    monkeypatch.setattr(events, "publish", announced.append)

    assert services.allocate_due(programme_id="fund", now=after(1)) == 1

    row = Allocation.objects.get()
    assert (row.version, row.amount_minor, row.state, row.reason) == (
        version,
        200_00,
        State.COMMITTED,
        "",
    )
    assert [step["step"] for step in row.steps] == ["base", "rate", "pot", "match"]
    assert (row.settled_at, row.allocated_at) == (make.NOON, after(1))
    entry = Entry.objects.get(idempotency_key=row.ledger_key)
    assert (entry.kind, entry.state, entry.expires_at) == ("match_committed", "pending", None)
    assert left() == 300_00
    assert selectors.matched_totals(["campaign:a-well"]) == {
        "campaign:a-well": Money(200_00, "EUR")
    }
    assert announced == [MatchAllocated("c1", "fund", 200_00, "EUR")]
    assert not selectors.is_waiting("c1")


@pytest.mark.promise("M14")
def test_allocating_again_changes_nothing() -> None:
    make.programme(id="fund", pot_minor=300_00)
    for n in range(2):
        make.counted(make.gift(100_00, donor=f"d{n}"))
    services.allocate_due(programme_id="fund", now=after(1))
    before = all_rows()

    assert services.allocate_due(programme_id="fund", now=after(2)) == 0
    assert services.allocate_all_due(now=after(3)) == 0
    assert all_rows() == before


def test_the_order_is_that_of_settlement_whatever_the_order_of_counting() -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=150_00)
    make.counted(make.gift(100_00, ref="b", donor="d1"), settled_at=after(1))
    make.counted(make.gift(100_00, ref="c", donor="d2"), settled_at=after(0))
    make.counted(make.gift(100_00, ref="a", donor="d3"), settled_at=after(1))

    services.allocate_due(programme_id="fund", now=after(2))

    assert decisions_on("a", "b", "c") == [
        ("a", "fund", 50_00, "committed", "pot_exhausted"),
        ("b", "fund", 0, "unmatched", "pot_exhausted"),
        ("c", "fund", 100_00, "committed", ""),
    ]
    assert left() == 0


def test_caps_bind_over_earlier_gifts_other_people_and_reservations() -> None:
    make.programme(
        id="fund",
        rate=[1, 1],
        caps=[{"scope": "donor", "amount": 100_00}, {"scope": "project", "amount": 170_00}],
    )
    make.counted(make.gift(60_00, ref="a1", donor="a"), settled_at=after(0))
    services.allocate_due(programme_id="fund", now=after(1))
    services.reserve(gift=make.gift(30_00, ref="a2", donor="a"), now=after(2))
    make.counted(make.gift(60_00, ref="a3", donor="a"), settled_at=after(3))
    make.counted(make.gift(90_00, ref="b1", donor="b"), settled_at=after(4))
    make.counted(make.gift(50_00, ref="b2", donor="b", project=PROJECT_2), settled_at=after(5))
    services.allocate_due(programme_id="fund", now=after(6))

    assert decisions_on("a1", "a3", "b1", "b2") == [
        ("a1", "fund", 60_00, "committed", ""),
        ("a3", "fund", 10_00, "committed", "cap_donor"),
        ("b1", "fund", 70_00, "committed", "cap_project"),
        ("b2", "fund", 30_00, "committed", "cap_donor"),
    ]
    assert selectors.verify_differences() == []


def test_what_gets_nothing_goes_on_to_the_next_programme() -> None:
    make.programme(id="first", priority=1, min_contribution=500_00)
    make.programme(id="second", priority=2, rate=[1, 1], pot_minor=30_00)
    make.programme(id="third", priority=3)
    make.counted(make.gift(100_00, ref="c1"))

    assert services.allocate_all_due(now=after(1)) == 2

    assert decisions_on("c1") == [
        ("c1", "first", 0, "unmatched", "below_minimum"),
        ("c1", "second", 30_00, "committed", "pot_exhausted"),
    ]
    assert not selectors.is_waiting("c1")


def test_a_decision_wakes_the_next_programme(
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    make.programme(id="first", priority=1, pot_minor=0)
    make.programme(id="second", priority=2)
    make.counted(make.gift())
    woken: list[str] = []
    monkeypatch.setattr(
        "payments.queue.wake", lambda _task, *, programme_id: woken.append(programme_id)
    )

    with django_capture_on_commit_callbacks(execute=True):
        services.allocate_due(programme_id="first", now=after(1))

    assert woken == ["second"]


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
    assert selectors.matched_totals(["campaign:a-well"]) == {
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

    held = Reservation.objects.get()
    assert (held.is_kept, held.expires_at) == (False, after(32))
    assert services.expire_reservations(now=after(41)) == 1


def test_one_case_the_books_refuse_is_set_aside_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make.programme(id="fund", rate=[1, 1])
    refs = [f"c{n}" for n in range(5)]
    for n, ref in enumerate(refs):
        make.counted(make.gift(10_00, ref=ref, donor=ref), settled_at=after(n))

    def post(entries: Sequence[LedgerEntry]) -> object:
        if any(entry.reference == "c1" for entry in entries):
            raise IdempotencyConflict
        return post_entries(entries)

    monkeypatch.setattr("projects.matching.services.decisions.post", post)
    assert services.allocate_all_due(now=after(9)) == 5
    assert services.allocate_all_due(now=after(68)) == 0

    assert [row[0] for row in decisions_on(*refs)] == ["c0", "c2", "c3", "c4"]
    waiting = WaitingMoney.objects.get()
    assert (waiting.contribution_ref, waiting.parked_until) == ("c1", after(69))
    assert waiting.last_error == (
        "IdempotencyConflict: This idempotency key already stands for a different entry."
    )

    monkeypatch.undo()
    assert services.allocate_all_due(now=after(69)) == 1
    assert decisions_on("c1") == [("c1", "fund", 10_00, "committed", "")]
    assert not WaitingMoney.objects.exists()


def test_the_programme_that_promised_is_asked_first() -> None:
    make.programme(id="a", priority=1, rate=[1, 1], pot_minor=0)
    make.programme(id="b", priority=2, rate=[2, 1])
    gift = make.gift(100_00, ref="c1")
    assert services.reserve(gift=gift, now=make.NOON).match == Money(200_00, "EUR")
    make.fund("a", 500_00)
    services.count(gift=gift, settled_at=after(1), now=after(1))

    services.allocate_all_due(now=after(2))

    assert decisions_on("c1") == [("c1", "b", 200_00, "committed", "")]


def test_when_the_ledger_finds_too_little_the_last_in_line_get_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=1_000_00)
    refs = [f"c{n}" for n in range(5)]
    for n, ref in enumerate(refs):
        make.counted(make.gift(10_00, ref=ref, donor=ref), settled_at=after(n))
    really_left = 30_00

    def post(entries: Sequence[LedgerEntry]) -> object:
        nonlocal really_left
        asked = sum(max(p.amount_minor for p in entry.postings) for entry in entries)
        if asked > really_left:
            raise BalanceExceeded
        really_left -= asked
        return post_entries(entries)

    monkeypatch.setattr("projects.matching.services.decisions.post", post)
    services.allocate_due(programme_id="fund", now=after(9))

    assert [row[2:] for row in decisions_on(*refs)] == [
        *[(10_00, "committed", "")] * 3,
        *[(0, "unmatched", "pot_exhausted")] * 2,
    ]
    assert Allocation.objects.get(contribution_ref="c4").steps[-2:] == [
        {"step": "pot", "room": 0},
        {"step": "match", "minor": 0},
    ]


@pytest.mark.promise("M15")
@pytest.mark.parametrize("fault", ["terms", "ledger"])
def test_a_programme_that_fails_does_not_stop_the_others(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, country in (("a-broken", "KEN"), ("b-sound", "MDA")):
        conditions = [{"field": "project.country", "op": "eq", "value": country}]
        make.programme(id=name, eligible=conditions)
        make.counted(make.gift(100_00, ref=name, country=country))
    if fault == "terms":
        ProgrammeVersion.objects.create(
            programme=Programme.objects.get(pk="a-broken"),
            number=2,
            document={"of": "another age"},
            published_at=make.PUBLISHED,
        )
    else:

        def post(entries: Sequence[LedgerEntry]) -> object:
            if any(entry.reference == "a-broken" for entry in entries):
                raise LedgerBusy
            return post_entries(entries)

        monkeypatch.setattr("projects.matching.services.decisions.post", post)

    with pytest.raises(ProgrammesFailed, match="a-broken") as failure:
        services.allocate_all_due(now=after(1))

    assert failure.value.programme_ids == ("a-broken",)
    assert decisions_on("a-broken", "b-sound") == [("b-sound", "b-sound", 200_00, "committed", "")]
    assert selectors.is_waiting("a-broken")


def test_more_than_a_batch_wakes_the_programme_again(
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    monkeypatch.setattr(allocations, "BATCH", 2)
    make.programme(id="fund")
    for n in range(3):
        make.counted(make.gift(donor=f"d{n}"))
    woken: list[str] = []
    monkeypatch.setattr(
        "payments.queue.wake", lambda _task, *, programme_id: woken.append(programme_id)
    )

    with django_capture_on_commit_callbacks(execute=True):
        assert services.allocate_due(programme_id="fund", now=after(1)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        assert services.allocate_due(programme_id="fund", now=after(1)) == 1

    assert woken == ["fund"]
    assert Allocation.objects.count() == 3


@pytest.mark.parametrize("gifts", [2, 40])
def test_a_batch_takes_the_same_queries_whatever_its_size(
    gifts: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make.programme(id="fund", caps=[{"scope": "donor", "amount": 500_00}])
    for n in range(gifts):
        gift = make.gift(10_00, donor=f"d{n}")
        services.reserve(gift=gift, now=make.NOON)
        make.counted(gift)

    with django_assert_num_queries(15):
        services.allocate_due(programme_id="fund", now=after(1))

    assert Allocation.objects.given().count() == gifts
