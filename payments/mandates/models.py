from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from payments.models import Payment
from payments.money import Money

if TYPE_CHECKING:
    from datetime import datetime


class MandateQuerySet(models.QuerySet["Mandate"]):
    def due(self, now: datetime) -> MandateQuerySet:
        """Keep the mandates that a sweeper has to look at, longest waiting first."""
        return self.filter(due_at__lte=now).order_by("due_at", "id")


class Mandate(models.Model):
    """A person's permission to charge a saved card, once and up to an amount, while they are away.

    Saving the card takes nothing.
    """

    class State(models.TextChoices):
        CREATED = "created", "Created"  # The provider has not answered yet.
        OPEN = "open", "Open"  # The person may save a card on the provider's page.
        SAVED = "saved", "Saved"
        FAILED = "failed", "Failed"
        EXPIRED = "expired", "Expired"
        RELEASED = "released", "Released"  # Given up: nobody may charge the card any more.

    LIVE: ClassVar = (State.CREATED, State.OPEN, State.SAVED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reference = models.CharField(max_length=128, db_index=True)  # The caller's. Opaque to us.
    state = models.CharField(max_length=16, choices=State, default=State.CREATED)

    # What was agreed. Kept as it was, so that a repeated call carries the same parameters.
    amount_minor = models.BigIntegerField()  # The most that may be charged.
    currency = models.CharField(max_length=3)
    description = models.CharField(max_length=250)
    email = models.CharField(max_length=254, blank=True)  # Forgotten once the provider has it.
    language = models.CharField(max_length=16)
    success_url = models.TextField()
    cancel_url = models.TextField()

    # What the provider answered.
    page_key = models.CharField(max_length=255, blank=True)
    page_url = models.TextField(blank=True)
    customer_key = models.CharField(max_length=255, blank=True)
    method_key = models.CharField(max_length=255, blank=True)
    label = models.CharField(max_length=64, blank=True)  # How its owner recognises the card.

    created_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)  # First asked for a page: the birth of the key.
    tried_at = models.DateTimeField(null=True)  # Last asked for a page.
    saved_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)  # The provider has given the card up too.
    due_at = models.DateTimeField(null=True)  # When a sweeper looks next. None: nothing to do.

    objects = MandateQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    state__in=["created", "open", "saved", "failed", "expired", "released"]
                ),
                name="mandate_state_known",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="mandate_amount_positive"),
            models.CheckConstraint(
                condition=~Q(state="open") | ~Q(page_key=""), name="mandate_open_has_page"
            ),
            models.CheckConstraint(
                condition=~Q(state="saved")
                | Q(~Q(method_key=""), ~Q(customer_key=""), saved_at__isnull=False),
                name="mandate_saved_has_card",
            ),
            models.CheckConstraint(
                condition=Q(state="released") | Q(forgotten_at__isnull=True),
                name="mandate_forgotten_when_released",
            ),
            models.UniqueConstraint(
                fields=["reference"],
                condition=Q(state__in=["created", "open", "saved"]),
                name="mandate_one_live_per_reference",
            ),
            models.UniqueConstraint(
                fields=["page_key"], condition=~Q(page_key=""), name="mandate_page_once"
            ),
        )
        indexes = (
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="mandate_due"),
        )

    def __str__(self) -> str:
        return f"Mandate {self.pk} up to {self.amount_minor} {self.currency}, {self.state}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class MandateMove(models.Model):
    """One move of a mandate from state to state, never changed afterwards."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="moves")
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16)
    cause = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.from_state or 'nothing'} to {self.to_state}: {self.cause}"


class CardChargeQuerySet(models.QuerySet["CardCharge"]):
    def due(self, now: datetime) -> CardChargeQuerySet:
        """Keep the charges that something is to be done about, longest waiting first."""
        return self.filter(due_at__lte=now).order_by("due_at", "id")


class CardCharge(models.Model):
    """How far a payment from a saved card has come. The card of a mandate is charged for one."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"  # For the next try.
        ASKED = "asked", "Asked"  # The provider is being asked, or is not certain yet.
        OWNER = "owner", "Owner asked"  # The bank wants to hear it from the owner of the card.
        ENDED = "ended", "Ended"  # Settled or given up, as the payment says.

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    mandate = models.OneToOneField(Mandate, models.PROTECT, related_name="charge")
    payment = models.OneToOneField(Payment, models.PROTECT, related_name="card_charge")
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    attempt = models.PositiveSmallIntegerField(default=0)  # Of the tries made so far, the last.
    first_at = models.DateTimeField(null=True)  # Of the first try. The days count from here.
    asked_at = models.DateTimeField(null=True)  # Of the last try: the birth of its key.
    next_try_at = models.DateTimeField(null=True)
    owner_url = models.TextField(blank=True)  # Where the owner answers the bank.
    reason = models.CharField(max_length=64, blank=True)  # The provider's, of the last refusal.
    due_at = models.DateTimeField(null=True)  # When a sweeper looks next. None: nothing to do.

    objects = CardChargeQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state="waiting", next_try_at__isnull=False, owner_url="")
                | Q(state="asked", next_try_at__isnull=True, owner_url="", asked_at__isnull=False)
                | Q(~Q(owner_url=""), state="owner", next_try_at__isnull=False)
                | Q(state="ended", next_try_at__isnull=True, owner_url=""),
                name="cardcharge_state_fits",
            ),
            models.CheckConstraint(
                condition=Q(state="ended", due_at__isnull=True)
                | Q(~Q(state="ended"), due_at__isnull=False),
                name="cardcharge_due_until_ended",
            ),
            models.CheckConstraint(
                condition=Q(attempt__lte=4), name="cardcharge_at_most_four_tries"
            ),
        )
        indexes = (
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="cardcharge_due"
            ),
        )

    def __str__(self) -> str:
        return f"Try {self.attempt} of payment {self.payment_id}, {self.state}"
