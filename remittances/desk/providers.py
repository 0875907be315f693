"""Firms: what an officer found out about them, and who changed it when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.forms import model_to_dict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from remittances.desk.access import actor, may_approve, working
from remittances.desk.answers import SeeOther, paged
from remittances.desk.forms import ProviderForm
from remittances.imports import deciding
from remittances.models import Provider

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_EVENTS_SHOWN = 50


@require_safe
@working
def index(request: HttpRequest) -> HttpResponse:
    """List the firms that have a spelling."""
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found = Provider.objects.filter(names__isnull=False, name__icontains=asked)
    context = {"page": paged(request, found.distinct().order_by("name")), "asked": asked}
    return render(request, "remittances/desk/providers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@working
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a firm, and change what is known of it."""
    provider = get_object_or_404(Provider, slug=slug)
    form = ProviderForm(
        request.POST if request.method == "POST" else None,
        initial=model_to_dict(provider),
        may_approve=may_approve(request.user),
    )
    if request.method == "POST" and form.is_valid():
        deciding.edit_provider(
            provider_id=provider.pk, changes=form.changes, by=actor(request), now=timezone.now()
        )
        messages.success(request, _("Saved."))
        return SeeOther("prices:provider", slug)
    events = provider.events.select_related("actor").order_by("-at", "-id")[:_EVENTS_SHOWN]
    context = {"form": form, "provider": provider, "events": events}
    status = 422 if form.errors else 200
    return render(request, "remittances/desk/provider.html", context, status=status)
