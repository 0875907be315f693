from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
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
    account_key = models.CharField(max_length=255, blank=True)  # As named; blank: our own.
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
            models.Index(fields=["received_at", "id"], name="inboxevent_received"),
            models.Index(fields=["payment_key"], name="inboxevent_payment"),
            models.Index(fields=["object_key"], name="inboxevent_object"),
        )

    def __str__(self) -> str:
        return f"{self.event_key} ({self.kind}), {self.state}"


class Replay(models.Model):
    """A person had an event worked off once more. Written once, with what it was before."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event = models.ForeignKey(InboxEvent, models.PROTECT, related_name="replays")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="replays")
    at = models.DateTimeField()
    from_state = models.CharField(max_length=16, choices=InboxEvent.State)
    attempts = models.PositiveIntegerField()
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(from_state__in=["done", "ignored", "dead"]),
                name="replay_of_what_was_worked_off",
            ),
        )

    def __str__(self) -> str:
        return f"{self.event_id} at {self.at:%Y-%m-%d %H:%M}"
