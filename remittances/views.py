"""Compare what a transfer costs. Everything is GET, and works without JavaScript."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from remittances import about as corridor_facts
from remittances import addresses, countries, page, providers, selectors
from remittances.forms import CompareForm
from remittances.models import Provider

if TYPE_CHECKING:
    from datetime import datetime

    from django_htmx.middleware import HtmxDetails

    from remittances.countries import CountryFacts

UNPROCESSABLE = 422
KEPT_SECONDS = 60  # What an officer changes about a firm is on every page after that.
PARTS = {
    "title": "remittances/_title.html",
    "description": "remittances/_description.html",
    "told": "remittances/_told.html",
    "ask": "remittances/_ask.html",
    "results": "remittances/_results.html",
    "below": "remittances/_below.html",
    "changed": "remittances/_changed.html",
}


@require_safe
def send(request: HttpRequest) -> HttpResponse:
    """Ask for a corridor and an amount, and lead to its page."""
    choices, priced = selectors.choices(), selectors.priced_corridors()
    asked = "from" in request.GET or "to" in request.GET
    form = CompareForm(
        request.GET if asked else None,
        choices=choices,
        suggested=priced[0] if priced else None,
        arrives="receive_amount" in request.GET,
    )
    if asked and form.is_valid():
        address = reverse(
            "remittances:corridor", args=(form.cleaned_data["from"], form.cleaned_data["to"])
        )
        kept = addresses.kept_query(request.GET)
        return redirect(f"{address}?{kept}" if kept else address)
    context = {"form": form, **page.entrance(choices, priced)}
    status = UNPROCESSABLE if asked else None
    return render(request, "remittances/send.html", context, status=status)


@require_safe
def corridor(request: HttpRequest, origin: str, destination: str) -> HttpResponse:
    """Show what each service takes in one corridor, or its average where none is known."""
    sending, receiving = country(origin), country(destination)
    here = (sending.iso3.lower(), receiving.iso3.lower())
    if here != (origin, destination) or sending == receiving:
        return redirect(_elsewhere(here, request.GET))
    kept = addresses.kept_query(request.GET)
    if _wants_results_only(request):
        drawn = _drawn(sending, receiving, request.GET, selectors.newest_dataset())
        part = render(request, "remittances/results.html", drawn)
        response = push_url(part, f"{request.path}?{kept}" if kept else request.path)
    else:
        response = _whole(request, sending, receiving, kept)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def about(request: HttpRequest, origin: str, destination: str) -> HttpResponse:
    """Show how the costs of a corridor lie, how they moved, and what is not known of it."""
    sending, receiving = country(origin), country(destination)
    here = (sending.iso3.lower(), receiving.iso3.lower())
    if sending == receiving:
        return redirect(_elsewhere(here, request.GET))
    if here != (origin, destination):
        return redirect("remittances:about", *here)
    return render(request, "remittances/about.html", corridor_facts.corridor(sending, receiving))


@require_safe
def provider_list(request: HttpRequest) -> HttpResponse:
    """Show the firms by name."""
    asked = request.GET.get("q", "")
    page_of_firms = providers.listed(asked, request.GET.get("page", "1"))
    context = {"page": page_of_firms, "asked": asked, "is_default": not request.GET}
    return render(request, "remittances/providers.html", context)


@require_safe
def provider(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one firm: its licence, where it was surveyed, what it cost, and whether it pays us."""
    try:
        context = providers.page(slug)
    except Provider.DoesNotExist as missing:
        raise Http404 from missing
    return render(request, "remittances/provider.html", context)


def country(code: str) -> CountryFacts:
    """Return the country with a code.

    Raises:
        Http404: No country has it.
    """
    try:
        return countries.country(code)
    except countries.UnknownCountry as unknown:
        raise Http404(str(unknown)) from unknown


def _drawn(
    sending: CountryFacts, receiving: CountryFacts, query: QueryDict, stamp: str
) -> dict[str, object]:
    """Return the parts of a corridor's page, as they were drawn a moment ago if nothing changed.

    With the form too, if it was not understood: such a page is not kept.
    """
    now = timezone.now()
    key = _key(stamp, *_asked(sending, receiving, query, now))
    kept: dict[str, object] | None = caches["pages"].get(key)
    if kept is not None:
        return kept
    context = page.corridor(sending, receiving, query, now=now, stamp=stamp)
    drawn: dict[str, object] = {
        part: render_to_string(template, context) for part, template in PARTS.items()
    }
    if context["form"].errors:
        return drawn | {"form": context["form"]}
    caches["pages"].set(key, drawn, KEPT_SECONDS)
    return drawn


def _whole(
    request: HttpRequest, sending: CountryFacts, receiving: CountryFacts, kept: str
) -> HttpResponse:
    """Return the whole page; one that is the same for everybody is kept for a moment.

    A question that is not understood is no success, and is not kept.
    """
    key, stamp = None, selectors.newest_dataset()
    if _is_same_for_everybody(request, kept):
        scarce = "scarce" if getattr(request, "lowdata", False) else ""
        asked = _asked(sending, receiving, request.GET, timezone.now())
        key = _key("whole", scarce, stamp, *asked)
        if content := caches["pages"].get(key):
            return HttpResponse(content)
    drawn = _drawn(sending, receiving, request.GET, stamp)
    status = UNPROCESSABLE if "form" in drawn else None
    context = drawn | {"is_default": not kept}
    response = render(request, "remittances/corridor.html", context, status=status)
    if key and status is None:
        caches["pages"].set(key, response.content, KEPT_SECONDS)
    return response


def _is_same_for_everybody(request: HttpRequest, kept: str) -> bool:
    """Return whether neither frame nor address says more than the question."""
    knows_somebody = settings.SESSION_COOKIE_NAME in request.COOKIES
    return not knows_somebody and request.META.get("QUERY_STRING", "") == kept


def _asked(
    sending: CountryFacts, receiving: CountryFacts, query: QueryDict, now: datetime
) -> tuple[str, ...]:
    """Return what a drawn page depends on, beside the prices."""
    here = (sending.iso3, receiving.iso3)
    return *here, addresses.kept_query(query), now.date().isoformat()


def _wants_results_only(request: HttpRequest) -> bool:
    """Return whether htmx changes the results in place; going back it wants the whole page."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.history_restore_request


def _key(*parts: str) -> str:
    """Return the name of a drawn page, another one for each language."""
    said = "|".join((translation.get_language() or "", *parts))
    return hashlib.sha256(said.encode()).hexdigest()


def _elsewhere(here: tuple[str, str], query: QueryDict) -> str:
    """Return the address of a corridor as we write it; of one country with itself, the question."""
    kept = addresses.kept_query(query)
    if here[0] == here[1]:
        return f"{reverse('remittances:send')}?from={here[0]}&to={here[1]}&{kept}"
    address = reverse("remittances:corridor", args=here)
    return f"{address}?{kept}" if kept else address
