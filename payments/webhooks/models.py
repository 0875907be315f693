from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

if TYPE_CHECKING:
    from datetime import datetime


class InboxQuerySet(models.QuerySet["InboxEvent"]):
    def due(self, now: datetime) -> InboxQuerySet:
        """Keep what waits and should have been worked off by now, longest waiting first."""
        return self.filter(state=InboxEvent.State.WAITING, due_at__lte=now).order_by("due_at", "id")


class InboxEvent(models.Model):
    """One event as the provider signed it: a hint to look at a payment, not a fact about it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        IGNORED = "ignored", "Ignored"  # Not of a kind we act on, or about nothing of ours.
        DEAD = "dead", "Dead"  # Tried too often: a person must look.

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event_key = models.CharField(max_length=255, unique=True)  # The provider's.
    kind = models.CharField(max_length=255)
    object_key = models.CharField(max_length=255, blank=True)
    payment_key = models.CharField(max_length=255, blank=True)  # Ours, as the provider carried it.
    body = models.BinaryField()  # The bytes that were signed.
    digest = models.CharField(max_length=64)  # Of what the event says, however it is delivered.
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()  # When the sweeper queues it again.
    worked_at = models.DateTimeField(null=True)

    objects = InboxQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "done", "ignored", "dead"]),
                name="inboxevent_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", worked_at__isnull=True)
                | Q(~Q(state="waiting"), worked_at__isnull=False),
                name="inboxevent_worked_at_unless_waiting",
            ),
        )
        indexes = (
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="inboxevent_due"),
            models.Index(fields=["worked_at"], condition=Q(state="dead"), name="inboxevent_dead"),
        )

    def __str__(self) -> str:
        return f"{self.event_key} ({self.kind}), {self.state}"
