"""Whom and which time a limit speaks of: subjects of scopes, periods, and amounts of a day."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from projects.matching.rules import Clock, Indexed, Period, Scope, Share
from projects.matching.tally import both

if TYPE_CHECKING:
    from datetime import date, datetime

    from projects.matching.rules import Amount, Counted, Rule

FIELDS: dict[Scope, str] = {
    Scope.ORGANISATION: "project.organisation",
    Scope.DONOR_ORGANISATION: "project.organisation",
    Scope.CLUB: "donor.club",
    Scope.REGION: "project.region",
    Scope.BENEFICIARY: "project.beneficiary",
}
"""The fact that names the subject of a scope; money without it is not eligible."""


def subject(scope: Scope, money: Counted) -> str | None:
    """Return whom a counter of this scope belongs to; None is a giver nobody knows."""
    if scope is Scope.DONOR:
        return money.donor
    if scope in (Scope.PROJECT, Scope.PROJECT_COST):
        return money.project
    if scope in (Scope.DONOR_PROJECT, Scope.DONOR_ORGANISATION):
        owner = money.project if scope is Scope.DONOR_PROJECT else money.facts.get(FIELDS[scope])
        return None if money.donor is None else both(str(owner), money.donor)
    return str(money.facts.get(FIELDS[scope])) if scope in FIELDS else ""


def clock(rule: Rule, money: Counted) -> datetime:
    """Return the time by which a rule dates money.

    Money that nobody saw begin is dated by its settlement.
    """
    if rule.window.clock is Clock.INITIATED and money.initiated_at is not None:
        return money.initiated_at
    return money.settled_at


def day(rule: Rule, money: Counted) -> date:
    """Return the day of money in the programme's own time zone."""
    return clock(rule, money).astimezone(_zone(rule.window.zone)).date()


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def period_key(rule: Rule, period: Period, on: date) -> str:
    """Return the month, as 2026-03, or the first day of the fiscal year of a day; "" for none."""
    match period:
        case Period.NONE:
            return ""
        case Period.MONTH:
            return f"{on:%Y-%m}"
        case _:
            return _fiscal_year(rule, on.year - (not _has_begun(rule, on)))


def earlier_years(rule: Rule, on: date, years: int) -> list[str]:
    """Return the keys of this fiscal year and of those before it, so many in all."""
    newest = on.year - (not _has_begun(rule, on))
    return [_fiscal_year(rule, newest - n) for n in range(years)]


def _has_begun(rule: Rule, on: date) -> bool:
    return (on.month, on.day) >= rule.fiscal_year_start


def _fiscal_year(rule: Rule, year: int) -> str:
    month, first = rule.fiscal_year_start
    return f"{year:04}-{month:02}-{first:02}"


def amount_of(amount: Amount, rule: Rule, money: Counted, *, funded_minor: int) -> int:
    """Return an amount of a rule in minor units, as of the day of the money.

    Raises: TypeError, where `missing_fact` names what it lacks.
    """
    match amount:
        case int():
            return amount
        case Indexed(index, times):
            return times.of(_whole(_indexed(rule, index, day(rule, money))))
        case Share("budget", rate):
            return rate.of(_whole(money.facts.get("project.budget")))
        case Share(_, rate):
            return rate.of(funded_minor)


def missing_fact(amount: Amount, rule: Rule, money: Counted) -> str | None:
    """Return the fact that an amount needs and the money lacks, or nothing."""
    match amount:
        case Indexed(index, _):
            return index if _indexed(rule, index, day(rule, money)) is None else None
        case Share("budget"):
            return None if is_whole(money.facts.get("project.budget")) else "project.budget"
        case _:
            return None


def is_whole(fact: object) -> bool:
    return isinstance(fact, int) and not isinstance(fact, bool)


def _indexed(rule: Rule, index: str, on: date) -> int | None:
    dated = [value for since, value in rule.indices.get(index, ()) if since <= on]
    return dated[-1] if dated else None


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no amount in minor units.")
    return value
