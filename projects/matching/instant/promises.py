"""Holding to what a person was promised before paying.

A reservation stands when the window has closed or other money has moved since. It does not stand
for money that did not arrive, or not in time: it is never above the formula on what was really
given, and never above what was held.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.matching import caps, counting
from projects.matching.instant import ideals, rooms
from projects.matching.instant.outcomes import total_of
from projects.matching.rules import Stack
from projects.matching.tally import Measure

if TYPE_CHECKING:
    from projects.matching.instant.outcomes import Held, Outcome, Pots, Turn
    from projects.matching.tally import Moves, Tally

NEVER_LIFTED = ("programme_frozen", "project_frozen", "already_matched")


def honour(outcome: Outcome, turn: Turn, held: Held, *, tally: Tally, pots: Pots) -> Outcome:
    """Lift an outcome to what was held; `tally` and `pots` are as without what was held."""
    if held.has_lapsed or outcome.reason in NEVER_LIFTED:
        return outcome
    whole = turn.money.amount_minor
    left = min(whole, whole if turn.before.left_minor is None else turn.before.left_minor)
    base = counting.converted(turn.rule, turn.money, left if _cascades(turn) else whole)
    if base is None:
        return outcome
    ideal = ideals.of(turn.rule, turn.money, base, tally)
    whole_of = dict(ideal.parts)
    parts = tuple(
        (layer, most) for layer, minor in held.parts if (most := min(minor, whole_of.get(layer, 0)))
    )
    promised = total_of(parts)
    if promised <= outcome.minor:
        return outcome
    reason = None if promised == ideal.minor else held.reason
    kept = caps.kept(turn.rule, turn.money)
    moves = rooms.moves_of_match(turn, kept, parts, ideal, tally=tally, pots=pots)
    match = rooms.match_step(parts, base=base, ideal=ideal.minor, entry=base, passed=base)
    kept_steps = tuple(step for step in outcome.steps if step["step"] != "match")
    return outcome._replace(
        parts=parts,
        lump_minor=promised if ideal.is_lump else 0,
        base_minor=base,
        ideal_minor=ideal.minor,
        reason=reason or None,
        unmet=(),
        moves=(
            *_not_of_match(outcome.moves or held.moves),
            *(move for move in moves.items() if move[1]),
        ),
        steps=(*kept_steps, {"step": "promised", "minor": promised}, match),
    )


def _cascades(turn: Turn) -> bool:
    return turn.rule.stacking.mode is Stack.CASCADE


def _not_of_match(moves: Moves) -> Moves:
    return tuple(
        (key, minor)
        for key, minor in moves
        if key.measure not in (Measure.MATCHED, Measure.RESERVE)
    )
