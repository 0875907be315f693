"""What a programme's rule is, and which money it counts.

A rule is the frozen form of a programme document (see `documents`). Whether money counts is asked
of the facts stored with that money, never of the world as it is today. A fact that is missing makes
the money *not eligible*; it is never an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from projects.matching.caps import Cap
    from projects.matching.formula import Rate

type_of_fact: Mapping[str, type[str] | type[int]] = {
    "donor.residence": str,
    "project.country": str,
    "project.sector": str,
    "project.kind": str,
    "project.slug": str,
    "contribution.amount": int,
}
"""The facts a rule may ask for. Countries are ISO 3166-1 alpha-3, amounts minor units."""


class Operator(StrEnum):
    EQ = "eq"
    NE = "ne"
    IN = "in"
    NOT_IN = "not_in"
    GTE = "gte"
    LTE = "lte"


@dataclass(frozen=True, slots=True)
class Condition:
    field: str
    op: Operator
    value: str | int | tuple[str | int, ...]

    def holds(self, fact: str | int | None) -> bool:
        """Tell whether a fact meets the condition; a missing fact never does."""
        if fact is None:
            return False
        if self.op in (Operator.GTE, Operator.LTE):
            return self._is_ordered(fact)
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        return (fact in values) == (self.op in (Operator.EQ, Operator.IN))

    def _is_ordered(self, fact: str | int) -> bool:
        if not isinstance(fact, int) or not isinstance(self.value, int):
            return False
        return fact >= self.value if self.op is Operator.GTE else fact <= self.value


class Partial(StrEnum):
    """What becomes of a match when part of its money goes back."""

    RECOMPUTE = "recompute"
    PROPORTIONAL = "proportional"


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open: the opening instant is inside, the closing instant is not."""

    opens_at: datetime
    closes_at: datetime
    zone: str

    def contains(self, at: datetime) -> bool:
        return self.opens_at <= at < self.closes_at


@dataclass(frozen=True, slots=True)
class Rule:
    programme_id: str
    name: str
    currency: str
    window: Window
    priority: int
    eligible: tuple[Condition, ...]
    min_contribution_minor: int
    rate: Rate
    caps: tuple[Cap, ...]
    pot_minor: int
    partial: Partial = Partial.RECOMPUTE


@dataclass(frozen=True, slots=True)
class Counted:
    """Money that has arrived, with the facts about giver and project as they were then."""

    ref: str
    amount_minor: int
    currency: str
    settled_at: datetime
    donor: str | None
    project: str
    facts: Mapping[str, str | int | None]

    @property
    def order(self) -> tuple[datetime, str]:
        """When its turn comes: by settlement time, then by reference, never by arrival."""
        return self.settled_at, self.ref


def unmet_condition(
    conditions: Iterable[Condition], facts: Mapping[str, str | int | None]
) -> str | None:
    """Return the field of the first condition that the facts do not meet, or nothing."""
    return next((c.field for c in conditions if not c.holds(facts.get(c.field))), None)


def refusal(rule: Rule, money: Counted) -> str | None:
    """Return the reason code why a rule does not count this money at all, or nothing."""
    if money.currency != rule.currency:
        return "currency_mismatch"
    if not rule.window.contains(money.settled_at):
        return "outside_window"
    if (field := unmet_condition(rule.eligible, money.facts)) is not None:
        return f"not_eligible:{field}"
    if money.amount_minor < rule.min_contribution_minor:
        return "below_minimum"
    return None


def speaks_of(rule: Rule, project_facts: Mapping[str, str | int | None]) -> bool:
    """Tell whether a project meets every condition that the rule sets for projects."""
    conditions = [c for c in rule.eligible if c.field.startswith("project.")]
    return unmet_condition(conditions, project_facts) is None
