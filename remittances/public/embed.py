"""The widget other sites may show: a page without script or cookie, in a frame of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csp.constants import SELF
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from remittances import addresses, comparison, countries, questions, selectors, words
from remittances.datasets.rows import WORLD_BANK
from remittances.lines import lines
from remittances.questions import QuoteRequestRefused
from remittances.ranking import Listing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpRequest

    from payments.money import Money
    from remittances.comparison import Quote, Survey
    from remittances.countries import CountryFacts
    from remittances.models import Country

SHOWN = 3
UNPROCESSABLE = 422


class WithoutCookies(HttpResponse):
    """An answer to which no layer can add a cookie."""

    def set_cookie(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Set nothing."""


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # It passes all on.
def widget(request: HttpRequest, origin: str, destination: str) -> HttpResponse:
    """Show the three best services of a corridor, their day and their source."""
    sending, receiving = _corridor(origin, destination)
    context = _context(sending, receiving, request.GET.get("amount"), timezone.now())
    status = UNPROCESSABLE if context["refusal"] else None
    drawn = render_to_string("remittances/data/widget.html", context, request=request)
    return WithoutCookies(drawn, status=status)


@require_safe
@csp_update({"frame-src": [SELF]})
def snippet(request: HttpRequest) -> HttpResponse:
    """Give the lines to copy into another site, with a preview."""
    priced = selectors.priced_corridors()
    asked = request.GET.get("corridor", "")
    chosen = next((pair for pair in priced if _code(*pair) == asked), priced[0] if priced else None)
    path = reverse("remittances:embed", args=[end.iso3.lower() for end in chosen]) if chosen else ""
    context = {
        "choices": [(_code(*pair), words.corridor(*pair)) for pair in priced],
        "chosen": _code(*chosen) if chosen else "",
        "title": words.corridor(*chosen) if chosen else "",
        "path": path,
        "address": f"{settings.SITE_URL}{path}",
    }
    return render(request, "remittances/data/snippet.html", context)


def _context(
    sending: CountryFacts, receiving: CountryFacts, asked: str | None, now: datetime
) -> dict[str, Any]:
    survey = selectors.survey(sending, receiving, currency=None)
    amount, refusal = _amount(survey, asked)
    listed, current, stale = [], [], []
    if amount is not None:
        answer = comparison.compare(survey, amount=amount, now=now)
        current, stale = answer.listed(Listing.CURRENT), answer.listed(Listing.STALE)
        listed = lines((current or stale)[:SHOWN], currency=amount.currency)
    return {
        "corridor": words.corridor(survey.origin, survey.destination),
        "amount": amount,
        "refusal": refusal,
        "lines": listed,
        "old": "" if current else _old(stale[:SHOWN]),
        "is_surveyed": any(line.quote.source == WORLD_BANK for line in listed),
        "link": _link(survey, amount),
    }


def _amount(survey: Survey, asked: str | None) -> tuple[Money | None, bool]:
    """Return the amount to compare, the first surveyed one where none is asked for.

    A survey has odd codes and odd decimals: where its amount is no money there is none.
    """
    if not survey.services or not (asked or survey.amounts):
        return None, False
    plain = asked or f"{survey.amounts[0].normalize():f}"
    try:
        return questions.plain_amount(plain, currency=survey.currency), False
    except QuoteRequestRefused:
        return None, bool(asked)


def _old(stale: Sequence[Quote]) -> str:
    """Return the sentence under old prices, by what makes each kind old; blank without any."""
    if not stale:
        return ""
    live = {quote.is_live for quote in stale}
    if live == {True}:
        return _("These prices are more than 24 hours old. They are no offer of today.")
    if live == {False}:
        return _("These prices are more than 120 days old. They are no offer of today.")
    return _(
        "These prices are old: live ones more than 24 hours, surveyed ones more than 120 days."
        " They are no offer of today."
    )


def _link(survey: Survey, amount: Money | None) -> str:
    path = addresses.corridor(survey.origin, survey.destination)
    query = f"?amount={amount.decimal:f}" if amount else ""
    return f"{settings.SITE_URL}{path}{query}"


def _corridor(origin: str, destination: str) -> tuple[CountryFacts, CountryFacts]:
    try:
        sending, receiving = countries.country(origin), countries.country(destination)
    except countries.UnknownCountry as unknown:
        raise Http404(str(unknown)) from unknown
    if sending == receiving:
        raise Http404
    return sending, receiving


def _code(origin: Country, destination: Country) -> str:
    return f"{origin.iso3}{destination.iso3}".lower()
