"""Reads of the table of figures, each in one query."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db.models import Avg, Count, F, Q
from django.db.models.functions import Coalesce

from remittances.datasets.rows import WORLD_BANK
from remittances.indices import LEFT_OUT_OF_GLOBAL
from remittances.models import CorridorQuarter, Dataset, Provider, SurveyedService

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from django.db.models import QuerySet

FROM_SERVICES = f"mean of the surveyed services of: {WORLD_BANK}"
MEAN = Coalesce("mean_200", "published_mean_200")
HAS_MEAN = Q(mean_200__isnull=False) | Q(published_mean_200__isnull=False)
# A row that hides its rate gives no figure; a corridor of nothing else has none.
KNOWN = Q(rows_transparent__gt=0) | Q(published_mean_200__isnull=False)
FEWEST_CORRIDORS_OF_A_GLOBAL_MEAN = 100


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """The mean cost of a corridor in one quarter, at about 200 US dollars, in per cent."""

    period: str
    mean_200: Fraction
    services: int | None
    source: str
    files: tuple[str, ...] = ()  # Their SHA-256.


def history(origin: str, destination: str) -> list[HistoryPoint]:
    """Return the mean cost of a corridor per quarter, oldest first.

    The published average where there is one, else the mean of the surveyed services.
    """
    quarters = CorridorQuarter.objects.filter(origin=origin, destination=destination)
    return [point for found in quarters.order_by("period") if (point := _point(found))]


def _point(found: CorridorQuarter) -> HistoryPoint | None:
    files = tuple(found.sources)
    if found.published_mean_200 is not None:
        mean = Fraction(found.published_mean_200)
        return HistoryPoint(
            found.period, mean, found.published_services, found.published_source, files
        )
    if found.mean_200 is not None:
        mean = Fraction(found.mean_200)
        return HistoryPoint(found.period, mean, found.services, FROM_SERVICES, files)
    return None


@dataclass(frozen=True, slots=True)
class Corridor:
    """What is known of one corridor; no surveyed amounts where only averages are."""

    origin: str
    destination: str
    currency: str | None
    periods: tuple[str, ...]
    surveyed_amounts: tuple[Decimal, ...]


def corridors() -> list[Corridor]:
    """Return every corridor known, those with prices of each service first, then by code."""
    by_pair: dict[tuple[str, str], list[CorridorQuarter]] = {}
    columns = ("origin_id", "destination_id", "period", "currency", "amounts", "rows_surveyed")
    for found in CorridorQuarter.objects.only(*columns).order_by("period"):
        by_pair.setdefault((found.origin_id, found.destination_id), []).append(found)
    listed = [_corridor(pair, quarters) for pair, quarters in sorted(by_pair.items())]
    return sorted(listed, key=lambda corridor: not corridor.surveyed_amounts)


def _corridor(pair: tuple[str, str], quarters: list[CorridorQuarter]) -> Corridor:
    surveyed = [found for found in quarters if found.rows_surveyed]
    newest = (surveyed or quarters)[-1]
    return Corridor(
        *pair,
        currency=newest.currency or None,
        periods=tuple(found.period for found in quarters),
        surveyed_amounts=tuple(newest.amounts),
    )


def newest_of_each(
    *, origin: str | None = None, destination: str | None = None, period: str | None = None
) -> list[CorridorQuarter]:
    """Return the newest figures of each corridor with its countries; None is no limit."""
    limits = {"origin": origin, "destination": destination, "period": period}
    given = {name: value for name, value in limits.items() if value is not None}
    quarters = CorridorQuarter.objects.filter(KNOWN, **given)
    newest = quarters.order_by("origin_id", "destination_id", "-period").distinct(
        "origin_id", "destination_id"
    )
    return list(newest.select_related("origin", "destination"))


def of_country(iso3: str, *, receiving: bool) -> list[CorridorQuarter]:
    """Return all that is known of the corridors to a country, or from it, oldest first."""
    end = "destination" if receiving else "origin"
    quarters = CorridorQuarter.objects.filter(KNOWN, **{end: iso3})
    ordered = quarters.order_by("period", "origin_id", "destination_id")
    return list(ordered.select_related("origin", "destination"))


def global_means() -> dict[str, Fraction]:
    """Return the mean of all corridors' means by quarter, where enough corridors are known.

    Corridors from Russia are left out, as the World Bank's global average leaves them out.
    """
    known = CorridorQuarter.objects.exclude(origin__in=LEFT_OUT_OF_GLOBAL).filter(HAS_MEAN)
    by_period = known.values("period").order_by("period")
    means = by_period.annotate(corridors=Count("pk"), average=Avg(MEAN))
    enough = means.filter(corridors__gte=FEWEST_CORRIDORS_OF_A_GLOBAL_MEAN)
    return {period: Fraction(mean) for period, mean in enough.values_list("period", "average")}


def totals_of(iso3: str, *, receiving: bool, period: str) -> list[tuple[str, Fraction]]:
    """Return the total costs that a quarter's averages are made of, with the other country."""
    here, there = ("destination", "origin_id") if receiving else ("origin", "destination_id")
    rows = SurveyedService.objects.standing().filter(
        kind=SurveyedService.Kind.SURVEY,
        transparent=True,
        total_pct_1__isnull=False,
        period=period,
        **{here: iso3},
    )
    found = rows.values_list(there, "total_pct_1").order_by(there, "total_pct_1")
    return [(other, Fraction(total or 0)) for other, total in found]


def datasets() -> QuerySet[Dataset]:
    """Return the files that prices come from, the newest first, with how many flags they have."""
    return Dataset.objects.annotate(flag_count=Count("flags")).order_by("-imported_at", "-id")


def surveyed_periods() -> list[str]:
    """Return the quarters with surveyed rows, the newest first."""
    rows = CorridorQuarter.objects.filter(rows_surveyed__gt=0).order_by("-period")
    return list(rows.values_list("period", flat=True).distinct())


def surveyed_rows(period: str) -> Iterator[SurveyedService]:
    """Yield the standing surveyed rows of a quarter in the order of their files."""
    rows = SurveyedService.objects.standing().filter(
        kind=SurveyedService.Kind.SURVEY, period=period
    )
    return (
        rows.select_related("name__provider", "dataset")
        .defer("raw", "dataset__headings")
        .order_by(F("dataset_id"), "sheet", "row", "pk")
        .iterator(chunk_size=2000)
    )


def paying_providers() -> QuerySet[Provider]:
    """Return the firms that pay for a link, by name."""
    return Provider.objects.exclude(commercial_link="").order_by("name")


def live_rows() -> int:
    """Return how many standing prices come from feeds and officers, not from a survey."""
    rows = SurveyedService.objects.standing()
    return rows.exclude(kind=SurveyedService.Kind.SURVEY).count()


def newest_surveys() -> list[CorridorQuarter]:
    """Return the newest surveyed quarter of each corridor."""
    surveyed = CorridorQuarter.objects.filter(rows_surveyed__gt=0)
    newest = surveyed.order_by("origin_id", "destination_id", "-period")
    return list(newest.distinct("origin_id", "destination_id"))
