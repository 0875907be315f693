from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from projects.matching.allocation import (
    Allocated,
    Held,
    Pots,
    Turn,
    allocate,
    decide,
    look_again,
    revoke,
)
from projects.matching.instant import thresholds
from projects.matching.rules import Metric, Threshold, Unlock
from projects.matching.tally import Key, Measure, Tally
from projects.matching.unwinding import remaining
from tests.make import rules as make

if TYPE_CHECKING:
    from projects.matching.rules import Counted, Rule

MINUTE = timedelta(minutes=1)
UNLOCKED = Key(Measure.UNLOCKED, "project", "p1")


def rule(metric: Metric, at: int, mode: Unlock, **more: object) -> Rule:
    threshold = Threshold(metric, at, mode, **more)  # type: ignore[arg-type]
    return replace(make.rule(rate=[1, 1]), threshold=threshold)


def money(n: int, minor: int = 40_00, donor: str | None = None, project: str = "p1") -> Counted:
    return make.money(
        minor,
        ref=f"c{n}",
        donor=donor or f"d{n}",
        project=project,
        settled_at=make.NOON + n * MINUTE,
        facts={"project.goal": 200_00},
    )


def run(terms: Rule, moneys: list[Counted], tally: Tally, pot: int = 1_000_00) -> Allocated:
    return allocate([Turn(terms, each) for each in moneys], tally=tally, pots=Pots({"": pot}, pot))


def answers(done: Allocated) -> dict[str, tuple[int, str | None]]:
    return {ref: (outcome.minor, outcome.reason) for ref, outcome in done.outcomes.items()}


@pytest.mark.parametrize(
    ("metric", "at"), [(Metric.RAISED, 120_00), (Metric.DONORS, 3), (Metric.PCT, 60)]
)
def test_forward_matches_from_the_unlocking_contribution_on(metric: Metric, at: int) -> None:
    done = run(rule(metric, at, Unlock.FORWARD), [money(n) for n in range(4)], Tally())

    waiting = (0, "threshold_not_reached")
    assert answers(done) == {"c0": waiting, "c1": waiting, "c2": (40_00, None), "c3": (40_00, None)}
    assert done.unlocked is None


def test_the_same_giver_twice_is_one_giver() -> None:
    moneys = [money(0, donor="d"), money(1, donor="d"), money(2)]

    done = run(rule(Metric.DONORS, 2, Unlock.FORWARD), moneys, Tally())

    assert [outcome.minor for outcome in done.outcomes.values()] == [0, 0, 40_00]


def test_each_project_has_to_reach_it_for_itself() -> None:
    done = run(
        rule(Metric.RAISED, 80_00, Unlock.FORWARD),
        [money(0), money(1, project="p2"), money(2)],
        Tally(),
    )

    assert [outcome.minor for outcome in done.outcomes.values()] == [0, 0, 40_00]


def test_backwards_the_batch_ends_at_the_contribution_that_unlocks() -> None:
    done = run(rule(Metric.RAISED, 80_00, Unlock.RETRO), [money(n) for n in range(3)], Tally())

    waiting = (0, "threshold_not_reached")
    assert answers(done) == {"c0": waiting, "c1": waiting}
    assert done.unlocked == "p1"


def test_then_all_are_looked_at_again_in_order_and_the_reason_is_gone() -> None:
    terms, tally, pots = rule(Metric.RAISED, 80_00, Unlock.RETRO), Tally(), Pots({"": 70_00}, 0)
    moneys = [money(0), money(1)]
    done = run(terms, moneys, tally)
    seen = []

    for each in moneys:
        given = done.outcomes[each.ref]
        now = look_again(Turn(terms, each, is_unlocked=True), given, tally=tally, pots=pots)
        tally.move(given.moves, back=True)
        tally.move(now.moves)
        pots = pots.less(now.parts)
        seen.append((now.minor, now.reason))

    assert seen == [(40_00, None), (30_00, "pot_exhausted")]
    assert tally[Key(Measure.COUNTED, "project", "p1")] == 80_00
    assert tally[UNLOCKED] == 1


def test_money_that_has_gone_back_before_its_turn_unlocks_nothing() -> None:
    terms, tally = rule(Metric.RAISED, 80_00, Unlock.RETRO), Tally()
    turns = [Turn(terms, money(0)), Turn(terms, money(1), remaining_minor=39_99)]

    done = allocate(turns, tally=tally, pots=Pots({"": 1_000_00}, 0))

    assert done.unlocked is None
    assert tally[Key(Measure.COUNTED, "project", "p1")] == 79_99


def test_money_that_is_refused_unlocks_nothing() -> None:
    terms = replace(rule(Metric.RAISED, 80_00, Unlock.RETRO), min_contribution_minor=50_00)

    done = run(terms, [money(0, 60_00), money(1, 40_00)], Tally())

    assert done.unlocked is None
    assert answers(done)["c1"] == (0, "below_minimum")


def test_a_promise_does_not_keep_the_others_from_being_unlocked() -> None:
    terms, tally = rule(Metric.RAISED, 80_00, Unlock.RETRO), Tally()
    held = Held((("", 40_00),), ())

    done = allocate(
        [Turn(terms, money(0)), Turn(terms, money(1), held=held)],
        tally=tally,
        pots=Pots({"": 0}, 0),
    )

    assert done.unlocked == "p1"
    assert answers(done)["c1"] == (40_00, None)


def test_without_revoke_it_is_reached_for_good() -> None:
    terms, tally = rule(Metric.RAISED, 80_00, Unlock.FORWARD), Tally()
    moneys = [money(0), money(1)]
    done = run(terms, moneys, tally)

    for each in moneys:
        outcome = done.outcomes[each.ref]
        tally.move(outcome.moves, back=True)
        tally.move(remaining(terms, each, outcome, remaining_minor=0).moves)

    assert tally.items() == [(UNLOCKED, 1)]
    assert not thresholds.is_lost(terms, moneys[0], tally)
    assert answers(run(terms, [money(2, 1_00)], tally)) == {"c2": (1_00, None)}


def test_with_revoke_it_is_lost_when_what_counts_falls_below() -> None:
    terms = rule(Metric.DONORS, 2, Unlock.FORWARD, revoke=True)
    tally, moneys = Tally(), [money(0), money(1), money(2)]
    done = run(terms, moneys, tally)
    assert not thresholds.is_lost(terms, moneys[0], tally)

    for each in moneys[:2]:
        tally.move(done.outcomes[each.ref].moves, back=True)

    assert thresholds.is_lost(terms, moneys[2], tally)
    lost = revoke(done.outcomes["c2"], Turn(terms, moneys[2]))
    assert (lost.minor, lost.reason) == (0, "threshold_lost")
    assert lost.moves == done.outcomes["c2"].moves  # Its money still counts; nothing else moved.
    assert [step["step"] for step in lost.steps if step["step"] == "match"] == []


def test_a_lump_comes_once_with_the_unlocking_contribution_and_matches_none() -> None:
    terms = rule(Metric.DONORS, 2, Unlock.LUMP, lump_minor=250_00)
    done = run(terms, [money(n) for n in range(3)], Tally())

    assert answers(done) == {
        "c0": (0, "threshold_not_reached"),
        "c1": (250_00, None),
        "c2": (0, "cap_project"),
    }
    assert done.outcomes["c1"].lump_minor == 250_00


def test_the_step_says_how_far_the_project_has_come() -> None:
    terms = rule(Metric.PCT, 50, Unlock.FORWARD)
    outcome = decide(Turn(terms, money(0, 99_99)), tally=Tally(), pots=Pots({"": 1}, 1))

    step = {"step": "threshold", "metric": "pct", "at": 50, "has": 49, "reached": False}
    assert outcome.steps[-1] == step
    assert outcome.reason == "threshold_not_reached"
