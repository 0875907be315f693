"""The parts of a project: budget, risks, people, papers. `n` is the order people see."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from payments.money import Money
from projects.catalogue.models.projects import Project


class BudgetLine(models.Model):
    """One thing the money buys, in the project's currency and its original language."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="budget_lines")
    n = models.PositiveSmallIntegerField()
    item = models.CharField(max_length=160)
    translations: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        default=dict, blank=True
    )
    """The item in other languages: language code to machine translation."""
    amount_minor = models.PositiveBigIntegerField()

    class Meta:
        db_table = "catalogue_budget_line"
        ordering = ("n",)
        constraints = (
            models.UniqueConstraint(fields=["project", "n"], name="catalogue_budget_line_once"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="catalogue_budget_line_amount_positive"
            ),
        )

    def __str__(self) -> str:
        return self.item

    @property
    def amount(self) -> Money:
        """What it costs. Reads the project, so fetch the two together."""
        return Money(self.amount_minor, self.project.currency)


class Risk(models.Model):
    """What can go wrong, and what is done about it; worst first."""

    class Level(models.TextChoices):
        HIGH = "high", _("High")
        MEDIUM = "medium", _("Medium")
        LOW = "low", _("Low")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="risks")
    n = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=8, choices=Level)
    text = models.TextField()
    answer = models.TextField()

    class Meta:
        db_table = "catalogue_risk"
        ordering = ("n",)
        constraints = (
            models.UniqueConstraint(fields=["project", "n"], name="catalogue_risk_once"),
            models.CheckConstraint(
                condition=Q(level__in=["high", "medium", "low"]),
                name="catalogue_risk_level_known",
            ),
        )

    def __str__(self) -> str:
        return self.text


class TeamMember(models.Model):
    """Somebody who answers for the project by name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="team")
    n = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=120)
    since_year = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        db_table = "catalogue_team_member"
        ordering = ("n",)
        constraints = (
            models.UniqueConstraint(fields=["project", "n"], name="catalogue_team_member_once"),
        )

    def __str__(self) -> str:
        return self.name


class Document(models.Model):
    """A paper kept on file for a project; its content is held by the agency, not here."""

    class Visibility(models.TextChoices):
        PUBLIC = "public", _("Public")
        PRIVATE = "private", _("Agency only")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="documents")
    title = models.CharField(max_length=160)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PRIVATE)
    received_on = models.DateField()

    class Meta:
        db_table = "catalogue_document"
        ordering = ("received_on", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(visibility__in=["public", "private"]),
                name="catalogue_document_visibility_known",
            ),
        )

    def __str__(self) -> str:
        return self.title
