"""Giving counted money its match, one after the other, until the pot is empty.

The result is a function of the rule, the money in order of settlement, what was given before and
the pots; nothing else. Every outcome carries its steps as plain data, and a reason whenever it is
zero or smaller than the formula gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.matching.outcomes import (
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


def decide(turn: Turn, *, tally: Tally, pots: Pots) -> Outcome:
    """Return what a rule gives for one contribution. Moves nothing; a reservation has no say."""
    raise NotImplementedError


def allocate(turns: Iterable[Turn], *, tally: Tally, pots: Pots) -> Allocated:
    """Return the outcome of each contribution by reference, in order of settlement.

    `pots` is what is free now, so without what is held for these very contributions; `tally` has
    the moves of what is held in it and is moved along. Ends early after a contribution that
    reaches a threshold which unlocks what came before it: those that were not reached have no
    outcome, and the one that reached it is to be looked at again with the others of its project.
    """
    raise NotImplementedError


def look_again(turn: Turn, given: Decided, *, tally: Tally, pots: Pots) -> Outcome:
    """Return what a rule gives now for a contribution it decided on before. Moves nothing.

    `tally` and `pots` are as they stand, with `given` in them. Never lower; the first reason stays.
    """
    raise NotImplementedError


def claim_base(turn: Turn, *, tally: Tally, pots: Pots = Pots({}, 0)) -> Outcome:
    """Return the base of a contribution for a programme that decides at its close."""
    raise NotImplementedError


def revoke(given: Decided, turn: Turn) -> Outcome:
    """Return a decision when its project has lost the threshold: nothing, but still counted."""
    raise NotImplementedError
