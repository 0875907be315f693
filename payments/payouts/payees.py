"""Who is paid, and where: the models of accounts and of what changed about them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from payments.gateway.payouts import BankDetails


class Method(models.TextChoices):
    STRIPE = "stripe", "Stripe"
    BANK_FILE = "bank_file", _("Bank file")


class PayoutAccount(models.Model):
    """Where one owner is paid in one currency, as the provider told it last."""

    class State(models.TextChoices):
        CREATED = "created", "Created"  # The provider has not answered yet.
        OPEN = "open", "Open"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner_ref = models.CharField(max_length=128)  # The caller's. Opaque to us.
    method = models.CharField(max_length=16, choices=Method)
    country = models.CharField(max_length=2)  # ISO 3166-1 alpha-2.
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=16, choices=State, default=State.CREATED)
    contacts = models.JSONField()  # E-mail addresses; grows only, so that earlier ones are told.

    # What the provider says, or what a person gave us for a bank file.
    provider_key = models.CharField(max_length=255, blank=True)
    payable = models.BooleanField(default=False)
    requirements = models.JSONField(default=list)
    holder = models.CharField(max_length=100, blank=True)  # Bank file only, as is the number.
    number = models.CharField(max_length=40, blank=True)
    details_digest = models.CharField(max_length=64, blank=True)
    details_label = models.CharField(max_length=100, blank=True)
    details_changed_at = models.DateTimeField(null=True)

    created_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)  # First asked for: the birth of the key.
    looked_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)  # When a sweeper looks next.

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner_ref", "currency"], name="payoutaccount_one_per_currency"
            ),
            models.UniqueConstraint(
                fields=["provider_key"],
                condition=~Q(provider_key=""),
                name="payoutaccount_provider_once",
            ),
            models.CheckConstraint(
                condition=Q(state="created", provider_key="", payable=False)
                | Q(~Q(provider_key=""), state="open"),
                name="payoutaccount_open_has_key",
            ),
            models.CheckConstraint(
                condition=Q(details_digest="", payable=False)
                | Q(~Q(details_digest=""), details_changed_at__isnull=False),
                name="payoutaccount_details_dated",
            ),
            models.CheckConstraint(
                condition=Q(method="bank_file") | Q(method="stripe", holder="", number=""),
                name="payoutaccount_details_kept_once",
            ),
        )
        indexes = (
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="payoutaccount_due"
            ),
        )

    def __str__(self) -> str:
        return f"{self.owner_ref} in {self.currency} by {self.method}"

    @property
    def details(self) -> BankDetails | None:
        """Return the details that we keep, where no provider does."""
        return BankDetails(self.holder, self.number) if self.number else None


class DetailsChange(models.Model):
    """Payout details that were new at a moment. Never changed; who was told stands beside it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(PayoutAccount, models.PROTECT, related_name="changes")
    details_digest = models.CharField(max_length=64)
    details_label = models.CharField(max_length=100, blank=True)
    actor = models.CharField(max_length=128)  # "provider", or the person who gave them to us.
    told = models.JSONField()  # The contacts there were.
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.details_label} since {self.at}"
