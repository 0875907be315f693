"""Firms that transfer money, how files spell them, and who said that two spellings are one."""

from __future__ import annotations

import uuid_utils.compat as uuid
from django.conf import settings
from django.db import models
from django.db.models import Q

from remittances.datasets.cells import LONGEST_TEXT


class Provider(models.Model):
    """A firm that transfers money, with what an officer found out about it; edited at the desk."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    slug = models.SlugField(max_length=LONGEST_TEXT, unique=True)
    name = models.CharField(max_length=LONGEST_TEXT, unique=True)
    website = models.URLField(max_length=500, blank=True)
    licensed_in = models.ForeignKey(
        "remittances.Country", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    licence_number = models.CharField(max_length=LONGEST_TEXT, blank=True)
    licence_register_url = models.URLField(max_length=500, blank=True)
    licence_checked_on = models.DateField(null=True, blank=True)
    complaints_url = models.URLField(max_length=500, blank=True)
    commercial_link = models.URLField(max_length=500, blank=True)  # Never moves a row.
    commercial_note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(name=""), name="provider_has_a_name"),
            models.CheckConstraint(
                condition=Q(slug__regex="^[a-z0-9][a-z0-9_-]*$"), name="provider_slug_plain"
            ),
        )

    def __str__(self) -> str:
        return self.name


class ProviderName(models.Model):
    """How files spell a firm, blanks made one, and which firm that is."""

    spelling = models.CharField(primary_key=True, max_length=LONGEST_TEXT)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="names")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(spelling=""), name="providername_spelled"),
        )

    def __str__(self) -> str:
        return self.spelling


class NameProposal(models.Model):
    """A suspicion that a spelling means a firm already known, until somebody decides."""

    class State(models.TextChoices):
        WAITING = "waiting"
        APPROVED = "approved"
        DECLINED = "declined"

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    spelling = models.ForeignKey(ProviderName, on_delete=models.PROTECT, related_name="proposals")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    moved_from = models.ForeignKey(
        Provider, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # Where an approval took the spelling from; undoing brings it back.
    created_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("spelling", "provider"), name="nameproposal_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "approved", "declined")),
                name="nameproposal_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by=None, decided_at=None)
                | (~Q(state="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="nameproposal_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="approved", moved_from__isnull=False)
                | (~Q(state="approved") & Q(moved_from=None)),
                name="nameproposal_moved_iff_approved",
            ),
        )

    def __str__(self) -> str:
        return f"{self.spelling_id}: {self.reason}"


class ProviderEvent(models.Model):
    """One thing that somebody changed about a firm; added, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=40)
    facts = models.JSONField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("provider", "-at"), name="providerevent_of_provider"),)

    def __str__(self) -> str:
        return self.kind
