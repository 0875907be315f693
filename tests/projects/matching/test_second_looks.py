"""Who got less than the formula gives is looked at again when there is room, in order."""

from __future__ import annotations

import pytest

from payments import events
from payments.money import Money
from projects.matching import selectors, services
from projects.matching.events import MatchAllocated, MatchReduced
from projects.matching.models import Allocation
from tests.make import matching as make
from tests.projects.matching.decisions import after, all_rows, decisions_on, left, steps_of

pytestmark = pytest.mark.django_db
RETRO = {"metric": "donors", "at": 3, "mode": "unlock_retro", "revoke": True}


def give(minor: int, ref: str, *, at: float, donor: str = "") -> None:
    make.counted(make.gift(minor, ref=ref, donor=donor or f"d-{ref}"), settled_at=after(at))


def decide() -> None:
    services.allocate_due(programme_id="fund", now=after(50))


def unwind(ref: str, minor: int, *, cause: str = "refund:1") -> int:
    return services.unwind(
        contribution_ref=ref, remaining=Money(minor, "EUR"), cause=cause, now=after(60)
    )


def amounts(*refs: str) -> list[tuple[int, str]]:
    return [(minor, reason) for _, _, minor, _, reason in decisions_on(*refs)]


def test_money_that_comes_back_serves_the_waiting_list_in_order() -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=100_00, on_exhaustion="waitlist")
    for n, minor in enumerate((60_00, 30_00, 20_00, 5_00)):
        give(minor, f"c{n + 1}", at=n)
    decide()
    assert amounts("c3", "c4") == [(10_00, "pot_exhausted"), (0, "pot_exhausted")]

    unwind("c1", 0)

    assert amounts("c1", "c2", "c3", "c4") == [
        (0, ""),
        (30_00, ""),
        (20_00, "pot_exhausted"),
        (5_00, "pot_exhausted"),
    ]
    assert left() == 45_00
    assert steps_of("c4") == [
        ("", "unmatched", "pot_exhausted"),
        ("unmatched", "committed", "waiting_list"),
    ]
    assert selectors.verify_differences() == []


def test_without_a_waiting_list_what_comes_back_stays_in_the_pot() -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=100_00)
    give(100_00, "c1", at=0)
    give(50_00, "c2", at=1)
    decide()

    unwind("c1", 0)
    make.fund("fund", 10_00)

    assert (amounts("c2"), left()) == ([(0, "pot_exhausted")], 110_00)


@pytest.mark.parametrize("how", ["topup", "release", "expire"])
def test_any_money_that_comes_free_serves_the_waiting_list(how: str) -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=100_00, on_exhaustion="waitlist")
    services.reserve(gift=make.gift(100_00, ref="held", donor="x"), now=make.NOON)
    give(40_00, "c1", at=1)
    decide()
    assert amounts("c1") == [(0, "pot_exhausted")]

    match how:
        case "topup":
            make.fund("fund", 40_00)
        case "release":
            services.release(contribution_ref="held", now=after(51))
        case _:
            services.expire_reservations(now=after(51))

    assert amounts("c1") == [(40_00, "pot_exhausted")]
    assert left() == (0 if how == "topup" else 60_00)
    assert selectors.verify_differences() == []


def test_a_second_look_asks_the_caps_again() -> None:
    caps = [{"scope": "donor", "amount": 50_00}]
    make.programme(id="fund", rate=[1, 1], pot_minor=60_00, caps=caps, on_exhaustion="waitlist")
    give(50_00, "a", at=0, donor="d1")
    give(30_00, "b", at=1, donor="d2")
    give(40_00, "c", at=2, donor="d1")
    decide()
    assert amounts("a", "b", "c") == [
        (50_00, ""),
        (10_00, "pot_exhausted"),
        (0, "cap_donor"),
    ]

    unwind("a", 20_00)

    # 30.00 came free: b gets its missing 20.00, c what the cap of its giver and the pot leave.
    assert amounts("a", "b", "c") == [(20_00, ""), (30_00, "pot_exhausted"), (10_00, "cap_donor")]
    assert left() == 0
    assert selectors.verify_differences() == []


def test_match_that_is_given_later_is_announced_once(monkeypatch: pytest.MonkeyPatch) -> None:
    make.programme(id="fund", rate=[1, 1], pot_minor=100_00, on_exhaustion="waitlist")
    give(80_00, "c1", at=0)
    give(30_00, "c2", at=1)
    decide()
    told: list[object] = []
    monkeypatch.setattr(events, "publish", told.append)

    for _ in range(2):
        unwind("c1", 70_00)

    assert told == [
        MatchReduced("c1", "fund", 70_00, 10_00, "EUR", "refund:1"),
        MatchAllocated("c2", "fund", 30_00, "EUR"),
    ]


@pytest.mark.promise("M3")
def test_what_came_before_a_threshold_is_matched_once_it_is_reached() -> None:
    make.programme(id="fund", rate=[1, 1], threshold=RETRO)
    give(10_00, "c1", at=0)
    give(20_00, "c2", at=1, donor="d-c1")
    give(30_00, "c3", at=2)
    decide()
    assert amounts("c1", "c2", "c3") == [(0, "threshold_not_reached")] * 3

    give(40_00, "c4", at=3)
    give(50_00, "c5", at=4)
    decide()

    assert amounts("c1", "c2", "c3", "c4", "c5") == [
        (10_00, ""),
        (20_00, ""),
        (30_00, ""),
        (40_00, ""),
        (50_00, ""),
    ]
    assert selectors.verify_differences() == []


def test_a_threshold_that_is_lost_takes_all_back_and_reached_again_gives_all_again() -> None:
    make.programme(id="fund", rate=[1, 1], threshold=RETRO, pot_minor=1_000_00)
    for n in range(3):
        give(10_00, f"c{n}", at=n)
    decide()
    assert left() == 970_00

    assert unwind("c2", 0) == 10_00
    assert amounts("c0", "c1", "c2") == [(0, "threshold_lost"), (0, "threshold_lost"), (0, "")]
    assert left() == 1_000_00
    assert selectors.verify_differences() == []

    before = all_rows()
    assert unwind("c2", 0) == 0
    assert all_rows() == before

    give(10_00, "c3", at=40)
    decide()
    assert [minor for minor, _ in amounts("c0", "c1", "c2", "c3")] == [10_00, 10_00, 0, 10_00]
    assert left() == 970_00
    assert selectors.verify_differences() == []


def test_a_refund_that_failed_reaches_the_threshold_again() -> None:
    make.programme(id="fund", rate=[1, 1], threshold=RETRO, pot_minor=1_000_00)
    for n in range(3):
        give(10_00, f"c{n}", at=n)
    decide()
    unwind("c2", 0)

    unwind("c2", 10_00, cause="refund:1 failed")

    assert [minor for minor, _ in amounts("c0", "c1", "c2")] == [10_00] * 3
    assert left() == 970_00
    assert selectors.verify_differences() == []


def test_a_reserve_that_is_let_go_serves_whom_it_had_kept_out() -> None:
    reserve = {"eligible": [{"field": "project.sector", "op": "eq", "value": "health"}]}
    make.programme(id="fund", rate=[1, 1], pot_minor=100_00, reserve=reserve | {"amount": 40_00})
    give(90_00, "c1", at=0)
    decide()
    assert amounts("c1") == [(60_00, "reserved_for_others")]

    released = [services.release_reserve(programme_id="fund", now=after(51)) for _ in range(2)]

    assert released == [True, False]
    assert amounts("c1") == [(90_00, "reserved_for_others")]
    assert left() == 10_00
    assert selectors.verify_differences() == []


def test_in_a_cascade_the_next_programme_learns_of_match_that_a_threshold_unlocked() -> None:
    threshold = {"metric": "raised", "at": 100_00, "mode": "unlock_retro"}
    make.programme(id="fund", rate=[1, 1], threshold=threshold)
    make.programme(id="next", priority=2, rate=[1, 1], stacking={"mode": "cascade"})
    give(100_00, "c1", at=0)

    services.allocate_all_due(now=after(50))

    assert decisions_on("c1") == [
        ("c1", "fund", 100_00, "committed", ""),
        ("c1", "next", 0, "unmatched", "already_matched"),
    ]
    assert Allocation.objects.get(programme="fund").decided_minor == 100_00
