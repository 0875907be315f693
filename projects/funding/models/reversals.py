from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from payments.money import Money
from projects.funding.models.contributions import Contribution

if TYPE_CHECKING:
    from uuid import UUID


class ReversalQuerySet(models.QuerySet["Reversal"]):
    def of_payment(self, payment_id: UUID) -> ReversalQuerySet:
        return self.filter(payment_id=payment_id)

    def taken(self) -> ReversalQuerySet:
        """Return those that took money for good."""
        return self.filter(state=Reversal.State.TAKEN)


class Reversal(models.Model):
    """Money of a contribution on its way back to the giver: one refund, or one dispute.

    News of it comes in any order, twice, and before the news of the payment; this row remembers
    what was heard, and a state never goes back to an earlier one.
    """

    class Kind(models.TextChoices):
        REFUND = "refund", "Refund"
        DISPUTE = "dispute", "Dispute"

    class State(models.TextChoices):
        HELD = "held", "Held back"  # Asked for, or disputed: nobody may spend it.
        TAKEN = "taken", "Taken"  # The giver, or the giver's bank, has it.
        RETURNED = "returned", "Returned"  # It stays after all.

    ORDER = (State.HELD, State.TAKEN, State.RETURNED)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="reversals")
    kind = models.CharField(max_length=8, choices=Kind)
    key = models.CharField(max_length=64)  # Of the refund or the dispute.
    payment_id = models.UUIDField(db_index=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=8, choices=State)
    taken_minor = models.BigIntegerField(null=True)
    """What of it was this contribution's own money. None: not booked here, because it is of money
    that does not count, as a second payment, or of money that has not been heard of yet."""
    rebooked = models.PositiveSmallIntegerField(default=0)  # How often that changed since.
    heard_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = ReversalQuerySet.as_manager()

    class Meta:
        db_table = "funding_reversal"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["kind", "key"], name="funding_reversal_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["refund", "dispute"]), name="funding_reversal_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["held", "taken", "returned"]),
                name="funding_reversal_state_known",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0)
                & (Q(taken_minor=None) | Q(taken_minor__gte=0, taken_minor__lte=F("amount_minor"))),
                name="funding_reversal_amounts_fit",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}, {self.state}"

    @property
    def name(self) -> str:
        """The refund or the dispute, as logs call it."""
        return f"{self.kind}:{self.key}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
