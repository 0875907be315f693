"""Amounts, rates, days and lists as the reader's language writes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.lists import format_list
from django.utils.translation import get_language, get_language_bidi, pgettext
from django.utils.translation import gettext as _

from payments import figures
from payments.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterable

    from projects.matching.instant.outcomes import Step


def language() -> str:
    return get_language() or "en"


def amount(minor: int, currency: str) -> str:
    """Return minor units as the reader's language writes them, such as €1,234.50."""
    return isolated(figures.money_text(Money(minor, currency), language=language()))


def isolated(text: str) -> str:
    """Return a name or a figure kept together where the words around it run from right to left."""
    return figures.isolated(text) if get_language_bidi() else text


def amounts(step: Step, names: Iterable[str], currency: str) -> dict[str, str]:
    """Return every amount of a step in words, by its name; what the step lacks is left out."""
    return {
        name: amount(minor, currency) for name in names if (minor := number(step, name)) is not None
    }


def number(step: Step, name: str) -> int | None:
    value = step.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def pair(step: Step, name: str) -> tuple[int, int] | None:
    """Return the rate that a step names, if it names one."""
    value = step.get(name)
    if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004  A pair.
        return None
    numerator, denominator = value
    if not isinstance(numerator, int) or not isinstance(denominator, int):
        return None
    return numerator, denominator


def ratio(numerator: int, denominator: int) -> str:
    """Return a rate as people say it: 2 to 1."""
    return _("%(n)s to %(d)s") % {"n": numerator, "d": denominator}


def part(numerator: int, denominator: int) -> str:
    """Return a share of a whole in per cent, or as n/d where that has more than two decimals."""
    share = Fraction(100 * numerator, denominator)
    for decimals in range(3):
        if (share * 10**decimals).denominator == 1:
            return figures.percent_text(share, language=language(), decimals=decimals)
    return f"{numerator}/{denominator}"


def listed(texts: Iterable[str]) -> str:
    return format_list(list(texts), locale=figures.locale_of(language()))


def clauses(texts: Iterable[str]) -> str:
    """Return the clauses of one sentence, divided as the reader's language divides them."""
    return pgettext("between the clauses of one sentence", "; ").join(texts)


def day(at: datetime, zone: str) -> str:
    return figures.day_text(at.astimezone(ZoneInfo(zone)).date(), language=language())


def last_day(closes_at: datetime, zone: str) -> str:
    """Return the last day with an instant before the close, which itself is outside."""
    return day(closes_at - timedelta(microseconds=1), zone)
