"""Giving counted money its match, one after the other, until the pot is empty.

The result is a function of the rule, the money in order of settlement, what was given before and
the pots; nothing else. Every outcome carries its steps as plain data, and a reason whenever it is
zero or smaller than the formula gives. Here is also the whole vocabulary of a decision, for those
who ask for one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from projects.matching.instant import thresholds
from projects.matching.instant.again import look_again, revoke
from projects.matching.instant.deciding import at_hand_minor, claim_base, decide
from projects.matching.instant.outcomes import (
    Allocated,
    Before,
    Decided,
    Given,
    Held,
    Outcome,
    Parts,
    Pots,
    Remaining,
    Step,
    Turn,
    leave,
)
from projects.matching.instant.promises import honour
from projects.matching.unwinding import remaining

if TYPE_CHECKING:
    from collections.abc import Iterable

    from projects.matching.tally import Tally

__all__ = [
    "Allocated",
    "Before",
    "Decided",
    "Given",
    "Held",
    "Outcome",
    "Parts",
    "Pots",
    "Remaining",
    "Step",
    "Turn",
    "allocate",
    "claim_base",
    "decide",
    "leave",
    "look_again",
    "revoke",
]


def allocate(turns: Iterable[Turn], *, tally: Tally, pots: Pots) -> Allocated:
    """Return the outcome of each contribution by reference, in order of settlement.

    `pots` is what is free now, so without what is held for these very contributions; `tally` has
    the moves of what is held in it and is moved along. Ends early after a contribution that
    reaches a threshold which unlocks what came before it: those that were not reached have no
    outcome, and the one that reached it is to be looked at again with the others of its project.
    """
    outcomes: dict[str, Outcome] = {}
    kept: dict[str, Remaining] = {}
    left = dict(pots.left)
    moving = replace(pots, left=left)
    unlocked: str | None = None
    for turn in sorted(turns, key=lambda turn: turn.money.order):
        outcome, unlocked = _answer(turn, tally, moving, left)
        outcomes[turn.money.ref] = outcome
        parts, moves = outcome.parts, outcome.moves
        if turn.remaining_minor is not None:
            stays = remaining(turn.rule, turn.money, outcome, remaining_minor=turn.remaining_minor)
            kept[turn.money.ref] = stays
            parts, moves = stays.parts, stays.moves
        tally.move(moves)
        for layer, minor in parts:
            left[layer] -= minor
        if unlocked is not None:
            break
    return Allocated(outcomes, moving, unlocked, kept)


def _answer(
    turn: Turn, tally: Tally, pots: Pots, left: dict[str, int]
) -> tuple[Outcome, str | None]:
    """Return the outcome of one turn, and the project that it unlocks; gives back what is held."""
    if turn.held is not None:
        tally.move(turn.held.moves, back=True)
        for layer, minor in turn.held.parts:
            left[layer] = left.get(layer, 0) + minor
    unlocks = False
    if turn.rule.threshold is not None and not turn.is_unlocked:
        unlocks = thresholds.unlocks_earlier(turn.rule, turn.money, tally, at_hand_minor(turn))
    outcome = decide(turn, tally=tally, pots=pots, is_waiting=unlocks)
    if turn.held is not None:
        outcome = honour(outcome, turn, turn.held, tally=tally, pots=pots)
    unlocks = unlocks and any(step["step"] == "threshold" for step in outcome.steps)
    return outcome, turn.money.project if unlocks else None
