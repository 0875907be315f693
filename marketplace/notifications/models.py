from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

if TYPE_CHECKING:
    from datetime import datetime


class NotificationQuerySet(models.QuerySet["Notification"]):
    def waiting(self) -> NotificationQuerySet:
        """Return what nobody has begun to send."""
        return self.filter(claimed_at__isnull=True)

    def due(self, at: datetime) -> NotificationQuerySet:
        return self.waiting().filter(due_at__lte=at).order_by("due_at", "id")


class Notification(models.Model):
    """One thing to tell one person over one channel.

    It holds no address and no text: both are looked up when it is sent, so that they are erased
    where they belong. A message that may have gone out is never sent again.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", "Receipt of a contribution"
        REFUND = "refund", "Money sent back to a giver"
        REFUND_FAILED = "refund_failed", "Money that could not be sent back"
        DISPUTE_OPENED = "dispute_opened", "A gift that a bank asks back"
        DISPUTE_ENDED = "dispute_ended", "What became of that"
        PAYOUT_DETAILS = "payout_details", "New details for payouts"
        PAYOUT_PAID = "payout_paid", "A payout that arrived"
        PAYOUT_FAILED = "payout_failed", "A payout that came to nothing"
        PAYOUT_RETURNED = "payout_returned", "A payout that a bank sent back"

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event = models.CharField(max_length=120)  # What happened, such as `contribution_confirmed:KEY`.
    person = models.CharField(max_length=64)
    channel = models.CharField(max_length=8, choices=Channel)
    kind = models.CharField(max_length=24, choices=Kind)
    subject_key = models.CharField(max_length=64)  # The natural key of what it is about.
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["event", "person", "channel"], name="notification_told_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        *("receipt", "refund", "refund_failed", "dispute_opened", "dispute_ended"),
                        *("payout_details", "payout_paid", "payout_failed", "payout_returned"),
                    ]
                ),
                name="notification_kind_known",
            ),
            models.CheckConstraint(condition=Q(channel="email"), name="notification_channel_known"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(claimed_at__isnull=False),
                name="notification_sent_was_claimed",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} for {self.event} by {self.channel}"
