"""What of earned match was paid to projects, and the duties that must be done before."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from projects.matching.models.programmes import Programme


class Tranche(models.Model):
    """One payment of a programme to a project: the part that was due by then, less what was paid.

    Where more was paid than stands, because money went back since, nothing is due and what is too
    much is kept of the next one. Written once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="tranches")
    project_id = models.UUIDField()
    number = models.PositiveIntegerField()
    cumulative_numerator = models.BigIntegerField()
    cumulative_denominator = models.BigIntegerField()
    standing_minor = models.BigIntegerField()  # Match of the project that was earned then.
    due_minor = models.BigIntegerField()  # The cumulative part of it.
    before_minor = models.BigIntegerField()  # What earlier tranches had paid.
    paid_minor = models.BigIntegerField()
    paid_by = models.CharField(max_length=160)
    paid_at = models.DateTimeField()

    class Meta:
        db_table = "matching_tranche"
        ordering = ("programme_id", "project_id", "number")
        constraints = (
            models.UniqueConstraint(
                fields=["programme", "project_id", "number"], name="matching_tranche_number_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    cumulative_numerator__gt=0,
                    cumulative_numerator__lte=F("cumulative_denominator"),
                ),
                name="matching_tranche_part_of_a_whole",
            ),
            models.CheckConstraint(
                condition=Q(
                    due_minor__gte=0,
                    due_minor__lte=F("standing_minor"),
                    before_minor__gte=0,
                ),
                name="matching_tranche_due_within_standing",
            ),
            models.CheckConstraint(
                condition=Q(
                    due_minor__gt=F("before_minor"),
                    paid_minor=F("due_minor") - F("before_minor"),
                )
                | Q(due_minor__lte=F("before_minor"), paid_minor=0),
                name="matching_tranche_pays_the_difference",
            ),
            models.CheckConstraint(condition=~Q(paid_by=""), name="matching_tranche_by_somebody"),
        )

    def __str__(self) -> str:
        return f"tranche {self.number} of {self.programme_id} to {self.project_id}"


class TranchePart(models.Model):
    """What a tranche paid into the escrow of one campaign of the project. Written once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tranche = models.ForeignKey(Tranche, models.PROTECT, related_name="parts", db_index=False)
    campaign_key = models.CharField(max_length=120, db_index=True)
    minor = models.BigIntegerField()
    ledger_key = models.CharField(max_length=190, unique=True)

    class Meta:
        db_table = "matching_tranche_part"
        ordering = ("campaign_key", "tranche")
        constraints = (
            models.UniqueConstraint(
                fields=["tranche", "campaign_key"], name="matching_tranche_part_once"
            ),
            models.CheckConstraint(
                condition=Q(minor__gt=0), name="matching_tranche_part_above_zero"
            ),
        )

    def __str__(self) -> str:
        return f"{self.minor} to {self.campaign_key}"


class MetObligation(models.Model):
    """A duty of a programme's terms that a project has done. Written once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="met_obligations")
    project_id = models.UUIDField()
    code = models.CharField(max_length=64)
    seen_by = models.CharField(max_length=160)
    met_at = models.DateTimeField()

    class Meta:
        db_table = "matching_met_obligation"
        ordering = ("programme_id", "project_id", "code")
        constraints = (
            models.UniqueConstraint(
                fields=["programme", "project_id", "code"], name="matching_met_obligation_once"
            ),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(seen_by=""), name="matching_met_obligation_said_by"
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} of {self.programme_id} met by {self.project_id}"
