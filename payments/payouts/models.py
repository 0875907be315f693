from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Lower, Trim
from django.db.models.lookups import Exact
from uuid_utils.compat import uuid7

from payments.gateway.payouts import PayoutOrder
from payments.money import Money
from payments.payouts.payees import DetailsChange, Method, PayoutAccount

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["DetailsChange", "Method", "Payout", "PayoutAccount", "PayoutBatch", "PayoutMove"]


def _person(field: str) -> Lower:
    """Return a name as it is compared: case and blanks make nobody another person."""
    return Lower(Trim(field))


class PayoutBatch(models.Model):
    """Payouts of one currency by one method that were sent together, perhaps as a file."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    method = models.CharField(max_length=16, choices=Method)
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()
    file_name = models.CharField(max_length=100, blank=True)
    media_type = models.CharField(max_length=40, blank=True)
    content = models.BinaryField(null=True)  # As a person first took it to the bank.
    exported_at = models.DateTimeField(null=True)
    exported_by = models.CharField(max_length=128, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(exported_at=None, content=None, exported_by="")
                | Q(~Q(exported_by=""), exported_at__isnull=False, content__isnull=False),
                name="payoutbatch_export_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.method} {self.currency} {self.created_at}"


class PayoutQuerySet(models.QuerySet["Payout"]):
    def due(self, now: datetime) -> PayoutQuerySet:
        """Keep the payouts that a sweeper has to look at, longest waiting first."""
        return self.filter(due_at__lte=now).order_by("due_at", "id")

    def money_out(self) -> PayoutQuerySet:
        """Keep the payouts that failed and whose money has not come back to us."""
        return self.filter(state__in=Payout.ENDED_BADLY, money_back_at=None).exclude(
            transfer_key=""
        )


class Payout(models.Model):
    """One amount for one owner, from the escrow of one campaign. Asked, approved, sent once."""

    class State(models.TextChoices):
        REQUESTED = "requested", "Requested"
        APPROVED = "approved", "Approved"
        SCHEDULED = "scheduled", "Scheduled"  # The escrow holds the amount for it.
        SUBMITTED = "submitted", "Submitted"  # Given to the provider, whose answer may be lost.
        IN_TRANSIT = "in_transit", "In transit"
        PAID = "paid", "Paid"
        FAILED = "failed", "Failed"
        RETURNED = "returned", "Returned"  # It was paid, and a bank sent it back.
        CANCELLED = "cancelled", "Cancelled"
        ON_HOLD = "on_hold", "On hold"

    ENDED_BADLY: ClassVar = (State.FAILED, State.RETURNED)
    WITH_PROVIDER: ClassVar = (State.SUBMITTED, State.IN_TRANSIT)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(PayoutAccount, models.PROTECT, related_name="payouts")
    batch = models.ForeignKey(PayoutBatch, models.PROTECT, null=True, related_name="payouts")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    state = models.CharField(max_length=16, choices=State, default=State.REQUESTED)

    # What was asked. The database lets none of it be changed.
    source_ref = models.CharField(max_length=128)  # Whose escrow. Opaque to us.
    reference = models.CharField(max_length=128)  # The caller's. Opaque to us.
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    second_above_minor = models.BigIntegerField()  # Above this two people approve.
    requested_by = models.CharField(max_length=128)
    created_at = models.DateTimeField()

    approved_by = models.CharField(max_length=128, blank=True)
    second_approved_by = models.CharField(max_length=128, blank=True)
    approved_digest = models.CharField(max_length=64, blank=True)  # The details they saw.
    holds = models.PositiveIntegerField(default=0)  # How often the escrow held it: part of a key.
    receivable_minor = models.BigIntegerField(default=0)  # Kept of it for what the owner owes.
    waits_for = models.CharField(max_length=32, blank=True)  # A code of services.Waiting.

    # What the provider answered.
    transfer_key = models.CharField(max_length=255, blank=True)
    provider_key = models.CharField(max_length=255, blank=True)
    reversal_key = models.CharField(max_length=255, blank=True)
    fee_minor = models.BigIntegerField(null=True)
    fee_currency = models.CharField(max_length=3, blank=True)
    cause = models.CharField(max_length=64, blank=True)  # The code of why it failed.

    submitted_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)  # First asked to send: the birth of the key.
    back_asked_at = models.DateTimeField(null=True)  # First asked to take back.
    paid_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    money_back_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)  # When a sweeper looks next. None: nothing to do.

    objects = PayoutQuerySet.as_manager()

    class Meta:
        permissions = (
            ("request_payouts", "May ask for payouts"),
            ("approve_payouts", "May approve, hold and cancel payouts"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, receivable_minor__gte=0)
                & Q(receivable_minor__lte=F("amount_minor")),
                name="payout_amounts_fit",
            ),
            models.CheckConstraint(
                condition=~Q(Exact(_person("requested_by"), Value("")))
                & ~Q(Exact(_person("approved_by"), _person("requested_by"))),
                name="payout_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(second_approved_by="")
                | ~Q(approved_by="")
                & ~Q(Exact(_person("second_approved_by"), _person("requested_by")))
                & ~Q(Exact(_person("second_approved_by"), _person("approved_by"))),
                name="payout_six_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "cancelled", "on_hold"])
                | ~Q(approved_by="")
                & ~Q(approved_digest="")
                & (Q(amount_minor__lte=F("second_above_minor")) | ~Q(second_approved_by="")),
                name="payout_approved_by_enough",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["requested", "approved", "scheduled", "cancelled", "on_hold"],
                    submitted_at=None,
                    transfer_key="",
                    provider_key="",
                )
                | Q(
                    state__in=["submitted", "in_transit", "paid", "failed", "returned"],
                    submitted_at__isnull=False,
                    batch__isnull=False,
                ),
                name="payout_sent_when_submitted",
            ),
            models.CheckConstraint(
                condition=Q(state="paid", paid_at__isnull=False, failed_at=None, cause="")
                | Q(~Q(cause=""), state="failed", paid_at=None, failed_at__isnull=False)
                | Q(~Q(cause=""), state="returned", paid_at__isnull=False, failed_at__isnull=False)
                | ~Q(state__in=["paid", "failed", "returned"]) & Q(paid_at=None, failed_at=None),
                name="payout_end_dated",
            ),
            models.CheckConstraint(
                condition=Q(money_back_at=None) | Q(state__in=["failed", "returned"]),
                name="payout_money_back_after_failure",
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=~Q(state__in=["cancelled", "failed", "returned"]),
                name="payout_one_live_per_reference",
            ),
            *(
                models.UniqueConstraint(
                    fields=[name], condition=~Q(**{name: ""}), name=f"payout_{name}_once"
                )
                for name in ("transfer_key", "provider_key", "reversal_key")
            ),
        )
        indexes = (
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="payout_due"),
            models.Index(
                fields=["state", "id"],
                condition=Q(state__in=["requested", "approved", "scheduled", "on_hold"]),
                name="payout_waiting",
            ),
        )

    def __str__(self) -> str:
        return f"Payout {self.pk} of {self.amount_minor} {self.currency}, {self.state}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def net(self) -> Money:
        """Return what is sent: the amount less what the owner owes."""
        return Money(self.amount_minor - self.receivable_minor, self.currency)

    @property
    def needs_second(self) -> bool:
        return self.amount_minor > self.second_above_minor

    def order(self, *, asked_at: datetime | None = None) -> PayoutOrder:
        """Return this payout as the provider takes it, under the key of a first question."""
        born = asked_at or self.asked_at or self.submitted_at
        moment = int(born.timestamp()) if born else 0
        return PayoutOrder(
            payout_key=str(self.pk),
            idempotency_key=f"{self.pk}-{moment}",
            payee_key=self.account.provider_key,
            amount=self.net,
            reference=self.reference,
            transfer_key=self.transfer_key,
            provider_key=self.provider_key,
        )


class PayoutMove(models.Model):
    """One step of a payout: from where to where, by whom and why. Never changed afterwards."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payout = models.ForeignKey(Payout, models.PROTECT, related_name="moves")
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16)
    actor = models.CharField(max_length=128)  # A person, or "weft", or "provider".
    reason = models.CharField(max_length=250)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.from_state or 'nothing'} to {self.to_state} by {self.actor}: {self.reason}"
