"""What a comparison with the provider found, and what waits for a person because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from payments.money import Money
from payments.reconciliation.kinds import EXPLANATIONS, Kind

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from django_stubs_ext import StrPromise


class Reconciliation(models.Model):
    """One run over everything the provider has since a moment. Written once, when it is done."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    since = models.DateTimeField()
    at = models.DateTimeField()
    checked = models.PositiveIntegerField()  # Objects of the provider's and of ours.
    found = models.PositiveIntegerField()  # Differences, whether known before or not.
    accepted = models.PositiveIntegerField()  # Those a person has closed as they stand.
    made_up = models.PositiveIntegerField()  # Payments of the demo world: no provider knows them.
    took_ms = models.PositiveIntegerField()
    balances = models.JSONField()  # By currency: {"ours": minor units, "theirs": minor units}.

    class Meta:
        indexes = (models.Index(fields=["at"], name="reconciliation_at"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(since__lte=F("at")), name="reconciliation_looks_back"
            ),
        )

    def __str__(self) -> str:
        return f"{self.checked} checked, {self.found} differ"


class ExceptionQuerySet(models.QuerySet["QueuedException"]):
    def open(self) -> ExceptionQuerySet:
        """Keep what waits for a person."""
        return self.filter(state=QueuedException.State.OPEN)

    def oldest_first(self) -> ExceptionQuerySet:
        return self.order_by("opened_at", "id")


class QueuedException(models.Model):
    """One thing that does not fit. A program opens it; only a person closes it, with a reason."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=32, choices=Kind)
    provider_key = models.CharField(max_length=255)  # The provider's object, or ours without one.
    reference = models.CharField(max_length=200, blank=True)  # The caller's, where it is known.
    ours_minor = models.BigIntegerField(null=True)
    ours_currency = models.CharField(max_length=3, blank=True)
    theirs_minor = models.BigIntegerField(null=True)
    theirs_currency = models.CharField(max_length=3, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="owned_exceptions"
    )
    opened_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="closed_exceptions"
    )
    closed_reason = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)

    objects = ExceptionQuerySet.as_manager()

    class Meta:
        permissions = (
            ("view_books", "May see the finance console"),
            ("work_exceptions", "May close exceptions, ask for refunds, replay events"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="exception_kind_known"),
            models.CheckConstraint(
                condition=Q(state="open", closed_by=None, closed_at=None, closed_reason="")
                | Q(
                    state="closed",
                    closed_by__isnull=False,
                    closed_at__gte=F("opened_at"),
                    closed_reason__regex=r"\S",
                ),
                name="exception_closed_by_a_person_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(ours_minor=None, ours_currency="")
                | Q(ours_minor__isnull=False, ours_currency__regex=r"^[A-Z]{3}$"),
                name="exception_ours_is_money",
            ),
            models.CheckConstraint(
                condition=Q(theirs_minor=None, theirs_currency="")
                | Q(theirs_minor__isnull=False, theirs_currency__regex=r"^[A-Z]{3}$"),
                name="exception_theirs_is_money",
            ),
            models.UniqueConstraint(
                fields=["kind", "provider_key"],
                condition=Q(state="open"),
                name="exception_open_once",
            ),
        )
        indexes = (
            models.Index(
                fields=["opened_at"], condition=Q(state="open"), name="exception_open_since"
            ),
            models.Index(fields=["provider_key"], name="exception_provider_key"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.provider_key}"

    @property
    def ours(self) -> Money | None:
        return None if self.ours_minor is None else Money(self.ours_minor, self.ours_currency)

    @property
    def theirs(self) -> Money | None:
        return None if self.theirs_minor is None else Money(self.theirs_minor, self.theirs_currency)

    @property
    def sentence(self) -> StrPromise:
        """Return what has happened, in the reader's language."""
        return EXPLANATIONS[self.kind].sentence

    @property
    def suggested_action(self) -> StrPromise:
        """Return what a person should do, in the reader's language."""
        return EXPLANATIONS[self.kind].action

    def age(self, now: datetime) -> timedelta:
        """Return for how long it has been, or was, waiting."""
        return (self.closed_at or now) - self.opened_at
