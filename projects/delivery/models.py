from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from payments.money import Money
from projects.catalogue.models import Project


class Milestone(models.Model):
    """A stage of the work, and the part of the goal it may use. Stages sum to the goal."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ACCEPTED = "accepted", _("Finished and inspected")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="milestones")
    n = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=160)
    translations: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        default=dict, blank=True
    )
    """The title in other languages: language code to machine translation."""
    proof = models.CharField(max_length=240)
    """What has to be shown before the next stage gets its money."""
    due_on = models.DateField()
    planned_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=8, choices=State, default=State.PLANNED)
    accepted_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "delivery_milestone"
        ordering = ("n",)
        constraints = (
            models.UniqueConstraint(fields=["project", "n"], name="delivery_milestone_once"),
            models.CheckConstraint(
                condition=Q(planned_minor__gt=0), name="delivery_milestone_planned_positive"
            ),
            models.CheckConstraint(
                condition=Q(state="planned", accepted_on__isnull=True)
                | Q(state="accepted", accepted_on__isnull=False),
                name="delivery_milestone_accepted_has_day",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def planned(self) -> Money:
        return Money(self.planned_minor, self.currency)
