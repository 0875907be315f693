"""How far the comparison meets the World Bank's twelve minimum requirements.

They are asked of national databases that the World Bank certifies (remittanceprices.worldbank.org).
Whatever can be counted is counted, over the newest survey of each corridor. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from remittances.models import CorridorQuarter


class Status(StrEnum):
    """Whether a requirement is met."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What the newest surveys hold, all corridors together."""

    corridors: int
    corridors_two_amounts: int
    rows: int
    rows_two_amounts: int
    rows_transparent: int
    rows_with_total: int
    rows_with_speed: int
    rows_with_type: int
    rows_with_day: int
    fewest_firms: int
    most_firms: int
    live_rows: int
    paying_firms: int


@dataclass(frozen=True, slots=True)
class Requirement:
    """One of the twelve: its number, its answer, and the counts the answer is made of."""

    number: int
    code: str
    status: Status
    facts: dict[str, int]


def counted(quarters: Sequence[CorridorQuarter], *, live_rows: int, paying_firms: int) -> Counted:
    """Return the sums over the newest survey of each corridor."""
    surveyed = [quarter for quarter in quarters if quarter.rows_surveyed]
    firms = [quarter.firms_surveyed for quarter in surveyed]
    return Counted(
        corridors=len(surveyed),
        corridors_two_amounts=sum(quarter.rows_two_amounts > 0 for quarter in surveyed),
        rows=sum(quarter.rows_surveyed for quarter in surveyed),
        rows_two_amounts=sum(quarter.rows_two_amounts for quarter in surveyed),
        rows_transparent=sum(quarter.rows_transparent for quarter in surveyed),
        rows_with_total=sum(quarter.services for quarter in surveyed),
        rows_with_speed=sum(quarter.rows_with_speed for quarter in surveyed),
        rows_with_type=sum(quarter.rows_with_type for quarter in surveyed),
        rows_with_day=sum(quarter.rows_with_day for quarter in surveyed),
        fewest_firms=min(firms, default=0),
        most_firms=max(firms, default=0),
        live_rows=live_rows,
        paying_firms=paying_firms,
    )


def _share(part: str) -> Callable[[Counted], Status]:
    """Return the rule: met where every row has it, partly where some have."""

    def judged(found: Counted) -> Status:
        having = getattr(found, part)
        if not having:
            return Status.NOT_MET
        return Status.MET if having == found.rows else Status.PARTLY

    return judged


def _two_amounts(found: Counted) -> Status:
    if not found.corridors_two_amounts:
        return Status.NOT_MET
    is_everywhere = found.corridors_two_amounts == found.corridors
    return Status.MET if is_everywhere else Status.PARTLY


def _independent(found: Counted) -> Status:
    """Feeds come from the firms themselves, and entries from officers."""
    if not found.rows:
        return Status.NOT_MET
    return Status.PARTLY if found.live_rows else Status.MET


def _no_advertising(found: Counted) -> Status:
    return Status.PARTLY if found.paying_firms else Status.MET


def _always(status: Status) -> Callable[[Counted], Status]:
    return lambda found: status  # noqa: ARG005  Whatever was counted.


_RULES: tuple[tuple[str, Callable[[Counted], Status], tuple[str, ...]], ...] = (
    ("two_amounts", _two_amounts,
     ("corridors", "corridors_two_amounts", "rows", "rows_two_amounts")),
    ("fee", _share("rows_with_total"), ("rows", "rows_with_total")),
    ("exchange_rate", _share("rows_transparent"), ("rows", "rows_transparent")),
    ("total_cost", _share("rows_with_total"), ("rows", "rows_with_total")),
    ("speed", _share("rows_with_speed"), ("rows", "rows_with_speed")),
    ("type_of_service", _share("rows_with_type"), ("rows", "rows_with_type")),
    ("market_coverage", _always(Status.NOT_MET), ("corridors", "fewest_firms", "most_firms")),
    ("independent_researchers", _independent, ("rows", "rows_with_day", "live_rows")),
    ("mystery_shopping", _always(Status.NOT_MET), ()),
    ("no_advertising", _no_advertising, ("paying_firms",)),
    ("clear_funding", _always(Status.PARTLY), ("paying_firms",)),
    ("links_to_others", _always(Status.MET), ()),
)  # fmt: skip


def judged(found: Counted) -> list[Requirement]:
    """Return the twelve requirements in the World Bank's order."""
    return [
        Requirement(number, code, rule(found), {name: getattr(found, name) for name in facts})
        for number, (code, rule, facts) in enumerate(_RULES, 1)
    ]
