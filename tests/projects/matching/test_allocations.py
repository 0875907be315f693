"""A programme decides once about each gift, in the order of settlement."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from payments import events
from payments.ledger.models import Entry
from payments.money import Money
from projects.matching import selectors, services
from projects.matching.events import MatchAllocated
from projects.matching.models import Allocation
from projects.matching.services import allocations
from tests.make import matching as make
from tests.projects.matching.decisions import after, all_rows, decisions_on, left

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks


pytestmark = pytest.mark.django_db
State = Allocation.State
PROJECT_2 = UUID(int=2)


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
    assert selectors.matched_totals({"campaign:a-well": "EUR"}) == {
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


def test_programmes_decide_one_after_the_other_each_on_the_whole_contribution() -> None:
    make.programme(id="refuses", priority=1, min_contribution=500_00)
    make.programme(id="second", priority=2, rate=[1, 1], pot_minor=30_00)
    make.programme(id="third", priority=3)
    make.counted(make.gift(100_00, ref="c1"))

    assert services.allocate_all_due(now=after(1)) == 2

    assert decisions_on("c1") == [
        ("c1", "second", 30_00, "committed", "pot_exhausted"),
        ("c1", "third", 200_00, "committed", ""),
    ]
    assert not selectors.is_waiting("c1")
    assert selectors.matched_by_contribution() == {"c1": 230_00}
    assert selectors.verify_differences() == []


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
