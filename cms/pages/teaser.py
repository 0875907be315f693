"""The comparison of transfer costs in one picture: one dot for each service, dearest to the right.

Places are whole units of the drawing. A dot that would cover another moves up a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from django.urls import reverse

from payments.money import Money
from remittances import comparison, selectors
from remittances.ranking import Listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from remittances.comparison import Comparison, Quote

LEFT, RIGHT, TOP, ROW = 40, 640, 52, 22
APART = 20  # The width of a dot and its frame.
TARGET_PCT = 3
STEPS_PCT = (1, 2, 5, 10, 20, 50, 100)
MOST_MARKS = 7
WORTH_SHOWING = 3  # Fewer dots are no picture.


@dataclass(frozen=True, slots=True)
class Dot:
    x: int
    y: int
    is_inside: bool  # At most the goal of 3 %.


@dataclass(frozen=True, slots=True)
class Mark:
    x: int
    value: int


@dataclass(frozen=True, slots=True)
class Teaser:
    """One corridor, one amount: the least and the most that a service takes of it."""

    origin: str
    destination: str
    address: str
    amount: Money
    least: Money
    most: Money
    least_pct: Fraction
    most_pct: Fraction
    least_x: int
    most_x: int
    inside: int
    collected_on: date | None
    dots: tuple[Dot, ...]
    marks: tuple[Mark, ...]
    target_x: int
    floor_y: int
    start_x: int = LEFT
    end_x: int = RIGHT

    @property
    def height(self) -> int:
        return self.floor_y + 36

    @property
    def services(self) -> int:
        return len(self.dots)


def teaser(*, now: datetime) -> Teaser | None:
    """Return the corridor with the most prices to compare, in one query; None if too few."""
    survey = selectors.busiest_survey()
    if survey is None or not survey.amounts:
        return None
    return _teaser(_compared(survey, now=now))


def _compared(survey: comparison.Survey, *, now: datetime) -> Comparison:
    least = survey.amounts[0]
    zero = Money(0, survey.currency)
    amount = Money(int(least.scaleb(zero.exponent)), survey.currency)
    return comparison.compare(survey, amount=amount, now=now)


def _teaser(found: Comparison) -> Teaser | None:
    priced = [quote for quote in found.quotes if quote.listing is not Listing.UNRANKED]
    costs = sorted(cost for quote in priced if (cost := quote.price.total_pct) is not None)
    received = [quote.received for quote in priced if quote.received is not None]
    if min(len(costs), len(received)) < WORTH_SHOWING:
        return None
    scale = _Scale(least=min(costs[0], Fraction(0)), most=max(costs[-1], Fraction(TARGET_PCT + 1)))
    dots = _dots(costs, scale)
    survey = found.survey
    here = (survey.origin.iso3.lower(), survey.destination.iso3.lower())
    return Teaser(
        origin=survey.origin.iso3,
        destination=survey.destination.iso3,
        address=reverse("remittances:corridor", args=here),
        amount=found.amount,
        least=_taken(found.amount, max(received)),
        most=_taken(found.amount, min(received)),
        least_pct=costs[0],
        most_pct=costs[-1],
        least_x=scale.x(costs[0]),
        most_x=scale.x(costs[-1]),
        inside=sum(cost <= TARGET_PCT for cost in costs),
        collected_on=_newest(priced),
        dots=dots,
        marks=scale.marks,
        target_x=scale.x(Fraction(TARGET_PCT)),
        floor_y=max(dot.y for dot in dots) + ROW,
    )


class _Scale:
    """Per cents on a line, from a whole mark to a whole mark."""

    def __init__(self, *, least: Fraction, most: Fraction) -> None:
        fitting = (step for step in STEPS_PCT if (most - least) / step <= MOST_MARKS - 1)
        step = next(fitting, STEPS_PCT[-1])
        low, high = step * (least // step), -step * (-most // step)
        self._low, self._span = low, high - low
        self.marks = tuple(
            Mark(self.x(Fraction(value)), value) for value in range(low, high + 1, step)
        )

    def x(self, value: Fraction) -> int:
        return LEFT + round((RIGHT - LEFT) * (value - self._low) / self._span)


def _dots(costs: Sequence[Fraction], scale: _Scale) -> tuple[Dot, ...]:
    """Return the dots from left to right, each in the lowest row that is free there."""
    ends: list[int] = []
    rows = []
    for x in map(scale.x, costs):
        row = next((row for row, end in enumerate(ends) if x - end >= APART), len(ends))
        ends[row : row + 1] = [x]
        rows.append(row)
    bottom = TOP + ROW * (len(ends) - 1)
    return tuple(
        Dot(scale.x(cost), bottom - ROW * row, is_inside=cost <= TARGET_PCT)
        for cost, row in zip(costs, rows, strict=True)
    )


def _taken(amount: Money, received: Decimal) -> Money:
    """Return what does not arrive, in whole units: the heading is no price list."""
    unit = 10**amount.exponent
    return Money(round(amount.decimal - received) * unit, amount.currency)


def _newest(quotes: Iterable[Quote]) -> date | None:
    return max((quote.collected_on for quote in quotes if quote.collected_on), default=None)
