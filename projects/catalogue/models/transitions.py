from __future__ import annotations

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from projects.catalogue.models.projects import Project


class TransitionLog(models.Model):
    """One step of one project through its states. Append-only: a trigger refuses all else."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="transitions")
    event = models.CharField(max_length=32)
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    reason_code = models.CharField(max_length=48, blank=True)
    reason_text = models.TextField(blank=True)
    guard_snapshot = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        db_table = "catalogue_transition_log"
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.project_id}: {self.from_state or 'nothing'} to {self.to_state}"
