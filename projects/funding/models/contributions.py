from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from payments.money import Money
from projects.funding.models.campaigns import Campaign

if TYPE_CHECKING:
    from datetime import datetime


class ContributionQuerySet(models.QuerySet["Contribution"]):
    def settled(self) -> ContributionQuerySet:
        return self.filter(state=Contribution.State.SETTLED)

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
                        "settled",
                        "failed",
                        "expired",
                        "cancelled",
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
                        state="settled",
                        settled_at__isnull=False,
                        payment_id__isnull=False,
                        receipt_number__isnull=False,
                    )
                    | (
                        ~Q(state="settled")
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
                condition=~Q(state__in=["awaiting_payment", "settled", "failed"])
                | Q(donor_key__isnull=False),
                name="funding_contribution_payer_known",
            ),
        )

    def __str__(self) -> str:
        return f"Contribution {self.key}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def is_settled(self) -> bool:
        return self.state == self.State.SETTLED

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
