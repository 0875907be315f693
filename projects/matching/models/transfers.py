from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy
from uuid_utils.compat import uuid7

from projects.matching.models.programmes import Programme


class PotTransfer(models.Model):
    """Money that somebody moved from the pot of one funder to that of another. Written once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="transfers")
    source_layer = models.CharField(max_length=64, blank=True)
    target_layer = models.CharField(max_length=64, blank=True)
    minor = models.BigIntegerField()
    ledger_key = models.CharField(max_length=190, unique=True)
    moved_by = models.CharField(max_length=160)
    moved_at = models.DateTimeField()

    class Meta:
        db_table = "matching_pot_transfer"
        ordering = ("moved_at", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(minor__gt=0) & ~Q(source_layer=F("target_layer")),
                name="matching_pot_transfer_moves",
            ),
            models.CheckConstraint(
                condition=~Q(moved_by=""), name="matching_pot_transfer_by_somebody"
            ),
        )

    def __str__(self) -> str:
        return f"{self.minor} of {self.programme_id} to {self.target_layer}"


class TransferProposal(models.Model):
    """Money that one person asks another to move between pots.

    Whoever proposes it never moves it: the database refuses.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("move of money", "Waits for a second person")
        MOVED = "moved", pgettext_lazy("move of money", "Moved")
        DROPPED = "dropped", pgettext_lazy("move of money", "Not done")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="transfer_proposals")
    source_layer = models.CharField(max_length=64)
    target_layer = models.CharField(max_length=64)
    minor = models.BigIntegerField()
    key = models.CharField(max_length=100, unique=True)  # The form it came from.
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    transfer = models.OneToOneField(PotTransfer, models.PROTECT, null=True, related_name="proposal")

    class Meta:
        db_table = "matching_transfer_proposal"
        ordering = ("proposed_at", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(minor__gt=0) & ~Q(source_layer=F("target_layer")),
                name="matching_transfer_proposal_moves",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", ended_by=None, ended_at=None, transfer=None)
                | Q(
                    state="moved",
                    ended_by__isnull=False,
                    ended_at__isnull=False,
                    transfer__isnull=False,
                )
                | Q(state="dropped", ended_by__isnull=False, ended_at__isnull=False, transfer=None),
                name="matching_transfer_proposal_ended_iff_said",
            ),
            models.CheckConstraint(
                condition=~Q(state="moved") | ~Q(ended_by=F("proposed_by")),
                name="matching_transfer_proposal_two_people",
            ),
        )

    def __str__(self) -> str:
        return f"{self.minor} of {self.programme_id} to {self.target_layer}, {self.state}"
