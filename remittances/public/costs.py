"""What transfers cost by country: the world's dear corridors, and one country's dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from remittances import countries
from remittances.public import country_page, world_page

if TYPE_CHECKING:
    from django.http import HttpRequest

    from remittances.countries import CountryFacts

CSV = "text/csv; charset=utf-8"


@require_safe
def world(request: HttpRequest) -> HttpResponse:
    """List the corridors by what they cost, those above 5 % unless all are asked for."""
    return render(request, "remittances/data/world.html", world_page.context(request.GET))


@require_safe
def world_csv(request: HttpRequest) -> HttpResponse:
    """Give the same list as CSV, with the same filter and order."""
    return _download(world_page.table(request.GET), CSV, "corridors.csv")


@require_safe
def country(request: HttpRequest, iso3: str) -> HttpResponse:
    """Show what transfers to a country, or from it, cost on average."""
    facts = _country(iso3)
    if facts.iso3.lower() != iso3:
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return redirect(reverse("remittances:country_costs", args=(facts.iso3.lower(),)) + query)
    return render(
        request, "remittances/data/country.html", country_page.context(facts, _receives(request))
    )


@require_safe
def country_csv(request: HttpRequest, iso3: str) -> HttpResponse:
    """Give every quarter of a country's corridors as CSV."""
    facts, receives = _country(iso3), _receives(request)
    name = f"costs-{facts.iso3}-{'in' if receives else 'out'}.csv"
    return _download(country_page.table(facts, receives), CSV, name)


@require_safe
def country_svg(request: HttpRequest, iso3: str) -> HttpResponse:
    """Give a country's line chart as a picture that names its source."""
    facts, receives = _country(iso3), _receives(request)
    context = country_page.context(facts, receives)
    if context["chart"] is None:
        raise Http404
    name = f"costs-{facts.iso3}-{'in' if receives else 'out'}.svg"
    drawn = render_to_string("remittances/data/chart.svg", context)
    return _download(drawn, "image/svg+xml", name)


def _receives(request: HttpRequest) -> bool:
    return request.GET.get("direction") != "out"


def _country(code: str) -> CountryFacts:
    try:
        return countries.country(code)
    except countries.UnknownCountry as unknown:
        raise Http404(str(unknown)) from unknown


def _download(content: str, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
