"""Money that waits for a programme's decision, and what the books would not take of it."""

from __future__ import annotations

from django.contrib import admin

from payments.admin import ReadOnly
from projects.matching.models import WaitingMoney


@admin.register(WaitingMoney)
class WaitingMoneyAdmin(ReadOnly, admin.ModelAdmin[WaitingMoney]):
    list_display = ("contribution_ref", "programme", "settled_at", "parked_until", "last_error")
    list_filter = (("last_error", admin.EmptyFieldListFilter), "programme")
    search_fields = ("contribution_ref",)
