"""The prices that count now, found at a cost that does not grow with all that came before them.

A live price is captured by the hour, and each capture supersedes the one before: asking every row
whether a later one supersedes it would read years of them. So the newest quarter is read off the
table of figures, and of each live price its beginning is looked up, and then its newest row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from django.db.models import Exists, OuterRef, Subquery, Sum

from remittances.models import CorridorQuarter, Country, SurveyedService

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django_stubs_ext import WithAnnotations

    from remittances.models import Services

_ROWS = SurveyedService.objects
_SURVEY = SurveyedService.Kind.SURVEY
_FACTS = ("iso3", "iso2", "name", "currency")


class Knowledge(TypedDict):
    """Whether prices of services, or averages, are known from a country and to it."""

    sends: bool
    receives: bool
    sends_on_average: bool
    receives_on_average: bool


def compared(origin: str | Subquery, destination: str | Subquery) -> Services:
    """Return the newest survey of a corridor with all live and entered prices, in file order."""
    quarters = CorridorQuarter.objects.filter(
        origin=origin, destination=destination, rows_surveyed__gt=0
    )
    newest = Subquery(quarters.order_by("-period").values("period")[:1])
    corridor = _ROWS.filter(origin=origin, destination=destination)
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


def with_knowledge() -> QuerySet[WithAnnotations[Country, Knowledge]]:
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


def busiest() -> Services:
    """Return the prices of the corridor with the most transparent ones, or none."""
    quarters = CorridorQuarter.objects.order_by().values("origin", "destination")
    counted = quarters.annotate(n=Sum("rows_transparent")).filter(n__gt=0)
    most = counted.order_by("-n", "origin", "destination")[:1]
    rows = compared(Subquery(most.values("origin")), Subquery(most.values("destination")))
    return rows.select_related("name__provider", "dataset", "origin", "destination")


def corridors() -> list[tuple[Country, Country]]:
    """Return the corridors with the price of any service, by their codes, in one query."""
    ends = ("origin", "destination")
    facts = [f"{end}__{fact}" for end in ends for fact in _FACTS]
    surveyed = CorridorQuarter.objects.filter(rows_surveyed__gt=0).values_list(*facts)
    found = surveyed.order_by().union(_beginnings().order_by().values_list(*facts))
    half = len(_FACTS)
    return [(_country(row[:half]), _country(row[half:])) for row in sorted(found)]


def _country(facts: tuple[str, ...]) -> Country:
    return Country(**dict(zip(_FACTS, facts, strict=True)))


def _beginnings() -> Services:
    """Return the first row of each live or entered price, one a price."""
    return _ROWS.filter(supersedes__isnull=True).exclude(kind=_SURVEY)
