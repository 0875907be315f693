"""The messages to look at: which went out, which did not, and why."""

from __future__ import annotations

from django.contrib import admin

from marketplace.notifications.models import Notification
from payments.admin import ReadOnly


@admin.register(Notification)
class NotificationAdmin(ReadOnly, admin.ModelAdmin[Notification]):
    list_display = (
        "event",
        "kind",
        "created_at",
        "claimed_at",
        "sent_at",
        "attempts",
        "last_error",
    )
    list_filter = (
        "kind",
        ("claimed_at", admin.EmptyFieldListFilter),
        ("sent_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("event", "subject_key")
