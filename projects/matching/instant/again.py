"""Second looks: waiting lists, thresholds reached or lost, a reserve set free, a pot filled up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.matching import counting
from projects.matching.instant import ideals
from projects.matching.instant.bases import Base
from projects.matching.instant.deciding import decide, within
from projects.matching.instant.ideals import Ideal
from projects.matching.instant.outcomes import Outcome
from projects.matching.rules import Stack
from projects.matching.tally import Measure

if TYPE_CHECKING:
    from projects.matching.instant.outcomes import Decided, Pots, Step, Turn
    from projects.matching.tally import Moves, Tally

LOCKED = ("threshold_not_reached", "threshold_lost")
OF_MATCH = (Measure.MATCHED, Measure.RESERVE)


def look_again(turn: Turn, given: Decided, *, tally: Tally, pots: Pots) -> Outcome:
    """Return what a rule gives now for a contribution it decided on before.

    `tally` and `pots` are as they stand, with `given` in them; they are left so. Base and formula
    stay as they were found the first time, only limits and pots are asked again; where the formula
    was not reached, as below a threshold, everything is asked. Never lower. The first reason stays,
    but for that of a threshold which no longer holds.
    """
    tally.move(given.moves, back=True)
    try:
        now = _now(turn, given, tally=tally, pots=pots.plus(given.parts))
    finally:
        tally.move(given.moves)
    if now.minor <= sum(minor for _, minor in given.parts):
        if given.reason in LOCKED and not given.parts:
            return now
        return _as_before(turn, given, now)
    first = None if given.reason in LOCKED else given.reason
    return now._replace(reason=first or now.reason)


def _now(turn: Turn, given: Decided, *, tally: Tally, pots: Pots) -> Outcome:
    match = next((step for step in reversed(given.steps) if step["step"] == "match"), None)
    is_fixed = match is not None and turn.rule.stacking.mode is not Stack.CASCADE
    if not is_fixed or match is None or "ideal" not in match:
        return decide(turn, tally=tally, pots=pots)
    base = Base(
        counted=counting.converted(turn.rule, turn.money) or 0,
        entry=_whole(match, "entry"),
        passed=_whole(match, "passed"),
        minor=_whole(match, "base"),
        moves={key: minor for key, minor in given.moves if key.measure not in OF_MATCH},
    )
    had = sum(minor for _, minor in given.parts)
    taken: list[Step] = [*first_steps(given.steps), {"step": "again", "minor": had}]
    return within(turn, base, _ideal(turn, base, match, tally), taken, tally=tally, pots=pots)


def first_steps(steps: tuple[Step, ...]) -> list[Step]:
    """Return the steps of the first decision, without those of an earlier second look."""
    names = [step["step"] for step in steps]
    return list(steps[: names.index("again")] if "again" in names else steps)


def _ideal(turn: Turn, base: Base, match: Step, tally: Tally) -> Ideal:
    if ideals.is_lump(turn.rule):  # Others of the project may have been given it since.
        return ideals.of(turn.rule, turn.money, base.minor, tally)
    if len(turn.rule.layers) == 1:
        return Ideal(((turn.rule.layers[0].id, _whole(match, "ideal")),))
    rates = ideals.rates_of(turn.rule, turn.money) or []
    return Ideal(tuple((layer, rate.of(base.minor)) for layer, rate in rates))


def _as_before(turn: Turn, given: Decided, now: Outcome) -> Outcome:
    return Outcome(
        rule=turn.rule,
        parts=given.parts,
        lump_minor=given.lump_minor,
        base_minor=now.base_minor,
        ideal_minor=now.ideal_minor,
        reason=given.reason,
        unmet=now.unmet,
        moves=given.moves,
        steps=given.steps,
    )


def revoke(given: Decided, turn: Turn) -> Outcome:
    """Return a decision when its project has lost the threshold: nothing, but still counted."""
    return Outcome(
        rule=turn.rule,
        reason="threshold_lost",
        moves=_still_counted(given.moves),
        steps=(
            *(step for step in first_steps(given.steps) if step["step"] != "match"),
            {"step": "lost", "reason": "threshold_lost"},
        ),
    )


def _still_counted(moves: Moves) -> Moves:
    kept = (Measure.COUNTED, Measure.USED)
    return tuple(move for move in moves if move[0].measure in kept or move[0].scope == "role")


def _whole(step: Step, name: str) -> int:
    value = step.get(name)
    return value if isinstance(value, int) else 0
