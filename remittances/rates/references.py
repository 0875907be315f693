"""Which rate a price is measured against, exactly. Nothing here knows a database or a clock.

A central bank publishes euro rates: how much of each currency makes one euro. The rate between two
others is their ratio on one and the same day. A day without a rate has none: it is never drawn from
its neighbours, the newest day before it stands in and says which day it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import localcontext
from fractions import Fraction
from typing import TYPE_CHECKING

from remittances import pricing
from remittances.datasets.cells import DECIMAL_PLACES
from remittances.datasets.rows import WORLD_BANK

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

EURO = "EUR"
ECB = "European Central Bank, euro foreign exchange reference rates"
NO_EXCHANGE = "the same currency, nothing is exchanged"
_DIGITS = 60  # More than any column holds, so that only the last decimal is rounded.
MOST_AGE_DAYS = 7  # An older one is no measure of today: nothing is turned into money with it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """`rate` units of `quote` made one of `base` on a day, as `source` says."""

    base: str
    quote: str
    rate: Fraction
    on: date
    source: str
    age_days: int

    @property
    def is_recent(self) -> bool:
        """Return whether it may measure a price of the day it was asked for."""
        return self.age_days <= MOST_AGE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One rate as its source published it."""

    base: str
    quote: str
    rate: Fraction
    on: date
    source: str


def same(code: str, *, today: date) -> Reference:
    """Return the rate of a currency in itself."""
    return Reference(
        base=code, quote=code, rate=Fraction(1), on=today, source=NO_EXCHANGE, age_days=0
    )


def between(base: str, quote: str, *, euro: Iterable[Published]) -> Published | None:
    """Return the rate between two currencies from the euro rates of one day; None where one lacks.

    The rates are of one day and one source, each so many units for one euro.
    """
    rates = {rate.quote: rate for rate in euro}
    known = {code: rate.rate for code, rate in rates.items()} | {EURO: Fraction(1)}
    if not rates or not {base, quote} <= known.keys():
        return None
    one = next(iter(rates.values()))
    return Published(
        base=base,
        quote=quote,
        rate=known[quote] / known[base],
        on=one.on,
        source=one.source,
    )


def turned(published: Published, *, base: str) -> Published:
    """Return the same rate told from the side of `base`."""
    if published.base == base:
        return published
    return Published(
        base=published.quote,
        quote=published.base,
        rate=1 / published.rate,
        on=published.on,
        source=published.source,
    )


def best(candidates: Iterable[Published], *, today: date) -> Reference | None:
    """Return the rate to measure with: of the recent ones the best source, else the newest day.

    The central bank comes first, then what officers entered, then the survey.
    """
    told = [
        Reference(
            base=each.base,
            quote=each.quote,
            rate=each.rate,
            on=each.on,
            source=each.source,
            age_days=(today - each.on).days,
        )
        for each in candidates
        if each.on <= today
    ]
    return min(told, key=_place, default=None)


def _place(reference: Reference) -> tuple[bool, int, int, str]:
    """Return what the choice goes by: recent, by source while recent, by age, by name."""
    order = {ECB: 0, WORLD_BANK: 2}.get(reference.source, 1)
    return (
        not reference.is_recent,
        order if reference.is_recent else reference.age_days,
        reference.age_days if reference.is_recent else order,
        reference.source,
    )


def margin_pct(*, rate: Fraction, reference: Fraction) -> Fraction:
    """Return what the rate keeps of each unit, in per cent; below zero it gives more."""
    return (1 - rate / reference) * 100


def kept(value: Fraction) -> Decimal:
    """Return a number to the 24 decimals that are kept."""
    with localcontext(prec=_DIGITS):
        return pricing.rounded(value, DECIMAL_PLACES)
