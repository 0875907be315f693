from __future__ import annotations

from django.db import models
from django.db.models import F, Q
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
