"""What a service costs for an amount, from its prices at the two amounts that were surveyed.

A survey knows two amounts only. At one of them its numbers are used as they stand. Between the two,
the fee *in money* and the exchange-rate margin are read off the straight line between the points.
A percentage of the fee is never interpolated: a flat fee of 1,800 is 10 % of 18,000 and 4 % of
45,000, and half-way it is 5.7 %, not 7 %. Outside the two amounts, where only one was surveyed, or
where the fee falls, nothing is guessed.

What arrives is (amount - fee) x (1 - margin): in the sender's currency, valued at the reference
rate of the day of the survey. Numbers are exact fractions; only `rounded` and `text` round.

The other way round, what must be sent so that a wanted sum arrives is searched among the whole
minor units of the sender's currency: the least of which at least that sum arrives. Between two
surveyed amounts what arrives is a parabola at most, so a sum between the ends is passed once. A sum
that is shown for a surveyed amount, rounded to its minor unit, is sent by that amount.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

CURRENT_DAYS = 31
DATED_DAYS = 120
LIVE_HOURS = 24
FALL_THAT_IS_ROUNDING = Fraction(1, 100)  # A flat fee in dollars, converted twice.
FINEST_PLACES = 12


class NoPrice(StrEnum):
    """Why a service has no place in the order."""

    OUTSIDE_SURVEYED_AMOUNTS = "outside_surveyed_amounts"
    ONE_AMOUNT_ONLY = "one_amount_only"
    FEE_FALLS = "fee_falls"
    PRICE_MISSING = "price_missing"
    EXCHANGE_COST_NOT_DISCLOSED = "exchange_cost_not_disclosed"
    PROMOTION = "promotion"
    OTHER_PAYOUT_CURRENCY = "other_payout_currency"


class Freshness(StrEnum):
    """How old a price is: up to 31 days, up to 120, older."""

    CURRENT = "current"
    DATED = "dated"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Point:
    """The price at one surveyed amount. A margin of None is not known, which is not zero."""

    amount: Fraction
    fee: Fraction
    margin_pct: Fraction | None
    applied_rate: Fraction | None


@dataclass(frozen=True, slots=True)
class Price:
    """What a service takes for an amount; `reason` says what is missing and why."""

    amount: Fraction
    fee: Fraction | None = None
    margin_pct: Fraction | None = None
    applied_rate: Fraction | None = None
    estimate: bool = False
    fee_bounds: tuple[Fraction, Fraction] | None = None
    reason: NoPrice | None = None

    @property
    def fee_pct(self) -> Fraction | None:
        """Return the fee in per cent of the amount."""
        return None if self.fee is None else self.fee / self.amount * 100

    @property
    def total_pct(self) -> Fraction | None:
        """Return fee and margin together, in per cent of the amount."""
        if self.fee_pct is None or self.margin_pct is None:
            return None
        return self.fee_pct + self.margin_pct

    @property
    def received(self) -> Fraction | None:
        """Return what arrives, in the sender's currency at the reference rate."""
        if self.fee is None or self.margin_pct is None:
            return None
        return (self.amount - self.fee) * (1 - self.margin_pct / 100)

    @property
    def paid_out(self) -> Fraction | None:
        """Return what is paid out, in the currency of the rate that is given."""
        if self.fee is None or self.applied_rate is None:
            return None
        return (self.amount - self.fee) * self.applied_rate


def price(points: Sequence[Point], amount: Fraction, *, cost_disclosed: bool) -> Price:
    """Return the price for an amount from the one or two points that were surveyed.

    `cost_disclosed` is False where the service hides its rate or no reference rate is known.
    """
    found = _on_the_line(sorted(points, key=lambda point: point.amount), amount)
    if cost_disclosed and (found.margin_pct is not None or found.reason):
        return found
    reason = found.reason or NoPrice.EXCHANGE_COST_NOT_DISCLOSED
    return replace(found, margin_pct=None, applied_rate=None, reason=reason)


def price_of_received(
    points: Sequence[Point], wanted: Fraction, *, unit: Fraction, cost_disclosed: bool
) -> Price:
    """Return the price of the least amount, in whole `unit`s, of which `wanted` arrives.

    `wanted` is in the sender's currency, valued at the reference rate. Where no amount is found
    the price has a reason, and `wanted` as its amount.
    """
    way = _Way(lambda found: found.received, unit, cost_disclosed)
    return _solved(points, wanted, unit, way)


def price_of_paid_out(
    points: Sequence[Point],
    wanted: Fraction,
    *,
    unit: Fraction,
    paid_unit: Fraction,
    cost_disclosed: bool,
) -> Price:
    """Return the price of the least amount, in whole `unit`s, of which `wanted` is paid out.

    `wanted` is in the currency of the rates that the service gives, and `paid_unit` its minor unit.
    """
    way = _Way(lambda found: found.paid_out, paid_unit, cost_disclosed)
    return _solved(points, wanted, unit, way)


def freshness(age_days: int | None) -> Freshness:
    """Return how old a price is; one whose day is not known, or not come yet, counts as stale."""
    if age_days is None or not 0 <= age_days <= DATED_DAYS:
        return Freshness.STALE
    return Freshness.CURRENT if age_days <= CURRENT_DAYS else Freshness.DATED


def live_freshness(collected_at: datetime | None, now: datetime) -> Freshness:
    """Return how old a price of a live feed is: it is stale after 24 hours."""
    if collected_at is None or (now - collected_at).total_seconds() > LIVE_HOURS * 3600:
        return Freshness.STALE
    return Freshness.CURRENT


def age_in_days(collected_on: date | None, today: date) -> int | None:
    """Return the days since a price was collected, whenever it was imported."""
    return None if collected_on is None else (today - collected_on).days


def rounded(value: Fraction, places: int) -> Decimal:
    """Return a number with exactly `places` decimals, half away from zero."""
    scale = 10**places
    units, rest = divmod(abs(value) * scale, 1)
    whole = int(units) + (2 * rest >= 1)
    return Decimal(-whole if value < 0 else whole).scaleb(-places)


def text(value: Fraction, *, places: int = 0) -> str:
    """Return a number in full, with at least `places` decimals; one without end is cut at 12."""
    for wanted in range(places, 2 * FINEST_PLACES + 1):
        if (value * 10**wanted).denominator == 1:
            return f"{rounded(value, wanted):f}"
    return f"{rounded(value, FINEST_PLACES):f}"


def _on_the_line(points: Sequence[Point], amount: Fraction) -> Price:
    for point in points:
        if point.amount == amount:
            return Price(amount, point.fee, point.margin_pct, point.applied_rate)
    if not points:
        return Price(amount, reason=NoPrice.PRICE_MISSING)
    first, last = points[0], points[-1]
    if first.amount == last.amount:
        return _without_number(points, amount, NoPrice.ONE_AMOUNT_ONLY)
    if not first.amount < amount < last.amount:
        return _without_number(points, amount, NoPrice.OUTSIDE_SURVEYED_AMOUNTS)
    if first.fee - last.fee >= abs(first.fee) * FALL_THAT_IS_ROUNDING and last.fee < first.fee:
        return _without_number(points, amount, NoPrice.FEE_FALLS)
    way = (amount - first.amount) / (last.amount - first.amount)
    return Price(
        amount,
        fee=first.fee + (last.fee - first.fee) * way,
        margin_pct=_between(first.margin_pct, last.margin_pct, way),
        applied_rate=_between(first.applied_rate, last.applied_rate, way),
        estimate=True,
        fee_bounds=(min(first.fee, last.fee), max(first.fee, last.fee)),
    )


@dataclass(frozen=True, slots=True)
class _Way:
    """Which sum of a price is wanted, and the minor unit in which it is shown."""

    arrives: Callable[[Price], Fraction | None]
    unit: Fraction
    cost_disclosed: bool

    def price(self, points: Sequence[Point], amount: Fraction) -> Price:
        return price(points, amount, cost_disclosed=self.cost_disclosed)

    def sum(self, points: Sequence[Point], amount: Fraction) -> Fraction | None:
        return self.arrives(self.price(points, amount))

    def shows(self, points: Sequence[Point], amount: Fraction, wanted: Fraction) -> bool:
        """Return whether the page shows `wanted` for an amount: the sum itself, or rounded."""
        found = self.sum(points, amount)
        if found is None:
            return False
        return wanted in {found, int(rounded(found / self.unit, 0)) * self.unit}


def _solved(points: Sequence[Point], wanted: Fraction, unit: Fraction, way: _Way) -> Price:
    ordered = sorted(points, key=lambda point: point.amount)
    if not ordered:
        return Price(wanted, reason=NoPrice.PRICE_MISSING)
    for point in ordered:
        if way.shows(ordered, point.amount, wanted):
            return way.price(ordered, point.amount)
    first, last = ordered[0].amount, ordered[-1].amount
    between = way.price(ordered, (first + last) / 2)
    if between.reason or first == last:
        reason = between.reason or NoPrice.ONE_AMOUNT_ONLY
        return Price(wanted, reason=reason)
    ends = way.sum(ordered, first), way.sum(ordered, last)
    if ends[0] is None or ends[1] is None:
        return Price(wanted, reason=NoPrice.PRICE_MISSING)
    if not ends[0] < wanted < ends[1]:
        return Price(wanted, reason=NoPrice.OUTSIDE_SURVEYED_AMOUNTS)
    low, high = floor(first / unit), ceil(last / unit)
    while high - low > 1:
        middle = (low + high) // 2
        found = way.sum(ordered, middle * unit)
        low, high = (middle, high) if found is None or found < wanted else (low, middle)
    return way.price(ordered, min(high * unit, last))


def _without_number(points: Sequence[Point], amount: Fraction, reason: NoPrice) -> Price:
    """Return no fee, but the margin and rate that hold at every surveyed amount."""
    margins = {point.margin_pct for point in points}
    rates = {point.applied_rate for point in points}
    return Price(
        amount,
        margin_pct=margins.pop() if len(margins) == 1 else None,
        applied_rate=rates.pop() if len(rates) == 1 else None,
        reason=reason,
    )


def _between(first: Fraction | None, last: Fraction | None, way: Fraction) -> Fraction | None:
    if first is None or last is None:
        return None
    return first + (last - first) * way
