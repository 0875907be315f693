from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from payments.models import Payment
from payments.money import Money

if TYPE_CHECKING:
    from datetime import datetime


class RefundQuerySet(models.QuerySet["Refund"]):
    def standing(self) -> RefundQuerySet:
        """Keep the refunds that take something of what was captured, or are about to."""
        return self.exclude(state=Refund.State.FAILED)

    def made(self) -> RefundQuerySet:
        """Keep the refunds that the provider has made and not taken back."""
        return self.filter(state__in=Refund.MADE)

    def due(self, now: datetime) -> RefundQuerySet:
        """Keep the refunds that a sweeper has to look at, longest waiting first."""
        return self.filter(due_at__lte=now).order_by("due_at", "id")


class Refund(models.Model):
    """One amount of one payment, given back or about to be."""

    class State(models.TextChoices):
        CREATED = "created", "Created"  # The provider has not answered yet.
        PENDING = "pending", "Pending"  # The provider works on it.
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"  # Also after it had succeeded: a bank may send it back.

    MADE: ClassVar = (State.PENDING, State.SUCCEEDED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    state = models.CharField(max_length=16, choices=State, default=State.CREATED)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=250, blank=True)
    requested_by = models.CharField(max_length=128, blank=True)
    idempotency_key = models.CharField(max_length=128, blank=True)  # The caller's.
    is_found = models.BooleanField(default=False)  # Made at the provider, without us.

    # What the provider answered.
    provider_key = models.CharField(max_length=255, blank=True)
    failure_reason = models.CharField(max_length=250, blank=True)

    created_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)  # The birth of the key we ask with.
    tried_at = models.DateTimeField(null=True)  # Last asked.
    refunded_at = models.DateTimeField(null=True)  # The provider's time, once it had succeeded.
    failed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)  # When a sweeper looks next. None: nothing to do.

    objects = RefundQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(
                condition=Q(state="created", provider_key="", is_found=False)
                & Q(refunded_at=None, failed_at=None, failure_reason="", due_at__isnull=False)
                | Q(~Q(provider_key=""), state="pending")
                & Q(refunded_at=None, failed_at=None, failure_reason="", due_at__isnull=False)
                | Q(~Q(provider_key=""), state="succeeded", refunded_at__isnull=False)
                & Q(failed_at=None, failure_reason="")
                | Q(~Q(failure_reason=""), state="failed", failed_at__isnull=False),
                name="refund_state_fits",
            ),
            models.CheckConstraint(
                condition=Q(~Q(provider_key=""), is_found=True, idempotency_key="")
                | Q(~Q(idempotency_key=""), ~Q(requested_by=""), is_found=False),
                name="refund_asked_for_or_found",
            ),
            models.UniqueConstraint(
                fields=["idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="refund_asked_for_once",
            ),
            models.UniqueConstraint(
                fields=["provider_key"],
                condition=~Q(provider_key=""),
                name="refund_made_once",
            ),
        )
        indexes = (
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="refund_due"),
        )

    def __str__(self) -> str:
        return f"Refund {self.pk} of {self.amount_minor} {self.currency}, {self.state}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
