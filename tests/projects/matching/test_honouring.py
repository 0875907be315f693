"""Holding to what was promised before paying."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from projects.matching.allocation import (
    Allocated,
    Held,
    Turn,
    allocate,
)
from projects.matching.tally import Key, Measure, Tally
from tests.make import rules as make
from tests.projects.matching.asking import one, pots

if TYPE_CHECKING:
    from projects.matching.allocation import Outcome

NEVER = make.NOON + timedelta(days=60)


DONOR_KEY = Key(Measure.MATCHED, "donor", "d1")
CAPPED = make.rule(rate=[2, 1], caps=[{"scope": "donor", "amount": 1_000_00}])


def held(minor: int, **more: Any) -> Held:  # noqa: ANN401
    return Held((("", minor),), ((DONOR_KEY, minor),), **more)


def settle(turn: Turn, pot: int = 0) -> tuple[Outcome, Allocated, Tally]:
    tally = Tally(turn.held.moves if turn.held else ())
    done = allocate([turn], tally=tally, pots=pots(pot))
    return done.outcomes["c1"], done, tally


def test_a_reservation_stands_after_the_window_has_closed() -> None:
    outcome, done, tally = settle(Turn(CAPPED, make.money(settled_at=NEVER), held=held(200_00)))

    assert (outcome.minor, outcome.reason) == (200_00, None)
    assert {"step": "promised", "minor": 200_00} in outcome.steps
    assert (done.pots.left[""], tally[DONOR_KEY]) == (0, 200_00)


def test_a_reservation_that_has_lapsed_does_not_stand_but_is_given_back() -> None:
    turn = Turn(CAPPED, make.money(settled_at=NEVER), held=held(200_00, has_lapsed=True))

    outcome, done, tally = settle(turn)

    assert (outcome.minor, outcome.reason) == (0, "outside_window")
    assert (done.pots.left[""], tally[DONOR_KEY]) == (200_00, 0)


def test_a_reservation_is_held_against_everybody_whose_turn_is_earlier() -> None:
    rule = make.rule(rate=[1, 1], caps=[{"scope": "donor", "amount": 1_000_00}])
    earlier = Turn(rule, make.money(100_00, ref="a", donor="d2"))
    holder = Turn(rule, make.money(100_00, ref="b"), held=held(70_00))

    done = allocate([holder, earlier], tally=Tally(held(70_00).moves), pots=pots(30_00))

    assert {ref: (o.minor, o.reason) for ref, o in done.outcomes.items()} == {
        "a": (30_00, "pot_exhausted"),
        "b": (70_00, "pot_exhausted"),
    }
    assert done.pots.left[""] == 0


def test_a_reservation_does_not_stand_for_money_that_did_not_arrive() -> None:
    outcome, done, tally = settle(Turn(CAPPED, make.money(10_00), held=held(200_00)))

    assert outcome.minor == 20_00
    assert (done.pots.left[""], tally[DONOR_KEY]) == (180_00, 20_00)


def test_a_reservation_that_was_clipped_keeps_its_reason() -> None:
    late = make.money(settled_at=NEVER)

    outcome, _, _ = settle(Turn(CAPPED, late, held=held(50_00, reason="cap_donor")))

    assert (outcome.minor, outcome.reason) == (50_00, "cap_donor")


@pytest.mark.parametrize("frozen", ["programme_frozen", "project_frozen"])
def test_what_is_frozen_is_not_given_for_a_promise_s_sake(frozen: str) -> None:
    outcome, done, _ = settle(Turn(CAPPED, make.money(), held=held(200_00), frozen=frozen))

    assert (outcome.minor, outcome.reason) == (0, frozen)
    assert done.pots.left[""] == 200_00


def test_what_is_held_counts_as_match_but_not_as_money() -> None:
    rule = make.rule(rate=[1, 1], caps=[{"scope": "project_cost", "amount": 300_00}])

    outcome = one(rule, make.money())

    assert dict(outcome.moves) == {
        Key(Measure.COUNTED, "project", "p1"): 100_00,
        Key(Measure.MATCHED, "project", "p1"): 100_00,
    }
    assert outcome.held() == Held(
        (("", 100_00),), ((Key(Measure.MATCHED, "project", "p1"), 100_00),), None
    )
