from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from payments.money import Money
from projects.catalogue.models.columns import folded
from projects.catalogue.models.organisations import Organisation
from projects.catalogue.models.querysets import ProjectQuerySet
from projects.catalogue.sectors import Sector


class Project(models.Model):
    """A thing that can be vetted and funded; it lives longer than any one campaign."""

    class Kind(models.TextChoices):
        MSME = "msme", _("Small business")
        SOCIAL = "social", _("Social project")
        HUMANITARIAN = "humanitarian", _("Emergency aid")
        INFRASTRUCTURE = "infrastructure", _("Infrastructure")
        FUND = "fund", _("Fund")
        BOND = "bond", _("Bond")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Sent for checking")
        SCREENING = "screening", _("First look")
        CLARIFICATION = "clarification", _("Questions for you")
        DUE_DILIGENCE = "due_diligence", _("Being checked")
        COMMITTEE = "committee", _("With the committee")
        APPROVED = "approved", _("Approved")
        LISTED = "listed", _("Published")
        SUSPENDED = "suspended", _("Paused")
        COMPLETED = "completed", _("Completed")
        ARCHIVED = "archived", _("Archived")
        REJECTED = "rejected", _("Not accepted")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    PUBLISHED_STATES = (State.LISTED, State.SUSPENDED, State.COMPLETED)
    TERMINAL_STATES = (State.ARCHIVED, State.WITHDRAWN)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="projects")
    agency = models.ForeignKey(Organisation, models.PROTECT, related_name="listed_projects")
    slug = models.SlugField(max_length=80, unique=True)
    language = models.CharField(max_length=8)
    """The language the project was written in; other texts are translations of it."""
    kind = models.CharField(max_length=16, choices=Kind)
    sector = models.CharField(max_length=16, choices=Sector)
    country = models.CharField(max_length=3)
    place = models.CharField(max_length=120, blank=True)
    search = models.GeneratedField(
        expression=SearchVector(folded("place"), config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    scene = models.CharField(max_length=32, blank=True)
    """Name of the drawn picture; without one the page shows cloth made from the id."""
    beneficiaries = models.PositiveIntegerField(null=True, blank=True)
    asked_minor = models.PositiveBigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    internal_notes = models.TextField(blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.DRAFT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="created_projects"
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    listed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        db_table = "catalogue_project"
        ordering = ("-listed_at", "id")
        indexes = (
            models.Index(fields=["state", "country", "sector"], name="catalogue_project_facets"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    kind__in=["msme", "social", "humanitarian", "infrastructure", "fund", "bond"]
                ),
                name="catalogue_project_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(sector__in=Sector.values), name="catalogue_project_sector_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "draft",
                        "submitted",
                        "screening",
                        "clarification",
                        "due_diligence",
                        "committee",
                        "approved",
                        "listed",
                        "suspended",
                        "completed",
                        "archived",
                        "rejected",
                        "withdrawn",
                    ]
                ),
                name="catalogue_project_state_known",
            ),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{3}$"),
                name="catalogue_project_country_alpha_3",
            ),
            models.CheckConstraint(
                condition=Q(asked_minor__isnull=True) | Q(asked_minor__gt=0),
                name="catalogue_project_asked_positive",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["listed", "suspended", "completed"])
                | Q(listed_at__isnull=False),
                name="catalogue_project_listed_has_time",
            ),
        )

    def __str__(self) -> str:
        return self.slug

    @property
    def asked(self) -> Money | None:
        """What the whole undertaking costs, as the owner asked for it."""
        return None if self.asked_minor is None else Money(self.asked_minor, self.currency)

    @property
    def is_published(self) -> bool:
        return self.state in self.PUBLISHED_STATES
