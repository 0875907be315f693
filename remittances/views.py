"""Compare what a transfer costs. Everything is GET, and works without JavaScript."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from remittances import countries, page, selectors
from remittances.forms import CompareForm

if TYPE_CHECKING:
    from remittances.countries import CountryFacts

UNPROCESSABLE = 422
KEPT_SECONDS = 3600
PARTS = {
    "title": "remittances/_title.html",
    "description": "remittances/_description.html",
    "main": "remittances/_main.html",
}


@require_safe
def send(request: HttpRequest) -> HttpResponse:
    """Ask for a corridor and an amount, and lead to its page."""
    choices, priced = selectors.choices(), selectors.priced_corridors()
    asked = "from" in request.GET or "to" in request.GET
    form = CompareForm(
        request.GET if asked else None, choices=choices, suggested=priced[0] if priced else None
    )
    if asked and form.is_valid():
        address = reverse(
            "remittances:corridor", args=(form.cleaned_data["from"], form.cleaned_data["to"])
        )
        kept = page.kept_query(request.GET)
        return redirect(f"{address}?{kept}" if kept else address)
    context = {"form": form, **page.entrance(choices, priced)}
    status = UNPROCESSABLE if asked else None
    return render(request, "remittances/send.html", context, status=status)


@require_safe
def corridor(request: HttpRequest, origin: str, destination: str) -> HttpResponse:
    """Show what each service takes in one corridor, or its average where none is known."""
    sending, receiving = _country(origin), _country(destination)
    here = (sending.iso3.lower(), receiving.iso3.lower())
    if here != (origin, destination) or sending == receiving:
        return redirect(_elsewhere(here, request.GET))
    today = timezone.now().date()
    key = _key(*here, page.kept_query(request.GET), today.isoformat())
    if (drawn := caches["pages"].get(key)) is None:
        context = page.corridor(sending, receiving, request.GET, today=today)
        drawn = {part: render_to_string(template, context) for part, template in PARTS.items()}
        if context["form"].errors:
            context |= drawn
            return render(request, "remittances/corridor.html", context, status=UNPROCESSABLE)
        caches["pages"].set(key, drawn, KEPT_SECONDS)
    return render(request, "remittances/corridor.html", drawn)


def _key(*parts: str) -> str:
    """Return the name of a drawn page, another one for each language and each imported file."""
    said = "|".join((translation.get_language() or "", selectors.newest_dataset(), *parts))
    return hashlib.sha256(said.encode()).hexdigest()


def _country(code: str) -> CountryFacts:
    try:
        return countries.country(code)
    except countries.UnknownCountry as unknown:
        raise Http404(str(unknown)) from unknown


def _elsewhere(here: tuple[str, str], query: QueryDict) -> str:
    """Return the address of a corridor as we write it; of one country with itself, the question."""
    kept = page.kept_query(query)
    if here[0] == here[1]:
        return f"{reverse('remittances:send')}?from={here[0]}&to={here[1]}&{kept}"
    address = reverse("remittances:corridor", args=here)
    return f"{address}?{kept}" if kept else address
