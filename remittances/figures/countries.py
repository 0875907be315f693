"""What transfers to a country, or from it, cost on average: quarter by quarter. Pure.

Each corridor counts once, however many of its services were surveyed: the averages that the World
Bank published before 2021 say nothing of how many services are behind them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from remittances.indices import TARGET_PCT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from remittances.price_statistics import CorridorStatistics

MONTHLY_USD, MONTHS = 200, 12


@dataclass(frozen=True, slots=True)
class Quarter:
    """The mean of a country's corridors in one quarter, in per cent."""

    period: str
    mean: Fraction
    cheapest3: Fraction | None
    corridors: int


def by_quarter(rows: Iterable[CorridorStatistics]) -> list[Quarter]:
    """Return the means of the corridors' means, oldest quarter first."""
    found: dict[str, list[CorridorStatistics]] = defaultdict(list)
    for row in rows:
        if row.mean is not None:
            found[row.key.period].append(row)
    return [_quarter(period, found[period]) for period in sorted(found)]


def _quarter(period: str, rows: list[CorridorStatistics]) -> Quarter:
    cheapest = [row.at_200.cheapest3 for row in rows if row.at_200]
    means = [row.mean for row in rows if row.mean is not None]
    return Quarter(period, _mean(means), _mean(cheapest) if cheapest else None, len(means))


def kept_in_a_year(mean: Fraction) -> Fraction:
    """Return what 200 US dollars a month would keep in a year at 3 %: US dollars, below 0 none.

    (mean − 3) ÷ 100 × 200 × 12.
    """
    return max(Fraction(0), mean - TARGET_PCT) / 100 * MONTHLY_USD * MONTHS


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)
