"""After paying: waiting for the bank, then the receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from projects.funding.models import Contribution
from projects.public import journey, pdf
from projects.public.privacy import private_page
from projects.public.receipts import receipt_of
from projects.public.sharing import share_links
from projects.public.standing import Standing, is_late, standing_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

_STILL = {Standing.PERSON, Standing.RETURNED}  # Nothing happens while somebody looks.
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
    context = {
        "gift": contribution,
        "to": to,
        "standing": standing,
        "is_late": is_late(contribution),
        "is_open": to.takes_money(timezone.now()),
    }
    response = render(request, "public/give/waiting.html", context)
    return response if standing in _STILL else _soon(request, response)


@private_page
@require_safe
def receipt(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show the receipt of a settled contribution to whoever has its address."""
    return _receipt(request, _of_key(key, state__in=Contribution.PAID))


@private_page
@require_safe
def receipt_paper(request: HttpRequest, key: UUID) -> HttpResponse:
    """Show the receipt as it is printed."""
    contribution = _of_key(key, state__in=Contribution.PAID)
    return HttpResponse(_paper(request, contribution, is_file=False))


@private_page
@require_safe
def receipt_pdf(request: HttpRequest, key: UUID) -> HttpResponse:
    """Give the receipt as a file; where none can be drawn, the page that is printed."""
    contribution = _of_key(key, state__in=Contribution.PAID)
    if not pdf.is_possible():
        return redirect("public:receipt_paper", key=key)
    response = HttpResponse(
        pdf.drawn(_paper(request, contribution, is_file=True)), content_type="application/pdf"
    )
    name = f"weft-{contribution.receipt_number}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _paper(request: HttpRequest, contribution: Contribution, *, is_file: bool) -> str:
    shown = receipt_of(contribution, language=request.LANGUAGE_CODE)
    address = settings.SITE_URL + reverse("public:receipt_check", args=[shown.number])
    context = {
        "receipt": shown,
        "address": address,
        "is_file": is_file,
        "has_pdf": pdf.is_possible(),
    }
    return render_to_string("public/receipts/paper.html", context, request)


def _of_key(key: UUID, **facts: object) -> Contribution:
    gifts = Contribution.objects.select_related("campaign__project", "contributor")
    found = gifts.filter(public_key=key, **facts).first()
    if found is None:
        raise Http404
    return found


def _receipt(request: HttpRequest, contribution: Contribution) -> HttpResponse:
    shown = receipt_of(contribution, language=request.LANGUAGE_CODE)
    share = share_links(shown.project.slug, title=shown.text.title)
    context = {
        "receipt": shown,
        "share": share,
        "gift": contribution,
        "has_pdf": pdf.is_possible(),
    }
    response = render(request, "public/give/receipt.html", context)
    return response if shown.is_counted or shown.stopped else _soon(request, response)


def _soon(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Ask the browser to look again a few times, each time after a longer pause."""
    looked = request.GET.get("looked", "0")
    times = int(looked) if looked.isascii() and looked.isdigit() and len(looked) == 1 else 0
    if times < len(WAITS_SECONDS):
        response["Refresh"] = f"{WAITS_SECONDS[times]}; url={request.path}?looked={times + 1}"
    return response
