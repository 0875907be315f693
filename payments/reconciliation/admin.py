"""Runs and exceptions to look at. People work the queue in the console, not here."""

from __future__ import annotations

from django.contrib import admin

from payments.admin import ReadOnly
from payments.reconciliation.models import QueuedException, Reconciliation


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnly, admin.ModelAdmin[Reconciliation]):
    list_display = ("at", "since", "checked", "found", "accepted", "took_ms")


@admin.register(QueuedException)
class QueuedExceptionAdmin(ReadOnly, admin.ModelAdmin[QueuedException]):
    list_display = ("kind", "provider_key", "reference", "state", "opened_at", "owner", "closed_at")
    list_filter = ("state", "kind")
    search_fields = ("provider_key", "reference", "closed_reason")
