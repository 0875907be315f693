"""One decision: from money to base to formula to what the limits and the pot allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.matching import caps, counting
from projects.matching.instant import bases, ideals, layers, rooms, steps, thresholds
from projects.matching.instant.outcomes import Outcome, Pots, total_of
from projects.matching.rules import Coupling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from projects.matching.instant.bases import Base
    from projects.matching.instant.ideals import Ideal
    from projects.matching.instant.outcomes import Step, Turn
    from projects.matching.tally import Key, Moves, Tally

NO_POTS = Pots({}, 0)


def decide(turn: Turn, *, tally: Tally, pots: Pots, is_waiting: bool = False) -> Outcome:
    """Return what a rule gives for one contribution. Moves nothing; a reservation has no say.

    `is_waiting`: it reaches a threshold that unlocks what came before it, and has to wait for that.
    """
    rule, money = turn.rule, turn.money
    taken = steps.of_money(rule, money)
    if reason := counting.refusal(rule, money):
        taken.append(steps.of_refusal(rule, money, reason))
        return Outcome(rule=rule, reason=reason, steps=tuple(taken))
    base = bases.of(turn, tally, funded_minor=pots.funded_minor)
    if rule.eligible:
        taken += steps.of_conditions(rule, money)
    taken += base.steps
    if not base.minor:
        return _nothing(turn, base, base.reason or "rounds_to_zero", taken)
    ideal = ideals.of(rule, money, base.minor, tally)
    taken += ideal.steps
    if rule.threshold is not None:
        reached, step = _threshold(turn, base, tally, is_waiting=is_waiting)
        taken.append(step)
        if not reached or is_waiting:
            return _nothing(turn, base, "threshold_not_reached", taken, ideal)
    if total := ideals.total_key(rule, money):
        base.moves[total] = base.minor
    return within(turn, base, ideal, taken, tally=tally, pots=pots)


def within(  # noqa: PLR0913  The stages so far, and what limits them.
    turn: Turn, base: Base, ideal: Ideal, taken: list[Step], *, tally: Tally, pots: Pots
) -> Outcome:
    """Return what the limits and the pots allow of what the formula gives."""
    rule = turn.rule
    kept = caps.kept(rule, turn.money)
    limits, limit_steps = rooms.limits(
        turn, kept, base.counted, tally=tally, funded_minor=pots.funded_minor
    )
    potted, pot_steps = rooms.pot_rooms(turn, tally=tally, pots=pots)
    rates = ideals.rates_of(rule, turn.money) if len(rule.layers) > 1 else None
    paid = layers.pay(rule, ideal, rates, base.minor, limits=limits, pots=potted)
    minor, whole = total_of(paid.parts), ideal.minor
    reason = paid.reason or base.reason
    if not minor:
        reason = _why_nothing(turn, reason, ideal)
    if minor:
        base.moves |= rooms.moves_of_match(turn, kept, paid.parts, ideal, tally=tally, pots=pots)
    match = rooms.match_step(
        paid.parts, base=base.minor, ideal=whole, entry=base.entry, passed=base.passed
    )
    if rates is not None and rule.coupling is Coupling.JOINT:
        match["together"] = True
    return Outcome(
        rule=rule,
        parts=paid.parts,
        lump_minor=minor if ideal.is_lump else 0,
        base_minor=base.minor,
        ideal_minor=whole,
        reason=reason,
        unmet=paid.unmet,
        moves=_nonzero(base.moves),
        steps=(*taken, *limit_steps, *pot_steps, match),
    )


def _why_nothing(turn: Turn, reason: str | None, ideal: Ideal) -> str:
    if caps.needs_award(turn.rule) and turn.ceiling_minor is None:
        return "no_award"
    return reason or ideal.reason or "rounds_to_zero"


def _threshold(turn: Turn, base: Base, tally: Tally, *, is_waiting: bool) -> tuple[bool, Step]:
    """Tell whether the threshold is reached, and count it where it is reached for good."""
    threshold = turn.rule.threshold
    if threshold is None:
        raise ValueError(f"{turn.rule.programme_id} has no threshold.")
    at_hand = at_hand_minor(turn)
    come = thresholds.standing(threshold, turn.money, tally, at_hand)
    reached = turn.is_unlocked or thresholds.is_reached(turn.rule, turn.money, tally, at_hand)
    if reached and not threshold.revoke:
        key = thresholds.unlocked_key(turn.money)
        base.moves |= {} if tally[key] else {key: 1}
    return reached, {
        "step": "threshold",
        "metric": threshold.metric,
        "at": threshold.at,
        "has": come,
        "reached": reached and not is_waiting,
    }


def at_hand_minor(turn: Turn) -> int:
    """Return how much of the money at hand counts towards a threshold: what has not gone back."""
    return counting.converted(turn.rule, turn.money, turn.remaining_minor) or 0


def _nothing(
    turn: Turn, base: Base, reason: str, taken: list[Step], ideal: Ideal | None = None
) -> Outcome:
    return Outcome(
        rule=turn.rule,
        base_minor=base.minor,
        ideal_minor=ideal.minor if ideal else 0,
        reason=reason,
        moves=_nonzero(base.moves),
        steps=tuple(taken),
    )


def _nonzero(moves: Mapping[Key, int]) -> Moves:
    return tuple([move for move in moves.items() if move[1]])


def claim_base(turn: Turn, *, tally: Tally, pots: Pots = NO_POTS) -> Outcome:
    """Return the base of a contribution for a programme that decides at its close.

    Nothing is paid; `base_minor` is after base caps, weight and pairing.
    """
    rule, money = turn.rule, turn.money
    taken = steps.of_money(rule, money)
    if reason := counting.refusal(rule, money):
        taken.append(steps.of_refusal(rule, money, reason))
        return Outcome(rule=rule, reason=reason, steps=tuple(taken))
    base = bases.of(turn, tally, funded_minor=pots.funded_minor)
    taken += [*steps.of_conditions(rule, money), *base.steps]
    reason = "waits_for_close" if base.minor else base.reason or "rounds_to_zero"
    return _nothing(turn, base, reason, taken)
