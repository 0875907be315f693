"""The inbox to look at: what came, what was made of it, what was given up. And to replay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from payments.admin import ReadOnly
from payments.webhooks import services
from payments.webhooks.models import InboxEvent, Replay

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import Model
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern


class ReplayInline(ReadOnly, admin.TabularInline[Replay, InboxEvent]):
    model = Replay
    fields = ("at", "by", "from_state", "attempts", "last_error")
    ordering = ("at",)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return True  # To whoever may see the event.


@admin.register(InboxEvent)
class InboxEventAdmin(ReadOnly, admin.ModelAdmin[InboxEvent]):
    list_display = ("event_key", "kind", "state", "received_at", "attempts", "last_error")
    list_filter = ("state", "kind")
    search_fields = ("event_key", "object_key", "payment_key")
    exclude = ("body",)
    inlines = (ReplayInline,)

    def has_view_permission(self, request: HttpRequest, obj: InboxEvent | None = None) -> bool:
        return _may_replay(request) or super().has_view_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _may_replay(request) or super().has_module_permission(request)

    def get_urls(self) -> list[URLPattern]:
        replay = path(
            "<uuid:event_id>/replay/",
            self.admin_site.admin_view(self.replay),
            name="webhooks_inboxevent_replay",
        )
        return [replay, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        shown = (extra_context or {}) | {"may_replay": _may_replay(request)}
        return super().change_view(request, object_id, form_url, shown)

    def replay(self, request: HttpRequest, event_id: UUID) -> HttpResponse:
        """Ask whether to replay an event; on POST do it."""
        person = request.user.pk
        if person is None or not _may_replay(request):
            raise PermissionDenied
        event = get_object_or_404(InboxEvent, pk=event_id)
        if request.method != "POST":
            context = self.admin_site.each_context(request) | {
                "title": _("Replay"),
                "opts": self.opts,
                "event": event,
            }
            return TemplateResponse(request, "admin/webhooks/inboxevent/replay.html", context)
        try:
            services.replay(event_id=event_id, by=person, now=timezone.now())
        except services.ReplayRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("%s is worked off once more.") % event.event_key)
        return redirect("admin:webhooks_inboxevent_change", event_id)


def _may_replay(request: HttpRequest) -> bool:
    return request.user.has_perm(services.REPLAY)
