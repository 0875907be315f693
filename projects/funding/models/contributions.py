from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from payments.money import Money
from projects.funding.models.campaigns import Campaign

if TYPE_CHECKING:
    from datetime import datetime


LATE = "late"  # Why it needs a person; of reconciliation's kinds.
_TAKEN_BACK = ["refund_pending", "partially_refunded", "refunded", "disputed", "lost"]
_PAID = ["settled", *_TAKEN_BACK]


class ContributionQuerySet(models.QuerySet["Contribution"]):
    def settled(self) -> ContributionQuerySet:
        """Return those whose money arrived, whatever became of it since."""
        return self.filter(state__in=Contribution.PAID)

    def overdue(self, at: datetime) -> ContributionQuerySet:
        """Return the contributions that were begun, not paid, and have run out of time."""
        return self.filter(
            state__in=[Contribution.State.DRAFT, Contribution.State.AWAITING_PAYMENT],
            expires_at__lte=at,
            needs_person_since=None,
        )


class Contribution(models.Model):
    """One person's money for one campaign, from the first form to the receipt.

    Who that person is stands in `Contributor`; here they are a `donor_key`, by which a
    programme's limit per person is kept without an e-mail address.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Being filled in"
        AWAITING_PAYMENT = "awaiting_payment", "Waiting for the payment"
        SETTLED = "settled", "Settled"
        FAILED = "failed", "Failed"
        EXPIRED = "expired", "Expired"
        CANCELLED = "cancelled", "Cancelled"
        REFUND_PENDING = "refund_pending", "Being refunded"
        PARTIALLY_REFUNDED = "partially_refunded", "Refunded in part"
        REFUNDED = "refunded", "Refunded"
        DISPUTED = "disputed", "Disputed"
        LOST = "lost", "Lost in a dispute"

    PAID: ClassVar = (
        State.SETTLED,
        State.REFUND_PENDING,
        State.PARTIALLY_REFUNDED,
        State.REFUNDED,
        State.DISPUTED,
        State.LOST,
    )
    """The money arrived; what became of it since, the amounts below say exactly."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(
        max_length=64, unique=True
    )  # Our natural key, and the payment's reference.
    public_key = models.UUIDField(unique=True, default=uuid4, editable=False)  # Opens the pages.
    idempotency_key = models.CharField(max_length=64)  # The form it came from, per campaign.
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="contributions")
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=8)
    donor_key = models.CharField(max_length=64, null=True, db_index=True)  # noqa: DJ001 unknown until told
    agreed_match_minor = models.BigIntegerField(
        null=True
    )  # What the person saw when they went to pay.
    payment_id = models.UUIDField(null=True, unique=True)  # The payment that settled it.
    receipt_number = models.CharField(max_length=24, null=True, unique=True)  # noqa: DJ001 none until settled
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    settled_at = models.DateTimeField(null=True)
    fee_minor = models.BigIntegerField(default=0)  # Of the processor, where the project bears it.
    platform_fee_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)  # Given back.
    blocked_minor = models.BigIntegerField(default=0)  # In an open dispute.
    lost_minor = models.BigIntegerField(default=0)  # In a lost one.
    needs_person_since = models.DateTimeField(null=True)
    """Other money arrived than was asked for; until a person has looked, nothing moves."""
    updated_at = models.DateTimeField(auto_now=True)

    objects = ContributionQuerySet.as_manager()

    if TYPE_CHECKING:
        contributor: Contributor

    class Meta:
        db_table = "funding_contribution"
        ordering = ("created_at", "id")
        indexes = (
            models.Index(fields=["campaign", "state"], name="funding_contribution_by_state"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["campaign", "idempotency_key"], name="funding_contribution_once_per_form"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "draft",
                        "awaiting_payment",
                        "failed",
                        "expired",
                        "cancelled",
                        *_PAID,
                    ]
                ),
                name="funding_contribution_state_known",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="funding_contribution_amount_positive"
            ),
            models.CheckConstraint(
                condition=Q(agreed_match_minor__isnull=True) | Q(agreed_match_minor__gte=0),
                name="funding_contribution_match_not_negative",
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        state__in=_PAID,
                        settled_at__isnull=False,
                        payment_id__isnull=False,
                        receipt_number__isnull=False,
                    )
                    | (
                        ~Q(state__in=_PAID)
                        & Q(
                            settled_at__isnull=True,
                            payment_id__isnull=True,
                            receipt_number__isnull=True,
                        )
                    )
                ),
                name="funding_contribution_settled_iff_paid",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["awaiting_payment", "failed", *_PAID])
                | Q(donor_key__isnull=False),
                name="funding_contribution_payer_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    refunded_minor__gte=0,
                    blocked_minor__gte=0,
                    lost_minor__gte=0,
                    fee_minor__gte=0,
                    platform_fee_minor__gte=0,
                    amount_minor__gte=F("refunded_minor") + F("blocked_minor") + F("lost_minor"),
                ),
                name="funding_contribution_taken_back_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(state="disputed", blocked_minor__gt=0)
                | Q(state="lost", blocked_minor=0, lost_minor__gt=0)
                | Q(state="refund_pending", blocked_minor=0, lost_minor=0)
                | Q(
                    state="refunded",
                    blocked_minor=0,
                    lost_minor=0,
                    refunded_minor=F("amount_minor"),
                )
                | Q(
                    state="partially_refunded",
                    blocked_minor=0,
                    lost_minor=0,
                    refunded_minor__gt=0,
                    refunded_minor__lt=F("amount_minor"),
                )
                | (~Q(state__in=_TAKEN_BACK) & Q(blocked_minor=0, lost_minor=0, refunded_minor=0)),
                name="funding_contribution_state_fits_amounts",
            ),
        )

    def __str__(self) -> str:
        return f"Contribution {self.key}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def is_settled(self) -> bool:
        """Whether the money arrived, whatever became of it since."""
        return self.state in self.PAID

    @property
    def refunded(self) -> Money:
        return Money(self.refunded_minor, self.currency)

    @property
    def remaining(self) -> Money:
        """What was neither refunded nor lost: what a match may be given for."""
        gone = self.refunded_minor + self.lost_minor
        return Money(self.amount_minor - gone, self.currency)

    @property
    def counted(self) -> Money:
        """What stands in the campaign's total: neither refunded nor lost nor disputed."""
        return Money(self.remaining.minor - self.blocked_minor, self.currency)

    @property
    def may_be_paid(self) -> bool:
        """Whether a person may still be sent to pay for it, the first time or once more."""
        return self.state in {
            self.State.DRAFT,
            self.State.AWAITING_PAYMENT,
            self.State.FAILED,
            self.State.EXPIRED,
        }


class Contributor(models.Model):
    """Who gave one contribution: the personal data, kept apart so that it can be erased apart."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contribution = models.OneToOneField(Contribution, models.CASCADE, related_name="contributor")
    email = models.EmailField()
    name = models.CharField(max_length=200)
    residence = models.CharField(max_length=3)  # ISO 3166-1 alpha-3.
    hide_name = models.BooleanField(default=False)
    message = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "funding_contributor"
        constraints = (
            models.CheckConstraint(
                condition=Q(residence__regex=r"^[A-Z]{3}$"),
                name="funding_contributor_residence_alpha3",
            ),
        )

    def __str__(self) -> str:
        return f"Contributor of {self.contribution_id}"


class ContributionLog(models.Model):
    """One thing that happened to a contribution. Written once; the database refuses changes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="log")
    event = models.CharField(max_length=32)
    from_state = models.CharField(max_length=20)
    to_state = models.CharField(max_length=20)
    reason = models.CharField(max_length=64, blank=True)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        db_table = "funding_contribution_log"
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.event}: {self.from_state} to {self.to_state}"
