"""The inbox: what the provider told, what was made of it, and to have it worked off again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from payments.console import selectors, tables
from payments.console.access import action, actor, books, may_work, working
from payments.console.answers import SeeOther, sheet
from payments.console.filters import EventFilter
from payments.console.lists import listing
from payments.webhooks import services
from payments.webhooks.models import InboxEvent

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse, StreamingHttpResponse


@require_safe
@books
def index(request: HttpRequest) -> HttpResponse:
    """List events, newest first."""
    found = EventFilter(request.GET, queryset=selectors.events())
    return render(request, "console/inbox.html", {"listing": listing(found, request.GET)})


@require_safe
@books
def table(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Give the same list as a file."""
    found = EventFilter(request.GET, queryset=selectors.events())
    return sheet("inbox", tables.EVENTS, tables.events(found.qs), asked=found.form)


@require_safe
@books
def event(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Show an event as it was signed, and who had it worked off again."""
    found = get_object_or_404(InboxEvent, pk=event_id)
    context = {
        "event": found,
        "body": bytes(found.body).decode(errors="replace"),
        "replays": found.replays.select_related("by").order_by("at"),
        "payment": selectors.payment_named(found.payment_key),
        "may_work": may_work(request.user),
    }
    return render(request, "console/event.html", context)


@action
@working
def replay(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Have an event worked off once more; what it led to is not done twice."""
    get_object_or_404(InboxEvent.objects.only("pk"), pk=event_id)
    try:
        services.replay(event_id=event_id, by=actor(request), now=timezone.now())
    except services.ReplayRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The event is worked off once more."))
    return SeeOther("finance:event", event_id)
