"""What corridors cost in a quarter, from the surveyed services and from published averages."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from remittances import indices
from remittances.indices import CorridorMean, Spread, Summary
from remittances.models import CorridorAverage, SurveyedService

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from remittances.models import Averages, Services

Rows = TypeVar("Rows", "Services", "Averages")


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
    at_500: Spread | None
    published_mean_200: Fraction | None

    @property
    def mean(self) -> Fraction | None:
        """Return the mean of the services, else the published one."""
        return self.at_200.mean if self.at_200 else self.published_mean_200


class _Service(NamedTuple):
    firm: object
    total_200: Decimal | None
    total_500: Decimal | None


class _Published(NamedTuple):
    mean: Decimal
    services: int | None
    firms: int | None


def statistics(scope: Scope) -> list[CorridorStatistics]:
    """Return the statistics of the corridors in scope, by code, in two queries."""
    services = _services(scope)
    published = _published(scope)
    newest: dict[tuple[str, str], Key] = {}
    for key in sorted({*services, *published}):
        newest[key.origin, key.destination] = key
    return [
        _of(key, services.get(key, []), published.get(key)) for _, key in sorted(newest.items())
    ]


def summary(corridors: Iterable[CorridorStatistics]) -> Summary:
    """Return how the means of the corridors lie."""
    return indices.summary(
        [CorridorMean(row.mean, row.services) for row in corridors if row.mean is not None]
    )


def _of(key: Key, services: list[_Service], published: _Published | None) -> CorridorStatistics:
    with_total = [service for service in services if service.total_200 is not None]
    at_200 = indices.spread(Fraction(row.total_200 or 0) for row in with_total)
    totals_500 = (row.total_500 for row in services)
    only = published if at_200 is None else None
    return CorridorStatistics(
        key=key,
        services=only.services if only else len(with_total),
        firms=only.firms if only else len({service.firm for service in with_total}),
        at_200=at_200,
        at_500=indices.spread(Fraction(total) for total in totals_500 if total is not None),
        published_mean_200=Fraction(published.mean) if published else None,
    )


def _services(scope: Scope) -> dict[Key, list[_Service]]:
    rows = _in_scope(SurveyedService.objects.standing(), scope)
    rows = rows.filter(transparent=True, kind=SurveyedService.Kind.SURVEY)
    columns = ("origin__iso3", "destination__iso3", "period", "name__provider_id")
    found: dict[Key, list[_Service]] = {}
    for origin, destination, period, firm, small, large in rows.values_list(
        *columns, "total_pct_1", "total_pct_2"
    ):
        key = Key(origin, destination, period)
        found.setdefault(key, []).append(_Service(firm, small, large))
    return found


def _published(scope: Scope) -> dict[Key, _Published]:
    rows = _in_scope(CorridorAverage.objects.standing(), scope).order_by("row_key")
    columns = ("origin__iso3", "destination__iso3", "period", "mean_200", "services", "firms")
    return {
        Key(origin, destination, period): _Published(mean, services, firms)
        for origin, destination, period, mean, services, firms in rows.values_list(*columns)
        if mean is not None
    }


def _in_scope(rows: Rows, scope: Scope) -> Rows:
    limits = {
        "origin__iso3": scope.origin,
        "destination__iso3": scope.destination,
        "period": scope.period,
    }
    return rows.filter(**{name: value for name, value in limits.items() if value is not None})
