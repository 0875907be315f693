"""The firms: what an officer found out about each, where it was surveyed, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db.models import Avg, Count, Max, Min

from remittances import addresses, history, pricing, words
from remittances.countries import country
from remittances.datasets.rows import WORLD_BANK
from remittances.figures.selectors import HistoryPoint
from remittances.models import Country, Provider, SurveyedService

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from django.core.paginator import Page

PER_PAGE = 60
_PLACES = 2


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What a firm cost in a corridor, in the newest quarter in which it was surveyed there."""

    corridor: str
    url: str
    quarter: str
    services: int
    mean: Decimal
    least: Decimal
    collected_on: date | None


@dataclass(frozen=True, slots=True)
class _Row:
    """A firm in one corridor and quarter; costs at about 200 US dollars, in per cent."""

    origin: str
    destination: str
    period: str
    services: int
    mean: Fraction
    least: Fraction
    collected_on: date | None


def listed(query: str, page: str) -> Page[Provider]:
    """Return a page of the firms whose name, or a spelling of it, holds some words."""
    found = Provider.objects.order_by("name")
    if words_asked := query.replace("\0", "").strip()[:100]:
        found = found.filter(names__spelling__icontains=words_asked).distinct()
    return Paginator(found, PER_PAGE).get_page(page)


def page(slug: str) -> dict[str, Any]:
    """Return the context of a firm's page.

    Raises:
        Provider.DoesNotExist: No firm has the address.
    """
    provider = Provider.objects.select_related("licensed_in").get(slug=slug)
    rows = _rows(provider)
    newest: dict[tuple[str, str], _Row] = {}
    for row in sorted(rows, key=lambda row: row.period):
        newest[row.origin, row.destination] = row
    surveyed = sorted((_surveyed(row) for row in newest.values()), key=lambda each: each.corridor)
    return {
        "provider": provider,
        "licensed_in": words.country_name(provider.licensed_in) if provider.licensed_in else "",
        "spellings": sorted(provider.names.values_list("spelling", flat=True)),
        "surveyed": surveyed,
        "history": history.shown(_over_time(rows)),
    }


def _rows(provider: Provider) -> list[_Row]:
    """Return what the firm cost, in one query."""
    rows = SurveyedService.objects.standing().filter(
        name__provider=provider,
        kind=SurveyedService.Kind.SURVEY,
        transparent=True,
        total_pct_1__isnull=False,
    )
    grouped = (
        rows.order_by()
        .values_list("origin_id", "destination_id", "period")
        .annotate(Count("pk"), Avg("total_pct_1"), Min("total_pct_1"), Max("collected_on"))
    )
    return [
        _Row(origin, destination, period, count, Fraction(mean), Fraction(least), day)
        for origin, destination, period, count, mean, least, day in grouped
    ]


def _surveyed(row: _Row) -> Surveyed:
    ends = [_named(code) for code in (row.origin, row.destination)]
    return Surveyed(
        corridor=words.corridor(*ends),
        url=addresses.corridor(*ends),
        quarter=words.quarter(row.period),
        services=row.services,
        mean=pricing.rounded(row.mean, _PLACES),
        least=pricing.rounded(row.least, _PLACES),
        collected_on=row.collected_on,
    )


def _over_time(rows: list[_Row]) -> list[HistoryPoint]:
    """Return the mean over all its surveyed services per quarter, oldest first."""
    by_period: dict[str, list[_Row]] = {}
    for row in rows:
        by_period.setdefault(row.period, []).append(row)
    points = []
    for period, some in sorted(by_period.items()):
        services = sum(row.services for row in some)
        mean = sum((row.mean * row.services for row in some), Fraction(0)) / services
        points.append(HistoryPoint(period, mean, services, WORLD_BANK))
    return points


def _named(code: str) -> Country:
    facts = country(code)
    return Country(iso3=facts.iso3, iso2=facts.iso2, name=facts.name, currency=facts.currency)
