"""The first lines of a calculation: the money, its conversion, what was asked, why it was refused.

Plain JSON values only. The later lines are written where they are worked out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.matching import counting
from projects.matching.instant import subjects

if TYPE_CHECKING:
    from projects.matching.instant.outcomes import Step
    from projects.matching.rules import Counted, Rule


def of_money(rule: Rule, money: Counted) -> list[Step]:
    """Return the money, and its conversion where there is one."""
    steps: list[Step] = [{"step": "base", "minor": money.amount_minor, "currency": money.currency}]
    if money.currency != rule.currency and (rate := rule.fx.get(money.currency)):
        steps.append(
            {
                "step": "converted",
                "minor": counting.converted(rule, money),
                "rate": [rate.numerator, rate.denominator],
                "currency": rule.currency,
            }
        )
    return steps


def of_conditions(rule: Rule, money: Counted) -> list[Step]:
    """Return each condition with the fact that met it."""
    return [
        {
            "step": "condition",
            "field": condition.field,
            "op": condition.op,
            "fact": money.facts.get(condition.field),
        }
        for condition in rule.eligible
    ]


def of_refusal(rule: Rule, money: Counted, reason: str) -> Step:
    """Return why money is not counted: what was asked and what was found."""
    step: Step = {"step": "refused", "reason": reason}
    code, _, field = reason.partition(":")
    match code:
        case "not_eligible":
            step |= {"field": field, "fact": money.facts.get(field)}
        case "below_minimum":
            step["minimum"] = rule.min_contribution_minor
        case "currency_mismatch":
            step["currency"] = rule.currency
        case "outside_window" | "settled_too_late":
            step |= _times(rule, money)
    return step


def _times(rule: Rule, money: Counted) -> Step:
    window = rule.window
    return {
        "at": subjects.clock(rule, money).isoformat(),
        "settled_at": money.settled_at.isoformat(),
        "opens_at": window.opens_at.isoformat(),
        "closes_at": window.closes_at.isoformat(),
        "settle_by": None if window.settle_by is None else window.settle_by.isoformat(),
        "clock": window.clock,
        "zone": window.zone,
    }
