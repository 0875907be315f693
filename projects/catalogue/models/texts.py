from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from projects.catalogue.models.columns import folded
from projects.catalogue.models.projects import Project


class ProjectText(models.Model):
    """What a project says of itself in one language. Paragraphs are parted by empty lines."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        MACHINE = "machine", _("Translated by a machine")
        REVIEWED = "reviewed", _("Checked by a person")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=8)
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=300, blank=True)
    story = models.TextField(blank=True)
    what_will_change = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    search = models.GeneratedField(
        expression=SearchVector(
            folded("title"),
            folded("summary"),
            folded("story"),
            folded("what_will_change"),
            config="simple",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        db_table = "catalogue_project_text"
        ordering = ("language",)
        indexes = (GinIndex(fields=["search"], name="catalogue_project_text_search"),)
        constraints = (
            models.UniqueConstraint(
                fields=["project", "language"], name="catalogue_project_text_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "machine", "reviewed"]),
                name="catalogue_project_text_state_known",
            ),
        )

    def __str__(self) -> str:
        return self.title
