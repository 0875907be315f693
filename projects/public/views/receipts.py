"""After paying: waiting for the bank, then the receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects.funding.models import Contribution
from projects.public import journey
from projects.public.privacy import private_page
from projects.public.receipts import receipt_of
from projects.public.sharing import share_links
from projects.public.standing import Standing, standing_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

WAITS_SECONDS = (2, 3, 5, 10, 20)


@private_page
@require_safe
def done(request: HttpRequest, slug: str, gift: UUID) -> HttpResponse:
    """Show the receipt, or what is known of the payment until then."""
    contribution = _of_key(gift, campaign__project__slug=slug)
    if away := journey.elsewhere(contribution, step="give_done"):
        return away
    if contribution.is_settled:
        return _receipt(request, contribution)
    to = journey.destination_of(contribution, language=request.LANGUAGE_CODE)
    standing = standing_of(contribution)
    context = {"gift": contribution, "to": to, "standing": standing}
    response = render(request, "public/give/waiting.html", context)
    return response if standing is Standing.PERSON else _soon(request, response)


@private_page
@require_safe
def receipt(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show the receipt of a settled contribution to whoever has its address."""
    return _receipt(request, _of_key(key, state=Contribution.State.SETTLED))


def _of_key(key: UUID, **facts: object) -> Contribution:
    gifts = Contribution.objects.select_related("campaign__project", "contributor")
    found = gifts.filter(public_key=key, **facts).first()
    if found is None:
        raise Http404
    return found


def _receipt(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    shown = receipt_of(contribution, language=request.LANGUAGE_CODE)
    share = share_links(shown.project.slug, title=shown.text.title)
    context = {"receipt": shown, "share": share, "gift": contribution}
    response = render(request, "public/give/receipt.html", context)
    return response if shown.is_counted else _soon(request, response)


def _soon(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Ask the browser to look again a few times, each time after a longer pause."""
    looked = request.GET.get("looked", "0")
    times = int(looked) if looked.isascii() and looked.isdigit() and len(looked) == 1 else 0
    if times < len(WAITS_SECONDS):
        response["Refresh"] = f"{WAITS_SECONDS[times]}; url={request.path}?looked={times + 1}"
    return response
