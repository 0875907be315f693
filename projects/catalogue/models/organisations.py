from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7


class Organisation(models.Model):
    """A legal body: an agency that lists projects, or the owner of one."""

    class Kind(models.TextChoices):
        AGENCY = "agency", _("Public agency")
        MSME = "msme", _("Small business")
        NGO = "ngo", _("Non-profit organisation")
        MFI = "mfi", _("Microfinance institution")
        FUND = "fund", _("Fund")
        HTA = "hta", _("Hometown association")
        COMPANY = "company", _("Company")
        FUNDER = "funder", _("Funder")

    class Status(models.TextChoices):
        UNVERIFIED = "unverified", _("Not verified")
        VERIFIED = "verified", _("Verified")
        SUSPENDED = "suspended", _("Suspended")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=16, choices=Kind)
    status = models.CharField(max_length=16, choices=Status, default=Status.UNVERIFIED)
    country = models.CharField(max_length=3)
    territories = ArrayField(models.CharField(max_length=3), default=list, blank=True)
    """Countries an agency may list projects in; empty for every other kind."""
    created_at = models.DateTimeField()

    class Meta:
        db_table = "catalogue_organisation"
        ordering = ("name", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    kind__in=["agency", "msme", "ngo", "mfi", "fund", "hta", "company", "funder"]
                ),
                name="catalogue_organisation_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["unverified", "verified", "suspended"]),
                name="catalogue_organisation_status_known",
            ),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{3}$"),
                name="catalogue_organisation_country_alpha_3",
            ),
            models.CheckConstraint(
                condition=Q(kind="agency", territories__len__gt=0)
                | (~Q(kind="agency") & Q(territories__len=0)),
                name="catalogue_organisation_only_agencies_have_territories",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One person's role in one organisation."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Project owner")
        AGENCY_OWNER = "agency_owner", _("Agency owner")
        AGENCY_EDITOR = "agency_editor", _("Project officer")
        AGENCY_VETTER = "agency_vetter", _("Vetting officer")
        AGENCY_MATCH_MANAGER = "agency_match_manager", _("Match manager")
        AGENCY_FINANCE = "agency_finance", _("Finance officer")
        AGENCY_AUDITOR = "agency_auditor", _("Auditor")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=24, choices=Role)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "catalogue_membership"
        constraints = (
            models.UniqueConstraint(
                fields=["user", "organisation", "role"], name="catalogue_membership_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    role__in=[
                        "owner",
                        "agency_owner",
                        "agency_editor",
                        "agency_vetter",
                        "agency_match_manager",
                        "agency_finance",
                        "agency_auditor",
                    ]
                ),
                name="catalogue_membership_role_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} as {self.role} of {self.organisation_id}"
