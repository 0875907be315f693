"""Feeds of live quotes, what each reading of them gave, and what waits for a person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Self

import uuid_utils.compat as uuid
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from remittances.models.names import Provider
from remittances.models.prices import SurveyedService
from remittances.models.rates import LONGEST_REASON

if TYPE_CHECKING:
    from datetime import datetime

LONGEST_URL = 500
CLAIM = timedelta(minutes=5)  # A reader that is silent for longer has died.


class Feeds(models.QuerySet["Feed"]):
    def due(self, now: datetime) -> Self:
        """Return the feeds that are on and whose next reading has come."""
        return self.filter(is_on=True, next_at__lte=now)

    def unclaimed(self, now: datetime) -> Self:
        """Return the feeds that nobody is reading."""
        return self.filter(Q(claimed_at=None) | Q(claimed_at__lte=now - CLAIM))


class Feed(models.Model):
    """An address that answers with quotes; read only while it is on and its host is allowed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100, unique=True)  # Shown as the source of its quotes.
    provider = models.ForeignKey(  # The one firm it speaks for; none: whoever it names.
        Provider, on_delete=models.PROTECT, null=True, blank=True, related_name="feeds"
    )
    url = models.URLField(max_length=LONGEST_URL)
    corridors = ArrayField(models.CharField(max_length=6), default=list)  # KENUGA; none is all.
    licence = models.CharField(max_length=50)
    is_on = models.BooleanField(default=False)
    every_minutes = models.PositiveIntegerField(default=60)
    next_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)

    objects = Feeds.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(every_minutes__gte=5, every_minutes__lte=1440),
                name="feed_pace_is_sensible",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(licence=""), name="feed_is_attributed"
            ),
        )
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.name


class FeedRun(models.Model):
    """One reading of a feed; added when it is over, and never changed."""

    class Outcome(models.TextChoices):
        OK = "ok"
        FAILED = "failed"  # No whole answer came.
        REFUSED = "refused"  # An answer came, or an address stands there, that we do not take.

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="runs")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    message = models.CharField(max_length=500, blank=True)
    quotes_read = models.PositiveIntegerField(default=0)
    published = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(outcome="ok") | (Q(published=0, quarantined=0) & ~Q(message="")),
                name="feedrun_only_success_changes",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("started_at")), name="feedrun_ends_after_its_start"
            ),
        )
        indexes = (models.Index(fields=("feed", "-started_at"), name="feedrun_newest"),)

    def __str__(self) -> str:
        return f"{self.feed_id} {self.started_at}"


class QuarantinedQuote(models.Model):
    """A quote that is unlike the reference rate or its own past, until a person has looked."""

    class State(models.TextChoices):
        WAITING = "waiting"
        ACCEPTED = "accepted"
        DROPPED = "dropped"
        OVERTAKEN = "overtaken"  # A newer quote of the same service came first.

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    run = models.ForeignKey(FeedRun, on_delete=models.PROTECT, related_name="held")
    row_key = models.CharField(max_length=500)
    quote = models.JSONField()  # The row as it would be published.
    oddities = ArrayField(models.CharField(max_length=20))
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    published = models.OneToOneField(
        SurveyedService, on_delete=models.PROTECT, null=True, related_name="quarantined"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by=None, decided_at=None, published=None)
                | Q(state="overtaken", decided_by=None, decided_at__isnull=False, published=None)
                | (
                    Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(reason="")
                    & (
                        Q(state="accepted", published__isnull=False)
                        | Q(state="dropped", published=None)
                    )
                ),
                name="quarantinedquote_decided_in_full",
            ),
        )
        indexes = (models.Index(fields=("state", "row_key"), name="quarantinedquote_queue"),)

    def __str__(self) -> str:
        return self.row_key
