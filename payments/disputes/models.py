from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from payments.models import Payment
from payments.money import Money

if TYPE_CHECKING:
    from datetime import datetime


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def taken(self) -> DisputeQuerySet:
        """Keep the disputes whose money is not with us: open, or lost."""
        return self.exclude(state=Dispute.State.WON)

    def due(self, now: datetime) -> DisputeQuerySet:
        """Keep the disputes that a sweeper has to look at, longest waiting first."""
        return self.filter(due_at__lte=now).order_by("due_at", "id")


class Dispute(models.Model):
    """One amount of one payment that the giver's bank has taken back, for now or for good."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        WON = "won", "Won"  # The money is back.
        LOST = "lost", "Lost"

    ENDED: ClassVar = (State.WON, State.LOST)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="disputes")
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    provider_key = models.CharField(max_length=255, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    fee_minor = models.BigIntegerField()  # What the provider kept for it, and did not give back.
    fee_currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=64, blank=True)  # The provider's word.
    opened_at = models.DateTimeField()  # The provider's time, when it withdrew the money.
    evidence_due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField()  # When we learnt of it.
    due_at = models.DateTimeField(null=True)  # When a sweeper looks next. None: nothing to do.

    objects = DisputeQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=["open", "won", "lost"]), name="dispute_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(provider_key="") & Q(amount_minor__gt=0, fee_minor__gte=0),
                name="dispute_amounts_make_sense",
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at=None, due_at__isnull=False)
                | Q(~Q(state="open"), ended_at__isnull=False, ended_at__gte=F("opened_at")),
                name="dispute_ended_has_time",
            ),
        )
        indexes = (
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="dispute_due"),
        )

    def __str__(self) -> str:
        return f"Dispute {self.provider_key} of {self.amount_minor} {self.currency}, {self.state}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
