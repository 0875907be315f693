"""Whether a rule counts money at all, and in how many minor units of its own currency.

Everything is asked of the facts stored with the money. A fact that is missing makes the money not
eligible; it is never an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.matching.formula import Score, ShareOfCost, TierOn, Tiers
from projects.matching.instant import subjects
from projects.matching.rules import BaseCap, Cap, Clock, Metric, Operator

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from projects.matching.formula import Rate
    from projects.matching.rules import Condition, Counted, Fact, Rule


def condition_holds(condition: Condition, facts: Mapping[str, Fact]) -> bool:
    """Tell whether facts meet a condition; a missing one, on either side, never does."""
    fact = facts.get(condition.field)
    value = condition.value if condition.value_field is None else facts.get(condition.value_field)
    if fact is None or value is None:
        return False
    if condition.op in (Operator.GTE, Operator.LTE):
        return _is_ordered(condition.op, fact, value)
    is_among = any(
        _is_same(fact, each) for each in (value if isinstance(value, tuple) else (value,))
    )
    return is_among == (condition.op in (Operator.EQ, Operator.IN))


def _is_same(fact: Fact, value: object) -> bool:
    return fact == value and isinstance(fact, bool) == isinstance(value, bool)  # 1 is not yes.


def _is_ordered(op: Operator, fact: Fact, value: object) -> bool:
    if isinstance(fact, bool) or isinstance(value, bool):
        return False
    if not isinstance(fact, int) or not isinstance(value, int):
        return False
    return fact >= value if op is Operator.GTE else fact <= value


def unmet(conditions: Iterable[Condition], facts: Mapping[str, Fact]) -> str | None:
    """Return the field of the first condition that the facts do not meet, or nothing."""
    for condition in conditions:
        if not condition_holds(condition, facts):
            return condition.field
    return None


def facts_met(conditions: Iterable[Condition], facts: Mapping[str, Fact]) -> bool:
    """Tell whether facts meet every condition."""
    return unmet(conditions, facts) is None


def speaks_of(rule: Rule, project_facts: Mapping[str, Fact]) -> bool:
    """Tell whether a project meets every condition that the rule sets for projects alone."""
    return facts_met(filter(_is_of_project, rule.eligible), project_facts)


def _is_of_project(condition: Condition) -> bool:
    asked = (condition.field, condition.value_field or condition.field)
    return all(field.startswith(("project.", "organisation.")) for field in asked)


def rate_into(rule: Rule, currency: str) -> Rate | None:
    """Return minor units of the rule's currency for one of another, if the rule has that rate."""
    return rule.fx.get(currency)


def converted(rule: Rule, money: Counted, minor: int | None = None) -> int | None:
    """Return money, or this much of it, in the rule's currency, rounded down; None: no rate."""
    amount = money.amount_minor if minor is None else minor
    if money.currency == rule.currency:
        return amount
    rate = rate_into(rule, money.currency)
    return None if rate is None else rate.of(amount)


def in_own_currency(rule: Rule, money: Counted, minor: int) -> int:
    """Return an amount of the rule's currency in the money's own, rounded up."""
    if money.currency == rule.currency:
        return minor
    rate = rule.fx[money.currency]
    return -(-minor * rate.denominator // rate.numerator)


def refusal(rule: Rule, money: Counted) -> str | None:
    """Return the reason code why a rule does not count this money at all, or nothing."""
    counted = converted(rule, money)
    if counted is None:
        return "currency_mismatch"
    if reason := late_or_early(rule, money):
        return reason
    if (question := not_counted(rule, money.facts)) is not None:
        return f"not_counted:{question}"
    if (field := unmet(rule.eligible, money.facts) or missing(rule, money)) is not None:
        return f"not_eligible:{field}"
    return "below_minimum" if counted < rule.min_contribution_minor else None


def late_or_early(rule: Rule, money: Counted) -> str | None:
    window = rule.window
    if not window.contains(subjects.clock(rule, money)):
        return "outside_window"
    if window.clock is Clock.INITIATED and window.settle_by is not None:
        return "settled_too_late" if money.settled_at >= window.settle_by else None
    return None


def not_counted(rule: Rule, facts: Mapping[str, Fact]) -> str | None:
    """Return the question of `counts` that the money fails: kind, channel, by or proof."""
    counts = rule.counts
    if counts.kinds and facts.get("contribution.kind", "donation") not in counts.kinds:
        return "kind"
    if counts.channels and facts.get("contribution.channel") not in counts.channels:
        return "channel"
    if counts.by and facts.get("donor.kind", "individual") not in counts.by:
        return "by"
    if counts.proof and facts.get("contribution.proof") != counts.proof:
        return "proof"
    return None


def missing(rule: Rule, money: Counted) -> str | None:
    """Return the first fact that the rule's own arithmetic needs and the money lacks."""
    facts = money.facts
    if rule.paired and facts.get("role") not in rule.paired.roles:
        return "role"
    if rule.weight and not subjects.is_whole(facts.get(rule.weight.by)):
        return rule.weight.by
    limits: tuple[BaseCap | Cap, ...] = (*rule.base_caps, *rule.caps)
    for limit in limits:
        if (field := _missing_for(limit, rule, money)) is not None:
            return field
    if rule.stacking.lifetime_awards is not None and facts.get("project.organisation") is None:
        return "project.organisation"
    return None if rule.allocation.is_at_close else _missing_now(rule, facts)


def _missing_for(limit: BaseCap | Cap, rule: Rule, money: Counted) -> str | None:
    """Return the missing fact that a limit needs: its subject, or what its amount is tied to."""
    if isinstance(limit, Cap) and limit.when and not condition_holds(limit.when, money.facts):
        return None
    field = subjects.FIELDS.get(limit.scope)
    if field is not None and money.facts.get(field) is None:
        return field
    if isinstance(limit.amount, int):
        return None
    return subjects.missing_fact(limit.amount, rule, money)


def _missing_now(rule: Rule, facts: Mapping[str, Fact]) -> str | None:
    """Return the missing fact among those that only a decision at once needs."""
    formula = rule.formula
    if isinstance(formula, Tiers) and formula.on is TierOn.ATTRIBUTE:
        attribute = str(formula.attribute)
        return attribute if formula.rate_for(facts.get(attribute)) is None else None
    if isinstance(formula, ShareOfCost) and not subjects.is_whole(facts.get(formula.of)):
        return formula.of
    if isinstance(formula, Score) and not subjects.is_whole(facts.get(formula.asked)):
        return formula.asked
    needs_goal = rule.threshold is not None and rule.threshold.metric is Metric.PCT
    return "project.goal" if needs_goal and not is_positive(facts.get("project.goal")) else None


def is_positive(fact: Fact) -> bool:
    return isinstance(fact, int) and not isinstance(fact, bool) and fact > 0
