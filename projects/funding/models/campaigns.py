from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from payments.money import Money
from projects.catalogue.models import Project

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID


SETTLING = timedelta(days=7)
"""For how long after its last moment a campaign counts money that was under way to it."""


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def published(self) -> CampaignQuerySet:
        """Return the campaigns that the public may know of."""
        return self.exclude(state=Campaign.State.DRAFT)

    def of_projects(self, project_ids: Iterable[UUID]) -> CampaignQuerySet:
        return self.filter(project_id__in=list(project_ids))

    def ended(self, at: datetime) -> CampaignQuerySet:
        """Return the open campaigns whose time is over."""
        return self.filter(state=Campaign.State.OPEN, closes_at__lte=at)


class Campaign(models.Model):
    """One raise for one project: how much, until when, under which terms."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        OPEN = "open", "Open"
        SETTLING = "settling", "Settling"

    class Kind(models.TextChoices):
        DONATION = "donation", "Donation"

    class Model(models.TextChoices):
        FLEXIBLE = "flexible", "Keep what is raised"
        AON = "aon", "All or nothing"
        FLOOR = "floor", "From a floor"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=120, unique=True)  # The books know it by this name.
    project = models.ForeignKey(Project, models.PROTECT, related_name="campaigns")
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.DONATION)
    model = models.CharField(max_length=16, choices=Model, default=Model.FLEXIBLE)
    state = models.CharField(max_length=16, choices=State, default=State.DRAFT)
    currency = models.CharField(max_length=3)
    goal_minor = models.BigIntegerField()
    min_contribution_minor = models.BigIntegerField()
    max_contribution_minor = models.BigIntegerField()
    owner_contribution_minor = models.BigIntegerField(default=0)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        db_table = "funding_campaign"
        ordering = ("-opens_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=["draft", "open", "settling"]),
                name="funding_campaign_state_known",
            ),
            models.CheckConstraint(
                condition=Q(kind="donation"), name="funding_campaign_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(model__in=["flexible", "aon", "floor"]),
                name="funding_campaign_model_known",
            ),
            models.CheckConstraint(
                condition=Q(goal_minor__gt=0), name="funding_campaign_goal_positive"
            ),
            models.CheckConstraint(
                condition=Q(min_contribution_minor__gt=0)
                & Q(max_contribution_minor__gte=F("min_contribution_minor")),
                name="funding_campaign_amounts_ordered",
            ),
            models.CheckConstraint(
                condition=Q(owner_contribution_minor__gte=0)
                & Q(owner_contribution_minor__lte=F("goal_minor")),
                name="funding_campaign_owner_within_goal",
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="funding_campaign_closes_after_opening",
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(state="open"),
                name="funding_campaign_one_open_per_project",
            ),
        )

    def __str__(self) -> str:
        return self.key

    @property
    def goal(self) -> Money:
        return Money(self.goal_minor, self.currency)

    @property
    def minimum(self) -> Money:
        return Money(self.min_contribution_minor, self.currency)

    @property
    def maximum(self) -> Money:
        return Money(self.max_contribution_minor, self.currency)

    @property
    def owner_contribution(self) -> Money:
        return Money(self.owner_contribution_minor, self.currency)

    def counts_money_of(self, settled_at: datetime) -> bool:
        """Whether money that arrived at that moment still counts for the campaign."""
        return settled_at < self.closes_at + SETTLING

    def takes_money(self, at: datetime) -> bool:
        """Whether a new contribution may start at that moment."""
        return self.state == self.State.OPEN and self.opens_at <= at < self.closes_at


class CampaignLog(models.Model):
    """One change of a campaign's state. Written once; the database refuses changes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="log")
    event = models.CharField(max_length=32)
    from_state = models.CharField(max_length=16)
    to_state = models.CharField(max_length=16)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        db_table = "funding_campaign_log"
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.event}: {self.from_state} to {self.to_state}"
