"""Refunds to look at."""

from __future__ import annotations

from django.contrib import admin

from payments.admin import ReadOnly
from payments.refunds.models import Refund


@admin.register(Refund)
class RefundAdmin(ReadOnly, admin.ModelAdmin[Refund]):
    list_display = ("payment", "state", "amount_minor", "currency", "is_found", "created_at")
    list_filter = ("state", "is_found", "currency")
    search_fields = ("provider_key", "payment__reference", "payment__charge_key")
    list_select_related = ("payment",)
