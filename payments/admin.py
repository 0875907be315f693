"""Payments and announcements to look at. Nothing here can change money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from payments.models import EventDelivery, Payment, PaymentMove

if TYPE_CHECKING:
    from django.db.models import Model
    from django.http import HttpRequest


class ReadOnly:
    """What an administrator may see and nobody may touch."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False


class MoveInline(ReadOnly, admin.TabularInline[PaymentMove, Payment]):
    model = PaymentMove
    fields = ("at", "from_state", "to_state", "cause")


@admin.register(Payment)
class PaymentAdmin(ReadOnly, admin.ModelAdmin[Payment]):
    list_display = ("reference", "state", "difference", "amount_minor", "currency", "created_at")
    list_filter = ("state", "difference", "currency")
    search_fields = ("reference", "page_key", "charge_key")
    exclude = ("email", "page_url")
    inlines = (MoveInline,)


@admin.register(EventDelivery)
class EventDeliveryAdmin(ReadOnly, admin.ModelAdmin[EventDelivery]):
    list_display = ("event", "listener", "created_at", "done_at", "attempts", "last_error")
    list_filter = ("event", "listener", ("done_at", admin.EmptyFieldListFilter))
