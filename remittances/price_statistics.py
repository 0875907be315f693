"""What corridors cost in a quarter, from the surveyed services and from published averages."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from remittances import indices
from remittances.figures import selectors
from remittances.indices import CorridorMean, Spread, Summary

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from remittances.models import CorridorQuarter


class Key(NamedTuple):
    """One corridor in one quarter."""

    origin: str
    destination: str
    period: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which corridors and which quarter; None is no limit, and of quarters the newest."""

    origin: str | None = None
    destination: str | None = None
    period: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorridorStatistics:
    """The costs of one corridor in one quarter; spreads are None where only an average is known."""

    key: Key
    services: int | None
    firms: int | None
    at_200: Spread | None
    fee_200: Fraction | None
    margin_200: Fraction | None
    mean_500: Fraction | None
    published_mean_200: Fraction | None
    files: tuple[str, ...]  # Their SHA-256.

    @property
    def mean(self) -> Fraction | None:
        """Return the mean of the services, else the published one."""
        return self.at_200.mean if self.at_200 else self.published_mean_200


def statistics(scope: Scope) -> list[CorridorStatistics]:
    """Return the statistics of the corridors in scope, by code, in one query."""
    found = selectors.newest_of_each(
        origin=scope.origin, destination=scope.destination, period=scope.period
    )
    return [of(quarter) for quarter in found]


def summary(corridors: Iterable[CorridorStatistics]) -> Summary:
    """Return how the means of the corridors lie."""
    return indices.summary(
        [
            CorridorMean(row.mean, row.services, row.key.origin)
            for row in corridors
            if row.mean is not None
        ]
    )


def of(found: CorridorQuarter) -> CorridorStatistics:
    """Return the statistics that are kept of a corridor in a quarter."""
    at_200 = _spread(found)
    only_published = at_200 is None and found.published_mean_200 is not None
    return CorridorStatistics(
        key=Key(found.origin_id, found.destination_id, found.period),
        services=found.published_services if only_published else found.services,
        firms=found.published_firms if only_published else found.firms,
        at_200=at_200,
        fee_200=_exact(found.fee_mean_200),
        margin_200=_exact(found.margin_mean_200),
        mean_500=_exact(found.mean_500),
        published_mean_200=_exact(found.published_mean_200),
        files=tuple(found.sources),
    )


def _spread(found: CorridorQuarter) -> Spread | None:
    if found.mean_200 is None:
        return None
    return Spread(
        count=found.services,
        mean=Fraction(found.mean_200),
        median=Fraction(found.median_200 or 0),
        least=Fraction(found.least_200 or 0),
        most=Fraction(found.most_200 or 0),
        cheapest3=Fraction(found.cheapest3_200 or 0),
    )


def _exact(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)
