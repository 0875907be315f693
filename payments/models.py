from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone
from uuid_utils.compat import uuid7

from payments.money import Money

if TYPE_CHECKING:
    from datetime import datetime


class PaymentQuerySet(models.QuerySet["Payment"]):
    def live(self) -> PaymentQuerySet:
        """Keep the payments that may still bring money without anything going wrong."""
        return self.filter(state__in=Payment.LIVE)

    def with_money(self) -> PaymentQuerySet:
        """Keep those whose money is here: what differed and was all given back is as if unpaid."""
        back = Sum("refunds__amount_minor", filter=Q(refunds__state="succeeded"), default=0)
        is_left = Q(state=Payment.State.DIFFERS, received_minor__gt=F("given_back"))
        return self.alias(given_back=back).filter(Q(state=Payment.State.SETTLED) | is_left)

    def needing_a_person(self) -> PaymentQuerySet:
        """Keep the payments whose money or fee is not what was asked for."""
        return self.exclude(difference="")

    def due(self, now: datetime) -> PaymentQuerySet:
        """Keep the payments that a sweeper has to look at, longest waiting first."""
        return self.filter(due_at__lte=now).order_by("due_at", "id")


class Payment(models.Model):
    """One attempt to collect one amount, on a page of the provider or from a saved card."""

    class State(models.TextChoices):
        CREATED = "created", "Created"  # The provider has not answered yet.
        OPEN = "open", "Open"  # The person may pay on the provider's page.
        PROCESSING = "processing", "Processing"  # Paid there, but not certain yet.
        HELD = "held", "Held"  # Authorised: ours to take until `held_until`.
        SETTLED = "settled", "Settled"
        DIFFERS = "differs", "Differs"  # Money came that we did not ask for: a person must look.
        FAILED = "failed", "Failed"
        EXPIRED = "expired", "Expired"

    class Collection(models.TextChoices):
        PAGE = "page", "On a page of the provider"
        CARD = "card", "From a saved card"

    class Answer(models.TextChoices):
        CAPTURE = "capture", "Capture"
        RELEASE = "release", "Release"

    LIVE: ClassVar = (State.CREATED, State.OPEN, State.PROCESSING, State.HELD)
    RECEIVED: ClassVar = (State.SETTLED, State.DIFFERS)
    FEE_CURRENCY: ClassVar = "fee_currency"  # The one difference that does not stop the money.
    DIFFERENCES: ClassVar = ("amount", "currency", FEE_CURRENCY, "surplus")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(max_length=128, db_index=True)  # The caller's. Opaque to us.
    state = models.CharField(max_length=16, choices=State, default=State.CREATED)

    # What was asked. Kept as it was, so that a repeated call carries the same parameters.
    collection = models.CharField(max_length=8, choices=Collection, default=Collection.PAGE)
    hold = models.BooleanField(default=False)  # Only to authorise; the caller answers later.
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    description = models.CharField(max_length=250)
    email = models.CharField(max_length=254, blank=True)  # Forgotten once the provider has it.
    language = models.CharField(max_length=16)
    success_url = models.TextField()
    cancel_url = models.TextField()

    # What the provider answered.
    page_key = models.CharField(max_length=255, blank=True)
    page_url = models.TextField(blank=True)
    intent_key = models.CharField(max_length=255, blank=True)  # What the provider collects with.
    held_until = models.DateTimeField(null=True)  # The provider's: then a hold lapses.
    charge_key = models.CharField(max_length=255, blank=True)
    received_minor = models.BigIntegerField(null=True)
    received_currency = models.CharField(max_length=3, blank=True)
    fee_minor = models.BigIntegerField(null=True)
    fee_currency = models.CharField(max_length=3, blank=True)
    difference = models.CharField(max_length=32, blank=True)

    # What the caller decided about a hold: the intent that a worker carries out.
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    answered_at = models.DateTimeField(null=True)
    capture_minor = models.BigIntegerField(null=True)  # Of the amount held; the rest is released.

    created_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)  # First asked for a page: the birth of the key.
    tried_at = models.DateTimeField(null=True)  # Last asked for a page.
    opened_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)  # The provider's time of the charge.
    due_at = models.DateTimeField(null=True)  # When a sweeper looks next. None: nothing to do.

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "created",
                        "open",
                        "processing",
                        "held",
                        "settled",
                        "differs",
                        "failed",
                        "expired",
                    ]
                ),
                name="payment_state_known",
            ),
            models.CheckConstraint(
                condition=Q(collection__in=["page", "card"]), name="payment_collection_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="held") | Q(~Q(intent_key=""), held_until__isnull=False),
                name="payment_held_until_when",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True, capture_minor__isnull=True)
                | Q(answer="release", answered_at__isnull=False, capture_minor__isnull=True)
                | Q(
                    answer="capture",
                    answered_at__isnull=False,
                    capture_minor__gt=0,
                    capture_minor__lte=F("amount_minor"),
                ),
                name="payment_capture_within_hold",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(
                    Q(state__in=["settled", "differs"]),
                    Q(settled_at__isnull=False, received_minor__gt=0, fee_minor__gte=0),
                    ~Q(charge_key=""),
                )
                | Q(
                    ~Q(state__in=["settled", "differs"]),
                    Q(settled_at__isnull=True, received_minor__isnull=True, charge_key=""),
                ),
                name="payment_received_has_charge",
            ),
            models.CheckConstraint(
                condition=~Q(state="settled")
                | Q(
                    Q(received_minor=F("capture_minor"))
                    | Q(capture_minor__isnull=True, received_minor=F("amount_minor")),
                    received_currency=F("currency"),
                )
                & (
                    Q(fee_currency=F("currency"), difference="")
                    | Q(~Q(fee_currency=F("currency")), difference="fee_currency")
                ),
                name="payment_settled_as_asked",
            ),
            models.CheckConstraint(
                condition=Q(~Q(difference__in=["", "fee_currency"]), state="differs")
                | Q(state="settled", difference__in=["", "fee_currency"])
                | Q(~Q(state__in=["settled", "differs"]), difference=""),
                name="payment_differs_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["open", "processing"])
                | ~Q(page_key="")
                | Q(~Q(intent_key=""), collection="card"),
                name="payment_open_has_page",
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=Q(state__in=["created", "open", "processing", "held"]),
                name="payment_one_live_per_reference",
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=Q(state="settled"),
                name="payment_one_settled_per_reference",
            ),
            models.UniqueConstraint(
                fields=["page_key"],
                condition=~Q(page_key=""),
                name="payment_page_once",
            ),
            models.UniqueConstraint(
                fields=["intent_key"],
                condition=~Q(intent_key=""),
                name="payment_intent_once",
            ),
            models.UniqueConstraint(
                fields=["charge_key"],
                condition=~Q(charge_key=""),
                name="payment_charge_once",
            ),
        )
        indexes = (
            models.Index(fields=["-created_at", "-id"], name="payment_latest"),
            models.Index(
                fields=["due_at"],
                condition=Q(due_at__isnull=False),
                name="payment_due",
            ),
            models.Index(
                fields=["difference", "settled_at"],
                condition=~Q(difference=""),
                name="payment_needs_a_person",
            ),
        )

    def __str__(self) -> str:
        return f"Payment {self.pk} of {self.amount_minor} {self.currency}, {self.state}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def expected(self) -> Money:
        """Return what should arrive: the amount, or of a hold the part that is taken."""
        return Money(
            self.amount_minor if self.capture_minor is None else self.capture_minor, self.currency
        )

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE


class PaymentMove(models.Model):
    """One move of a payment from state to state, never changed afterwards."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="moves")
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16)
    cause = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.from_state or 'nothing'} to {self.to_state}: {self.cause}"


class EventDelivery(models.Model):
    """One announcement to one listener, waiting until the listener has done its part."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event_key = models.UUIDField()  # The same for all listeners of one announcement.
    event = models.CharField(max_length=64)
    listener = models.CharField(max_length=100)  # The name of a task.
    payload = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)  # When the sweeper queues it again.
    done_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)  # Times it was queued again.
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["event_key", "listener"],
                name="eventdelivery_once_per_listener",
            ),
        )
        indexes = (
            models.Index(
                fields=["due_at"],
                condition=Q(done_at__isnull=True),
                name="eventdelivery_due",
            ),
        )

    def __str__(self) -> str:
        return f"{self.event} to {self.listener}"
