"""Mandates and what is charged under them, to look at. Nothing here can change money."""

from __future__ import annotations

from django.contrib import admin

from payments.admin import ReadOnly
from payments.mandates.models import CardCharge, Mandate, MandateMove


class MandateMoveInline(ReadOnly, admin.TabularInline[MandateMove, Mandate]):
    model = MandateMove
    fields = ("at", "from_state", "to_state", "cause")


class CardChargeInline(ReadOnly, admin.TabularInline[CardCharge, Mandate]):
    model = CardCharge
    fields = ("payment", "state", "attempt", "next_try_at", "reason")


@admin.register(Mandate)
class MandateAdmin(ReadOnly, admin.ModelAdmin[Mandate]):
    list_display = ("reference", "state", "amount_minor", "currency", "label", "created_at")
    list_filter = ("state", "currency")
    search_fields = ("reference", "page_key")
    exclude = ("email", "page_url")
    inlines = (CardChargeInline, MandateMoveInline)
