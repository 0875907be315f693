"""Orders to leave money waiting, and to let the reserve of a pot go."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7


class FreezeQuerySet(models.QuerySet["Freeze"]):
    def standing(self) -> FreezeQuerySet:
        return self.filter(lifted_at=None)


class Freeze(models.Model):
    """An order that nothing is decided for a programme, or for a project; its money waits."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(
        "matching.Programme", models.PROTECT, null=True, related_name="freezes"
    )
    project_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=500)
    by = models.CharField(max_length=160)
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=160, blank=True)
    lifted_reason = models.CharField(max_length=500, blank=True)

    objects = FreezeQuerySet.as_manager()

    class Meta:
        db_table = "matching_freeze"
        ordering = ("since", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(programme=None, project_id__isnull=False)
                | Q(programme__isnull=False, project_id=None),
                name="matching_freeze_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(lifted_at=None, project_id=None),
                name="matching_freeze_programme_once",
            ),
            models.UniqueConstraint(
                fields=["project_id"],
                condition=Q(lifted_at=None, programme=None),
                name="matching_freeze_project_once",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(by=""), name="matching_freeze_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by="")
                | (Q(lifted_at__gte=F("since")) & ~Q(lifted_by="")),
                name="matching_freeze_lifted_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.programme_id or self.project_id} frozen since {self.since}"


class ReserveRelease(models.Model):
    """An order that the ring-fenced part of a programme's pot is for everybody from now on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.OneToOneField(
        "matching.Programme", models.PROTECT, related_name="reserve_release"
    )
    released_at = models.DateTimeField()

    class Meta:
        db_table = "matching_reserve_release"

    def __str__(self) -> str:
        return f"reserve of {self.programme_id} released at {self.released_at}"
