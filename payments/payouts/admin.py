"""Payouts to look at. Nothing here can move money."""

from __future__ import annotations

from django.contrib import admin

from payments.admin import ReadOnly
from payments.payouts.models import (
    DetailsChange,
    Payout,
    PayoutAccount,
    PayoutBatch,
    PayoutMove,
)


class MoveInline(ReadOnly, admin.TabularInline[PayoutMove, Payout]):
    model = PayoutMove
    fields = ("at", "from_state", "to_state", "actor", "reason")


class ChangeInline(ReadOnly, admin.TabularInline[DetailsChange, PayoutAccount]):
    model = DetailsChange
    fields = ("at", "details_label", "actor", "told")


@admin.register(Payout)
class PayoutAdmin(ReadOnly, admin.ModelAdmin[Payout]):
    list_display = ("reference", "state", "waits_for", "amount_minor", "currency", "created_at")
    list_filter = ("state", "currency", "account__method")
    search_fields = ("reference", "source_ref", "transfer_key", "provider_key")
    inlines = (MoveInline,)


@admin.register(PayoutAccount)
class PayoutAccountAdmin(ReadOnly, admin.ModelAdmin[PayoutAccount]):
    list_display = ("owner_ref", "method", "currency", "state", "payable", "details_changed_at")
    list_filter = ("method", "state", "payable")
    search_fields = ("owner_ref", "provider_key")
    exclude = ("number",)
    inlines = (ChangeInline,)


@admin.register(PayoutBatch)
class PayoutBatchAdmin(ReadOnly, admin.ModelAdmin[PayoutBatch]):
    list_display = ("created_at", "method", "currency", "exported_at", "exported_by")
    exclude = ("content",)
