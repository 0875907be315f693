"""How far a project may draw on a programme that awards before it matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from projects.matching.models.programmes import Programme

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID


class CeilingQuerySet(models.QuerySet["Ceiling"]):
    def standing(self) -> CeilingQuerySet:
        """Return the newest of each project and programme."""
        return self.order_by("programme_id", "project_id", "-number").distinct(
            "programme_id", "project_id"
        )

    def of_projects(self, project_ids: Collection[UUID]) -> CeilingQuerySet:
        return self.filter(project_id__in=project_ids)


class Ceiling(models.Model):
    """One decision on how much match a project may draw; the newest of a project holds.

    A ceiling of nothing is a refusal, and says why. The database only adds.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="ceilings")
    project_id = models.UUIDField()
    number = models.PositiveIntegerField()  # Of this project's decisions.
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=80, blank=True)
    letter = models.JSONField(default=dict)  # What the letter to the project says, as data.
    awarded_by = models.CharField(max_length=160)
    awarded_at = models.DateTimeField()

    objects = CeilingQuerySet.as_manager()

    class Meta:
        db_table = "matching_ceiling"
        ordering = ("programme_id", "project_id", "number")
        constraints = (
            models.UniqueConstraint(
                fields=["programme", "project_id", "number"], name="matching_ceiling_number_once"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0) | Q(amount_minor=0) & ~Q(reason=""),
                name="matching_ceiling_of_nothing_says_why",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="matching_ceiling_number_from_one"
            ),
            models.CheckConstraint(
                condition=~Q(awarded_by=""), name="matching_ceiling_by_somebody"
            ),
        )

    def __str__(self) -> str:
        return f"{self.amount_minor} of {self.programme_id} for {self.project_id}"
