"""Disputes to look at."""

from __future__ import annotations

from django.contrib import admin

from payments.admin import ReadOnly
from payments.disputes.models import Dispute


@admin.register(Dispute)
class DisputeAdmin(ReadOnly, admin.ModelAdmin[Dispute]):
    list_display = ("payment", "state", "amount_minor", "currency", "reason", "evidence_due_at")
    list_filter = ("state", "reason", "currency")
    search_fields = ("provider_key", "payment__reference", "payment__charge_key")
    list_select_related = ("payment",)
