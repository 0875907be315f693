"""The prices that count now, found at a cost that does not grow with all that came before them.

A live price is captured by the hour, and each capture supersedes the one before: asking every row
whether a later one supersedes it would read years of them. So the newest quarter is read off the
table of figures, and of each live price its beginning is looked up, and then its newest row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Subquery

from remittances.models import CorridorQuarter, Country, SurveyedService

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from remittances.models import Services

_ROWS = SurveyedService.objects
_SURVEY = SurveyedService.Kind.SURVEY


def compared(origin: str, destination: str) -> Services:
    """Return the newest survey of a corridor with all live and entered prices, in file order."""
    quarters = CorridorQuarter.objects.filter(
        origin=origin, destination=destination, rows_surveyed__gt=0
    )
    newest = Subquery(quarters.order_by("-period").values("period")[:1])
    corridor = _ROWS.all().between(origin, destination)
    surveyed = corridor.standing().filter(kind=_SURVEY, period=newest).values("pk")
    of_price = _ROWS.all().standing().exclude(kind=_SURVEY).filter(row_key=OuterRef("row_key"))
    live = _beginnings().filter(origin=origin, destination=destination)
    latest = live.annotate(latest=Subquery(of_price.order_by("-id").values("pk")[:1]))
    keys = surveyed.order_by().union(latest.order_by().values("latest"), all=True)
    return (
        _ROWS.filter(pk__in=keys)
        .select_related("name__provider", "dataset")
        .defer("raw", "dataset__headings")
        .order_by("dataset_id", "row")
    )


def with_knowledge() -> QuerySet[Country]:
    """Return the countries, each with whether prices or averages are known from it and to it."""
    quarters, live = CorridorQuarter.objects.all(), _beginnings()
    surveyed = quarters.filter(rows_surveyed__gt=0)
    averaged = quarters.filter(published_mean_200__isnull=False)
    here = OuterRef("pk")
    return Country.objects.annotate(
        sends=Exists(surveyed.filter(origin=here)) | Exists(live.filter(origin=here)),
        receives=Exists(surveyed.filter(destination=here)) | Exists(live.filter(destination=here)),
        sends_on_average=Exists(averaged.filter(origin=here)),
        receives_on_average=Exists(averaged.filter(destination=here)),
    )


def corridors() -> list[tuple[str, str]]:
    """Return the corridors with the price of any service, by their codes, in one query."""
    surveyed = CorridorQuarter.objects.filter(rows_surveyed__gt=0).values_list(
        "origin_id", "destination_id"
    )
    live = _beginnings().values_list("origin_id", "destination_id")
    return sorted(surveyed.order_by().union(live.order_by()))


def _beginnings() -> Services:
    """Return the first row of each live or entered price, one a price."""
    return _ROWS.filter(supersedes__isnull=True).exclude(kind=_SURVEY)
