from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, OuterRef, Q
from uuid_utils.compat import uuid7

from projects.matching import documents
from projects.matching.models.freezes import Freeze, ReserveRelease

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models.expressions import Combinable

    from projects.matching.rules import Rule


class Programme(models.Model):
    """An offer of funders to match what people give. Its terms stand in its versions.

    The id is a natural key made by the funders, as `kenya-diaspora-fund`; it names the pot in the
    ledger and never changes. Locking this row is how everything that gives match takes turns.
    """

    id = models.CharField(primary_key=True, max_length=64)
    agency = models.ForeignKey(
        "catalogue.Organisation", models.PROTECT, related_name="matching_programmes"
    )
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "matching_programme"
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(id__regex=r"^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$"),
                name="matching_programme_id_speaks",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="matching_programme_currency_coded"
            ),
        )

    def __str__(self) -> str:
        return self.id


class ProgrammeVersionQuerySet(models.QuerySet["ProgrammeVersion"]):
    def in_force(self, at: datetime) -> ProgrammeVersionQuerySet:
        """Return the newest version of each programme that was public at a moment."""
        return (
            self.filter(published_at__lte=at)
            .order_by("programme_id", "-number")
            .distinct("programme_id")
        )

    def with_orders(self) -> ProgrammeVersionQuerySet:
        """Return them with the orders that stand: what is frozen, and whether reserve is free."""
        standing = Freeze.objects.standing().order_by()
        programme = OuterRef("programme")
        orders: dict[str, Combinable] = {
            "is_frozen": Exists(standing.filter(programme=programme)),
            "frozen_projects": ArraySubquery(
                standing.filter(programme=None).values_list("project_id", flat=True)
            ),
            "is_reserve_released": Exists(ReserveRelease.objects.filter(programme=programme)),
        }
        return self.annotate(**orders)


class ProgrammeVersion(models.Model):
    """The terms of a programme from a date on: one published document, frozen by the database."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=160, blank=True)

    objects = ProgrammeVersionQuerySet.as_manager()

    class Meta:
        db_table = "matching_programme_version"
        ordering = ("programme_id", "number")
        constraints = (
            models.UniqueConstraint(
                fields=["programme", "number"], name="matching_programme_version_number_once"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="matching_programme_version_number_from_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.programme_id}, version {self.number}"

    if TYPE_CHECKING:  # Of `with_orders`.
        is_frozen: bool
        frozen_projects: list[UUID]
        is_reserve_released: bool

    def frozen_for(self, project_id: UUID) -> str | None:
        """Return the reason code why nothing is decided for a project now, or None."""
        if self.is_frozen:
            return "programme_frozen"
        return "project_frozen" if project_id in self.frozen_projects else None

    @cached_property
    def rule(self) -> Rule:
        """Return the rule of the document.

        Raises:
            RuleNotUnderstood: the stored document is not of today's form.
        """
        return _rule_of(self.pk, self.document)


MOST_KNOWN = 512
_known: dict[UUID, tuple[object, Rule]] = {}


def _rule_of(version_id: UUID, document: object) -> Rule:
    """Return the rule of a version, read once in each process: what is published never changes."""
    known = _known.get(version_id)
    if known is not None and known[0] == document:
        return known[1]
    rule = documents.read(document)
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    _known[version_id] = (document, rule)
    return rule
