from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from uuid_utils.compat import uuid7

from projects.matching import allocation, rules
from projects.matching.models.freezes import Freeze
from projects.matching.models.programmes import Programme

if TYPE_CHECKING:
    from datetime import datetime


class CountedMoney(models.Model):
    """Money that has arrived, with the facts about giver and project as they were then.

    Frozen by the database: whatever is worked out from it can be worked out again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contribution_ref = models.CharField(max_length=64, unique=True)
    campaign_key = models.CharField(max_length=120)
    project_id = models.UUIDField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    donor_key = models.CharField(max_length=64, null=True)  # noqa: DJ001  A giver nobody knows.
    facts = models.JSONField()
    candidates = ArrayField(models.CharField(max_length=64))
    """Programmes that are to decide on it, in the order in which they are asked."""
    settled_at = models.DateTimeField()
    initiated_at = models.DateTimeField(null=True)  # When the giver began; None: not known.
    counted_at = models.DateTimeField()

    class Meta:
        db_table = "matching_counted_money"
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="matching_counted_money_amount_positive"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                name="matching_counted_money_currency_coded",
            ),
        )

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency} of {self.contribution_ref}"

    @property
    def counted(self) -> rules.Counted:
        """Return the same as a plain value, for the rules."""
        return rules.Counted(
            ref=self.contribution_ref,
            amount_minor=self.amount_minor,
            currency=self.currency,
            settled_at=self.settled_at,
            donor=self.donor_key,
            project=str(self.project_id),
            facts=self.facts,
            initiated_at=self.initiated_at,
        )

    def candidate_after(self, programme_id: str) -> str | None:
        """Return the programme to be asked after this one, if there is one."""
        place = self.candidates.index(programme_id) + 1
        return self.candidates[place] if place < len(self.candidates) else None


class WaitingMoneyQuerySet(models.QuerySet["WaitingMoney"]):
    def due(self, at: datetime) -> WaitingMoneyQuerySet:
        """Return what is to be decided now, in the order of settlement; what is frozen is not."""
        due = self.unfrozen().filter(Q(parked_until=None) | Q(parked_until__lte=at))
        return due.order_by("settled_at", "contribution_ref")

    def unfrozen(self) -> WaitingMoneyQuerySet:
        """Return what no order keeps waiting, whether it is set aside for a time or not."""
        standing = Freeze.objects.standing()
        return self.filter(
            ~Exists(standing.filter(programme=OuterRef("programme"))),
            ~Exists(standing.filter(project_id=OuterRef("money__project_id"))),
        )


class WaitingMoney(models.Model):
    """Counted money before the programme whose turn it is, and what those before it did.

    The row goes on with each decision, and goes with the last. So the table holds what is due and
    nothing else: no cursor over settled money has to be kept that a late commit could slip past.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    money = models.OneToOneField(CountedMoney, models.PROTECT, related_name="waiting")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="waiting")
    settled_at = models.DateTimeField()
    contribution_ref = models.CharField(max_length=64)
    parked_until = models.DateTimeField(null=True)
    """Set aside until then, because the books would not take the decision: see `last_error`."""
    last_error = models.CharField(max_length=200, blank=True)
    remaining_minor = models.BigIntegerField(null=True)  # Where some has gone back since.
    is_blocked = models.BooleanField(default=False)  # The money is disputed.
    left_minor = models.BigIntegerField(null=True)  # What is unmatched of it; None: all.
    public_minor = models.BigIntegerField(default=0)  # Match so far, in the money's own currency.
    gave = ArrayField(models.CharField(max_length=64), default=list)  # Programmes that gave.

    objects = WaitingMoneyQuerySet.as_manager()

    class Meta:
        db_table = "matching_waiting_money"
        ordering = ("settled_at", "contribution_ref")
        indexes = (
            models.Index(
                fields=["programme", "settled_at", "contribution_ref"], name="matching_waiting_turn"
            ),
        )

    def __str__(self) -> str:
        return f"{self.contribution_ref} before {self.programme_id}"

    @property
    def before(self) -> allocation.Before:
        """Return what the programmes asked earlier did, as a plain value."""
        return allocation.Before(self.left_minor, self.public_minor, tuple(self.gave))
