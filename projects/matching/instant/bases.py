"""From money to base: converted, limited by base caps, weighted, paired.

The base is what the formula is asked about. Every stage leaves a step, so that the base of what
remains of the money can be worked out later from the steps alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from projects.matching import counting
from projects.matching.formula import Rate
from projects.matching.instant import subjects
from projects.matching.rules import Metric, Pairing, Scope, Stack
from projects.matching.tally import Key, Measure, both

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from projects.matching.instant.outcomes import Step, Turn
    from projects.matching.rules import Counted, Paired, Rule, Weight
    from projects.matching.tally import Tally


@dataclass(slots=True)
class Base:
    """The base of one contribution, in minor units of the programme, stage by stage."""

    counted: int  # All of the money, converted.
    entry: int  # Of it, what the programmes before left.
    passed: int  # What the base caps let through.
    minor: int  # Weighted and paired: what the formula is asked about.
    reason: str | None = None  # Why it is zero, or the base cap that clipped it.
    steps: list[Step] = field(default_factory=list)
    moves: dict[Key, int] = field(default_factory=dict)


def of(turn: Turn, tally: Tally, *, funded_minor: int) -> Base:
    """Return the base of money that is not refused, with the counters it moves."""
    rule, money = turn.rule, turn.money
    counted = counting.converted(rule, money) or 0
    base = Base(counted, counted, counted, counted)
    if rule.threshold or rule.caps:
        base.moves = dict.fromkeys(counted_keys(rule, money), counted)
    if turn.frozen:
        base.steps.append({"step": "refused", "reason": turn.frozen})
        base.minor, base.reason = 0, turn.frozen
        return base
    _stack(turn, base)
    if rule.base_caps and base.minor:
        _limit(rule, money, base, tally, funded_minor)
    if rule.weight and base.minor:
        _weigh(rule.weight, money, base)
    if rule.paired and base.minor:
        _pair(rule.paired, money, base, tally)
    return base


def counted_keys(rule: Rule, money: Counted) -> Iterator[Key]:
    """Return the counters of money as it came, before base caps and weight."""
    if rule.threshold is not None:
        if rule.threshold.metric is not Metric.DONORS:
            yield Key(Measure.COUNTED, "project", money.project)
        elif money.donor is not None:
            yield Key(Measure.COUNTED, "donor_project", both(money.project, money.donor))
    for cap in rule.caps:
        if cap.scope is Scope.PROJECT_COST:
            on = subjects.day(rule, money)
            period = subjects.period_key(rule, cap.period, on)
            yield Key(Measure.COUNTED, "project", money.project, period)


def used_key(scope: Scope, money: Counted) -> Key | None:
    """Return the counter of a base cap, if it keeps one for this money."""
    whose = subjects.subject(scope, money)
    if whose is None or scope is Scope.CONTRIBUTION:
        return None
    return Key(Measure.USED, scope, whose)


def role_key(money: Counted, role: object) -> Key:
    return Key(Measure.BASE, "role", both(money.project, str(role)))


def paired_key(money: Counted) -> Key:
    return Key(Measure.BASE, "paired", money.project)


def _stack(turn: Turn, base: Base) -> None:
    stacking, before = turn.rule.stacking, turn.before
    is_out = stacking.mode is Stack.EXCLUSIVE and bool(before.gave)
    if is_out or not set(stacking.exclusive_with).isdisjoint(before.gave):
        base.minor, base.reason = 0, "already_matched"
        base.steps.append({"step": "exclusive", "gave": list(before.gave)})
    elif stacking.mode is Stack.CASCADE and before.left_minor is not None:
        left = counting.converted(turn.rule, turn.money, before.left_minor) or 0
        base.entry = base.passed = base.minor = left
        base.steps.append({"step": "cascade", "left": before.left_minor})
        if not left:
            base.reason = "already_matched"


def _limit(rule: Rule, money: Counted, base: Base, tally: Tally, funded_minor: int) -> None:
    keys = []
    for cap in rule.base_caps:
        key = used_key(cap.scope, money)
        limit = subjects.amount_of(cap.amount, rule, money, funded_minor=funded_minor)
        room = max(0, limit - tally[key]) if key else limit
        if room < base.minor:
            base.minor, base.reason = room, f"base_cap_{cap.scope}"
        keys += [key] if key else []
        base.steps.append(
            {
                "step": "base_cap",
                "scope": cap.scope,
                "cap": limit,
                "room": room,
                "minor": base.minor,
            }
        )
    base.passed = base.minor
    base.moves |= dict.fromkeys(keys, base.minor)


def _weigh(weight: Weight, money: Counted, base: Base) -> None:
    score = money.facts.get(weight.by)
    rate = Rate(0, 1)
    for start, each in weight.bands:
        if isinstance(score, int) and score >= start:
            rate = each
    base.minor = rate.of(base.minor)
    if not rate.numerator:
        base.reason = "weight_zero"
    base.steps.append(
        {
            "step": "weight",
            "by": weight.by,
            "score": score,
            "rate": [rate.numerator, rate.denominator],
            "minor": base.minor,
        }
    )


def _pair(paired: Paired, money: Counted, base: Base, tally: Tally) -> None:
    role = money.facts.get("role")
    sums = {each: tally[role_key(money, each)] for each in paired.roles}
    own = base.minor
    base.moves[role_key(money, role)] = own
    sums[str(role)] += own
    used = tally[paired_key(money)]
    base.minor = grown(paired, sums, used)
    base.moves[paired_key(money)] = base.minor
    if not base.minor:
        base.reason = "awaiting_pair"
    base.steps.append(
        {
            "step": "paired",
            "role": role,
            "own": own,
            "sums": {**sums},
            "used": used,
            "minor": base.minor,
        }
    )


def grown(paired: Paired, sums: Mapping[str, int], used_minor: int) -> int:
    """Return what the roles' sums let count beyond what was used of them before."""
    smallest = min(sums.values())
    together = smallest if paired.rule is Pairing.MIN else smallest * len(paired.roles)
    return max(0, together - used_minor)
