"""Averages as the World Bank defines them: every surveyed row counts once, duplicates included.

The simple mean of the total cost over the rows that are transparent and have a total. Nothing is
clipped: dear rows are real, so the median stands beside the mean. `cheapest3` is the mean of the
three cheapest surveyed rows; it is not the World Bank's SmaRT, which asks for access and speed too.

The mean over services leaves out corridors from Russia, as the World Bank's global average does,
unless the corridors of one country alone are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CHEAPEST = 3
TARGET_PCT = Fraction(3)  # Sustainable Development Goal 10.c: what a transfer should cost.
CEILING_PCT = Fraction(5)  # The same goal: no corridor above this.
LEFT_OUT_OF_GLOBAL = frozenset({"RUS"})


@dataclass(frozen=True, slots=True)
class Spread:
    """How the costs of one corridor lie, in per cent."""

    count: int
    mean: Fraction
    median: Fraction
    least: Fraction
    most: Fraction
    cheapest3: Fraction


def spread(costs: Iterable[Fraction]) -> Spread | None:
    """Return how the total costs of surveyed rows lie; None when there are none."""
    ordered = sorted(costs)
    if not ordered:
        return None
    return Spread(
        count=len(ordered),
        mean=_mean(ordered),
        median=_median(ordered),
        least=ordered[0],
        most=ordered[-1],
        cheapest3=_mean(ordered[:CHEAPEST]),
    )


@dataclass(frozen=True, slots=True)
class CorridorMean:
    """The mean cost of one corridor, of how many services where that is known, and from where."""

    mean: Fraction
    services: int | None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """How the means of several corridors lie."""

    corridors: int
    services: int | None
    service_mean: Fraction | None
    corridor_mean: Fraction | None
    over_5: int
    at_or_below_3: int


def summary(corridors: Sequence[CorridorMean]) -> Summary:
    """Return the means over corridors, and over services where every corridor has a count."""
    return Summary(
        corridors=len(corridors),
        services=_services(corridors),
        service_mean=_service_mean(corridors),
        corridor_mean=_mean([row.mean for row in corridors]) if corridors else None,
        over_5=sum(row.mean > CEILING_PCT for row in corridors),
        at_or_below_3=sum(row.mean <= TARGET_PCT for row in corridors),
    )


def _services(corridors: Sequence[CorridorMean]) -> int | None:
    counts = [corridor.services for corridor in corridors]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _service_mean(corridors: Sequence[CorridorMean]) -> Fraction | None:
    """Return the mean over services, as the World Bank takes it over all the world."""
    is_of_many = len({corridor.origin for corridor in corridors}) > 1
    left_out = LEFT_OUT_OF_GLOBAL if is_of_many else frozenset()
    counted = [corridor for corridor in corridors if corridor.origin not in left_out]
    services = _services(counted)
    if not services:
        return None
    return sum((row.mean * (row.services or 0) for row in counted), Fraction(0)) / services


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def _median(ordered: Sequence[Fraction]) -> Fraction:
    middle, odd = divmod(len(ordered), 2)
    return ordered[middle] if odd else (ordered[middle - 1] + ordered[middle]) / 2
