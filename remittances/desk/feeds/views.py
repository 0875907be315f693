"""The health of the feeds, and what they gave that waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from remittances.desk.access import actor, approving, may_approve, working
from remittances.desk.answers import SeeOther
from remittances.desk.entries.forms import ReasonForm
from remittances.desk.entries.showing import ODDITIES
from remittances.feeds import selectors, services
from remittances.models import Feed, QuarantinedQuote

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

_FORM = ["GET", "HEAD", "POST"]
_DECISIONS = {"accept": services.accept_quote, "drop": services.drop_quote}


@require_safe
@working
def index(request: HttpRequest) -> HttpResponse:
    """List the feeds with how they are, and the quotes that wait."""
    context = {"feeds": selectors.health(now=timezone.now()), "held": _held()}
    return render(request, "remittances/desk/feeds/index.html", context)


@require_safe
@working
def feed(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one feed with its last readings."""
    found = get_object_or_404(Feed.objects.select_related("provider"), slug=slug)
    context = {
        "feed": found,
        "runs": selectors.runs(found),
        "may_switch": may_approve(request.user),
    }
    return render(request, "remittances/desk/feeds/feed.html", context)


@require_POST
@approving
def switch(request: HttpRequest, slug: str) -> HttpResponse:
    """Switch a feed on or off."""
    found = get_object_or_404(Feed, slug=slug)
    services.switch_feed(feed_id=found.pk, is_on="on" in request.POST, now=timezone.now())
    return SeeOther("prices:feed", slug)


@require_POST
@working
def read_now(request: HttpRequest, slug: str) -> HttpResponse:
    """Have a feed that is on read by the worker before its time."""
    found = get_object_or_404(Feed, slug=slug)
    if services.hurry_feed(feed_id=found.pk, now=timezone.now()):
        messages.success(request, _("It is read within a minute."))
    else:
        messages.error(request, _("It is switched off."))
    return SeeOther("prices:feed", slug)


@require_http_methods(_FORM)
@working
def decide(request: HttpRequest, held_id: UUID) -> HttpResponse:
    """Show a quote that waits; whoever may approve says why, and lets it stand or drops it."""
    may_decide = may_approve(request.user)
    if request.method == "POST" and not may_decide:
        raise Http404
    found = get_object_or_404(QuarantinedQuote.objects.select_related("run__feed"), pk=held_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _decided(request, found, form):
        return SeeOther("prices:feeds")
    context = {"form": form, "held": found, "why": _why(found), "may_decide": may_decide}
    return render(request, "remittances/desk/feeds/decide.html", context)


def _decided(request: HttpRequest, held: QuarantinedQuote, form: ReasonForm) -> bool:
    """Do what the one button says, in this person's name; a refusal is told on the list."""
    pressed = [act for name, act in _DECISIONS.items() if name in request.POST]
    if len(pressed) != 1:
        form.add_error(None, _("Choose one of the buttons."))
        return False
    reason = form.cleaned_data["reason"]
    try:
        pressed[0](held_id=held.pk, by=actor(request), reason=reason, now=timezone.now())
    except services.QuoteRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Decided."))
    return True


def _held() -> list[tuple[QuarantinedQuote, list[str]]]:
    return [(one, _why(one)) for one in selectors.held()]


def _why(held: QuarantinedQuote) -> list[str]:
    return [str(words) for oddity, words in ODDITIES.items() if oddity in held.oddities]
