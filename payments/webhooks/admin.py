"""The inbox to look at: what came, what was made of it, and what was given up."""

from __future__ import annotations

from django.contrib import admin

from payments.admin import ReadOnly
from payments.webhooks.models import InboxEvent


@admin.register(InboxEvent)
class InboxEventAdmin(ReadOnly, admin.ModelAdmin[InboxEvent]):
    list_display = ("event_key", "kind", "state", "received_at", "attempts", "last_error")
    list_filter = ("state", "kind")
    search_fields = ("event_key", "object_key", "payment_key")
    exclude = ("body",)
