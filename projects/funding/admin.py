"""Contributions to look at, above all those that need a person. Nothing here can change money."""

from __future__ import annotations

from django.contrib import admin

from payments.admin import ReadOnly
from projects.funding.models import Contribution, ContributionLog, Reversal


class LogInline(ReadOnly, admin.TabularInline[ContributionLog, Contribution]):
    model = ContributionLog
    fields = ("at", "event", "from_state", "to_state", "reason")


class ReversalInline(ReadOnly, admin.TabularInline[Reversal, Contribution]):
    model = Reversal
    fields = ("kind", "key", "amount_minor", "currency", "taken_minor", "state", "changed_at")


@admin.register(Contribution)
class ContributionAdmin(ReadOnly, admin.ModelAdmin[Contribution]):
    list_display = ("key", "state", "amount_minor", "currency", "needs_person_since", "created_at")
    list_filter = (("needs_person_since", admin.EmptyFieldListFilter), "state", "currency")
    search_fields = ("key", "receipt_number")
    exclude = ("public_key", "idempotency_key", "donor_key")
    inlines = (ReversalInline, LogInline)
