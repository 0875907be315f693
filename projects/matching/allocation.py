"""Giving counted money its match, one after the other, until the pot is empty.

The result is a function of the rule, the money in order of settlement, what was given before and
the pot; nothing else. Every outcome carries its steps as plain data, and a reason whenever it is
zero or smaller than the formula gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from projects.matching import caps, rules, unwinding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from projects.matching.caps import Usage
    from projects.matching.rules import Counted, Rule

Step = dict[str, str | int | list[int] | bool | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one rule gives for one contribution, in minor units, and why."""

    minor: int
    reason: str | None
    steps: tuple[Step, ...]

    def without_pot(self) -> Outcome:
        """Return the outcome when, against all expectation, the pot turns out to be empty."""
        nothing: tuple[Step, ...] = ({"step": "pot", "room": 0}, {"step": "match", "minor": 0})
        kept = (step for step in self.steps if step["step"] not in ("pot", "match", "promised"))
        return Outcome(0, "pot_exhausted", (*kept, *nothing))


@dataclass(frozen=True, slots=True)
class Turn:
    """One contribution before one rule, with what was reserved for it and is still held."""

    rule: Rule
    money: Counted
    reserved_minor: int = 0
    reserved_for: str | None = None  # The giver as known when it was reserved.
    reserved_reason: str | None = None  # Why the reservation was smaller than the formula.
    has_lapsed: bool = False  # It is still held, but its time was over when the money settled.
    remaining_minor: int | None = None  # Of the money, where some has gone back since.


@dataclass(frozen=True, slots=True)
class Allocated:
    outcomes: dict[str, Outcome]
    pot_minor: int


def decide(rule: Rule, money: Counted, *, usage: Usage, pot_minor: int) -> Outcome:
    """Return what a rule gives for one contribution with this much in the pot."""
    base: Step = {"step": "base", "minor": money.amount_minor, "currency": money.currency}
    if reason := rules.refusal(rule, money):
        return Outcome(0, reason, (base, _refused(rule, money, reason)))
    ideal = rule.rate.of(money.amount_minor)
    limits = caps.rooms(rule.caps, usage, donor=money.donor, project=money.project)
    pot = caps.Room("pot_exhausted", pot_minor)
    minor, reason = caps.clip(ideal, [*limits, pot])
    if minor == 0 and reason is None:
        reason = "rounds_to_zero"
    steps: list[Step] = [base]
    steps += [
        {"step": "eligible", "field": c.field, "fact": money.facts.get(c.field)}
        for c in rule.eligible
    ]
    steps.append(_rate(rule, money.amount_minor, ideal))
    steps += [
        {"step": "cap", "scope": cap.scope.value, "cap": cap.amount_minor, "room": room.minor}
        for cap, room in zip(rule.caps, limits, strict=True)
    ]
    steps += [{"step": "pot", "room": pot_minor}, {"step": "match", "minor": minor}]
    return Outcome(minor, reason, tuple(steps))


def _refused(rule: Rule, money: Counted, reason: str) -> Step:
    step: Step = {"step": "refused", "reason": reason}
    code, _, field = reason.partition(":")
    match code:
        case "not_eligible":
            step |= {"field": field, "fact": money.facts.get(field)}
        case "below_minimum":
            step["minimum"] = rule.min_contribution_minor
        case "currency_mismatch":
            step["currency"] = rule.currency
        case "outside_window":
            step |= {
                "settled_at": money.settled_at.isoformat(),
                "opens_at": rule.window.opens_at.isoformat(),
                "closes_at": rule.window.closes_at.isoformat(),
                "zone": rule.window.zone,
            }
    return step


def _rate(rule: Rule, base_minor: int, ideal_minor: int) -> Step:
    rate = rule.rate
    return {
        "step": "rate",
        "rate": [rate.numerator, rate.denominator],
        "minor": ideal_minor,
        "rounded_down": base_minor * rate.numerator % rate.denominator != 0,
    }


def honour(outcome: Outcome, turn: Turn) -> Outcome:
    """Lift an outcome to what was reserved, but never above the rate on what was really given.

    A reservation is a promise made before paying. It stands when the window has closed or other
    money has moved since; it does not stand for money that did not arrive, or not in time.
    """
    if turn.has_lapsed:
        return outcome
    ideal = turn.rule.rate.of(turn.money.amount_minor)
    promised = min(turn.reserved_minor, ideal)
    if promised <= outcome.minor:
        return outcome
    reason = None if promised == ideal else turn.reserved_reason
    return Outcome(promised, reason, (*outcome.steps, {"step": "promised", "minor": promised}))


def kept_of(turn: Turn, outcome: Outcome) -> int:
    """Return what stays of an outcome when some of its money has gone back since."""
    if turn.remaining_minor is None:
        return outcome.minor
    return unwinding.remaining_match(
        turn.rule,
        turn.money,
        decided_minor=outcome.minor,
        steps=outcome.steps,
        remaining_minor=turn.remaining_minor,
    )


def allocate(turns: Iterable[Turn], *, pot_minor: int, usage: Usage) -> Allocated:
    """Return the outcome of each contribution by reference, in order of settlement.

    `pot_minor` is what the pot has free; `usage` what was given or is held, the reservations of
    these very contributions included. Both are moved along; `usage` is changed in place.
    """
    outcomes: dict[str, Outcome] = {}
    for turn in sorted(turns, key=lambda turn: turn.money.order):
        money = turn.money
        usage.add(donor=turn.reserved_for, project=money.project, minor=-turn.reserved_minor)
        pot_minor += turn.reserved_minor
        outcome = decide(turn.rule, money, usage=usage, pot_minor=pot_minor)
        outcome = honour(outcome, turn)
        kept = kept_of(turn, outcome)
        usage.add(donor=money.donor, project=money.project, minor=kept)
        pot_minor -= kept
        outcomes[money.ref] = outcome
    return Allocated(outcomes, pot_minor)
