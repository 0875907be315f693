"""Who is to be told when a transfer costs less than a threshold, and what is to be told.

An address stands on its alert and nowhere else. Stopping deletes the row with all its messages; of
what was, only counts remain.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, Self

import uuid_utils.compat as uuid
from django.db import models
from django.db.models import F, Q

from payments.money import Money

if TYPE_CHECKING:
    from datetime import datetime

HIGHEST_BPS = 99_99
MOST_TRIES = 5
CODE_HOLDS = timedelta(minutes=30)


class Watched(NamedTuple):
    """The price that alerts look at: a corridor, an amount, and how the money is received."""

    origin: str
    destination: str
    amount_minor: int
    currency: str
    receive: str  # A word of `questions.METHODS`; blank for any way.

    @property
    def amount(self) -> Money:
        """Return the amount that is sent."""
        return Money(self.amount_minor, self.currency)


class Alerts(models.QuerySet["Alert"]):
    """Alerts, confirmed or not."""

    def confirmed(self) -> Self:
        """Return those whose address is known to be its owner's."""
        return self.exclude(state=Alert.State.UNCONFIRMED)

    def of(self, watched: Watched) -> Self:
        """Return those that look at one price."""
        return self.filter(
            origin__iso3=watched.origin,
            destination__iso3=watched.destination,
            amount_minor=watched.amount_minor,
            currency=watched.currency,
            receive=watched.receive,
        )


class Alert(models.Model):
    """One address that is to hear when one price falls below one threshold.

    Armed, the next price below the threshold is told. Told, nothing is said until a price was at or
    above the threshold again.
    """

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed", "Waiting for the code"
        ARMED = "armed", "Watching"
        TOLD = "told", "Told, until the price was above again"

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    email = models.EmailField(max_length=254)
    language = models.CharField(max_length=12)
    origin = models.ForeignKey("Country", on_delete=models.PROTECT, related_name="+")
    destination = models.ForeignKey("Country", on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    receive = models.CharField(max_length=8, blank=True)
    threshold_bps = models.PositiveIntegerField()  # Hundredths of a per cent.
    state = models.CharField(max_length=12, choices=State, default=State.UNCONFIRMED)
    created_at = models.DateTimeField(db_index=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    # The newest survey that was looked at: an old price counts once, when its survey is new.
    seen_dataset = models.UUIDField(null=True, blank=True)
    tellings = models.PositiveIntegerField(default=0)
    code_hash = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)

    objects = Alerts.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=["unconfirmed", "armed", "told"]), name="alert_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="unconfirmed", confirmed_at__isnull=True)
                | (~Q(state="unconfirmed") & Q(confirmed_at__isnull=False)),
                name="alert_confirmed_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(threshold_bps__gt=0, threshold_bps__lte=HIGHEST_BPS),
                name="alert_threshold_in_range",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="alert_amount_positive"),
            models.CheckConstraint(
                condition=~Q(origin=F("destination")), name="alert_two_countries"
            ),
            models.CheckConstraint(
                condition=Q(code_tries__lte=MOST_TRIES), name="alert_tries_limited"
            ),
            models.UniqueConstraint(
                fields=[
                    *("email", "origin", "destination", "amount_minor", "currency", "receive"),
                    "threshold_bps",
                ],
                condition=~Q(state="unconfirmed"),
                name="alert_confirmed_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def amount(self) -> Money:
        """Return the amount that is sent."""
        return Money(self.amount_minor, self.currency)

    @property
    def threshold_pct(self) -> Decimal:
        """Return the threshold in per cent."""
        return Decimal(self.threshold_bps).scaleb(-2).normalize()


class AlertMessages(models.QuerySet["AlertMessage"]):
    """Messages of alerts."""

    def due(self, at: datetime) -> Self:
        """Return what nobody has begun to send and may go now, oldest first."""
        return self.filter(state=AlertMessage.State.WAITING, due_at__lte=at).order_by(
            "due_at", "id"
        )


class AlertMessage(models.Model):
    """One thing to tell the address of one alert: its code, or a price below its threshold.

    It holds no address and no text. A message that may have gone out is never sent again.
    """

    class Kind(models.TextChoices):
        CODE = "code", "The code that confirms an alert"
        PRICE = "price", "A price below the threshold"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting to be sent"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Given up"

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    alert = models.ForeignKey(
        Alert, on_delete=models.CASCADE, related_name="messages", db_index=False
    )  # Its index is the one that keeps messages apart.
    kind = models.CharField(max_length=8, choices=Kind)
    number = models.PositiveIntegerField()  # 0 the code, then one for each crossing.
    facts = models.JSONField(default=dict)  # The price as it was when the threshold was crossed.
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=100, blank=True)

    objects = AlertMessages.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["alert", "number"], name="alertmessage_once"),
            models.CheckConstraint(
                condition=Q(kind="code", number=0) | Q(kind="price", number__gt=0),
                name="alertmessage_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", claimed_at__isnull=True, sent_at__isnull=True)
                | Q(state="sending", claimed_at__isnull=False, sent_at__isnull=True)
                | Q(state="sent", claimed_at__isnull=False, sent_at__isnull=False)
                | Q(state="failed", sent_at__isnull=True),
                name="alertmessage_state_has_its_times",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.number} of {self.alert_id}"


class AlertCount(models.Model):
    """How often something happened to alerts, all that is kept of those that are gone."""

    class What(models.TextChoices):
        ASKED = "asked", "Asked for"
        CONFIRMED = "confirmed", "Confirmed"
        TOLD = "told", "Prices told"
        STOPPED = "stopped", "Stopped"
        FORGOTTEN = "forgotten", "Never confirmed, and deleted"

    what = models.CharField(max_length=12, primary_key=True, choices=What)
    times = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(what__in=["asked", "confirmed", "told", "stopped", "forgotten"]),
                name="alertcount_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.what}: {self.times}"
