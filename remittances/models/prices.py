"""What was surveyed, as it was surveyed.

Rows are added and never changed: a database trigger refuses it. A later file corrects by new rows
that point at the old ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

import uuid_utils.compat as uuid
from django.db import models
from django.db.models import F, Q

from remittances.datasets.cells import DECIMAL_PLACES, LONGEST_TEXT
from remittances.models.names import Provider, ProviderName
from remittances.models.sources import Country, Dataset

if TYPE_CHECKING:
    from decimal import Decimal

Row = TypeVar("Row", bound=models.Model)
_MAX_DIGITS = 16 + DECIMAL_PLACES
_QUARTER = r"^20[0-9]{2}_[1-4]Q$"


def _number() -> models.DecimalField[Decimal | None, Decimal | None]:
    """Return a column for a surveyed number, exact to 24 decimals; empty means not given."""
    return models.DecimalField(
        max_digits=_MAX_DIGITS, decimal_places=DECIMAL_PLACES, null=True, blank=True
    )


class RowsOfFiles(models.QuerySet[Row]):
    """Rows of corridors; read through `standing()` unless history itself is meant."""

    def standing(self) -> Self:
        """Return the rows that no later file has superseded."""
        return self.filter(superseded_by__isnull=True)

    def between(self, origin: str, destination: str) -> Self:
        """Return the rows of one corridor, by the countries' codes."""
        return self.filter(origin=origin, destination=destination)


class Services(RowsOfFiles["SurveyedService"]):
    """Surveyed services."""


class Averages(RowsOfFiles["CorridorAverage"]):
    """Published averages."""


class FromFile(models.Model):
    """A row of a file about a corridor in a quarter."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    dataset = models.ForeignKey(
        Dataset, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # Its index is the one that keeps keys apart.
    row_key = models.CharField(
        max_length=2 * LONGEST_TEXT
    )  # What a later file must repeat to supersede it.
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    sheet = models.CharField(max_length=100, blank=True)
    row = models.PositiveIntegerField()  # As a spreadsheet counts: the headings are row 1.
    period = models.CharField(max_length=7)
    origin = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+", db_index=False)
    destination = models.ForeignKey(
        Country, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    raw = models.JSONField()  # The whole row as it stood, unknown columns included: [cell, …].

    class Meta:
        abstract = True

    @property
    def cells(self) -> dict[str, str]:
        """Return the row as it stood, by the headings of its file."""
        return dict(zip(self.dataset.headings[self.sheet], self.raw, strict=True))


def _row_constraints(table: str) -> tuple[models.BaseConstraint, ...]:
    """Return what must hold of every row of a file."""
    return (
        models.UniqueConstraint(fields=("dataset", "row_key"), name=f"{table}_key_in_file"),
        models.UniqueConstraint(
            fields=("row_key",),
            condition=Q(supersedes__isnull=True),
            name=f"{table}_one_beginning",
        ),
        models.CheckConstraint(
            condition=Q(period__regex=_QUARTER), name=f"{table}_period_is_a_quarter"
        ),
        models.CheckConstraint(
            condition=Q(supersedes__isnull=True) | ~Q(supersedes=F("id")),
            name=f"{table}_not_its_own_past",
        ),
        models.CheckConstraint(
            condition=~Q(origin=F("destination")), name=f"{table}_two_countries"
        ),
    )


class SurveyedService(FromFile):
    """One service of one corridor in one quarter, with what it asked at two amounts."""

    class Kind(models.TextChoices):
        SURVEY = "survey"
        FEED = "feed"
        ENTRY = "entry"

    survey_id = models.CharField(max_length=LONGEST_TEXT, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)  # That of its dataset.
    name = models.ForeignKey(
        ProviderName, on_delete=models.PROTECT, related_name="services", db_index=False
    )
    provider_type = models.CharField(max_length=LONGEST_TEXT, blank=True)
    product = models.CharField(max_length=LONGEST_TEXT, blank=True)
    pay_in = models.CharField(max_length=LONGEST_TEXT, blank=True)
    pay_out = models.CharField(max_length=LONGEST_TEXT, blank=True)
    access_point = models.CharField(max_length=LONGEST_TEXT, blank=True)
    speed = models.CharField(max_length=LONGEST_TEXT, blank=True)
    currency = models.CharField(max_length=3)
    amount_1 = _number()
    denomination_1 = _number()
    fee_1 = _number()
    applied_rate_1 = _number()
    margin_pct_1 = _number()
    total_pct_1 = _number()
    amount_2 = _number()
    denomination_2 = _number()
    fee_2 = _number()
    applied_rate_2 = _number()
    margin_pct_2 = _number()
    total_pct_2 = _number()
    reference_rate = _number()
    transparent = models.BooleanField()
    promotion = models.BooleanField()
    note = models.TextField(blank=True)
    collected_on = models.DateField(null=True, blank=True)
    collected_at = models.DateTimeField(null=True, blank=True)  # Of surveys only the day is known.

    objects = Services.as_manager()

    class Meta:
        constraints = (
            *_row_constraints("surveyedservice"),
            models.CheckConstraint(
                condition=Q(kind__in=("survey", "feed", "entry")), name="surveyedservice_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="surveyedservice_currency_plain"
            ),
            models.CheckConstraint(
                condition=(Q(amount_1__isnull=True) | Q(amount_1__gt=0))
                & (Q(amount_2__isnull=True) | Q(amount_2__gt=0)),
                name="surveyedservice_amounts_positive",
            ),
            models.CheckConstraint(
                condition=Q(reference_rate__isnull=True) | Q(reference_rate__gt=0),
                name="surveyedservice_reference_usable",
            ),
        )
        indexes = (
            models.Index(
                fields=("origin", "destination", "kind", "-period"), name="surveyedservice_corridor"
            ),
            models.Index(fields=("name",), name="surveyedservice_of_name"),
            models.Index(  # One row a live or entered price: see `remittances.standing`.
                fields=("origin", "destination"),
                condition=Q(supersedes__isnull=True) & ~Q(kind="survey"),
                name="surveyedservice_beginning",
            ),
            models.Index(
                fields=("row_key", "-id"),
                condition=~Q(kind="survey"),
                name="surveyedservice_latest",
            ),
        )

    def __str__(self) -> str:
        return f"{self.row_key}"

    @property
    def provider(self) -> Provider:
        """Return the firm that offers it."""
        return self.name.provider


class CorridorAverage(FromFile):
    """What one corridor cost on average in one quarter, as somebody published it."""

    mean_200 = _number()
    services = models.PositiveIntegerField(null=True, blank=True)
    firms = models.PositiveIntegerField(null=True, blank=True)

    objects = Averages.as_manager()

    class Meta:
        constraints = _row_constraints("corridoraverage")
        indexes = (
            models.Index(
                fields=("origin", "destination", "-period"), name="corridoraverage_corridor"
            ),
        )

    def __str__(self) -> str:
        return f"{self.row_key}"
