"""Where prices come from, and between which countries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uuid_utils.compat as uuid
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from remittances.datasets.cells import LONGEST_TEXT

if TYPE_CHECKING:
    from remittances.datasets.rows import FlagDocument


class Country(models.Model):
    """A country that sends or receives; `currency` is blank where no single one is in use."""

    iso3 = models.CharField(max_length=3, primary_key=True)
    iso2 = models.CharField(max_length=2, blank=True)
    name = models.CharField(max_length=100)
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(iso3__regex="^[A-Z]{3}$") & ~Q(iso3="KSV"), name="country_iso3_plain"
            ),
            models.CheckConstraint(
                condition=Q(currency="") | Q(currency__regex="^[A-Z]{3}$"),
                name="country_currency_plain",
            ),
        )
        ordering = ("iso3",)

    def __str__(self) -> str:
        return self.name


class Dataset(models.Model):
    """One file, answer or entry that brought prices, known by its bytes and not by its name."""

    class Kind(models.TextChoices):
        SURVEY = "survey"
        AVERAGES = "averages"
        FEED = "feed"
        ENTRY = "entry"

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    sha256 = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    file_name = models.CharField(max_length=255)
    url = models.URLField(max_length=500, blank=True)
    layout = models.CharField(max_length=32)
    headings = models.JSONField(default=dict)  # By sheet, "" where there are none: [heading, …].
    periods = ArrayField(models.CharField(max_length=7))
    rows_read = models.PositiveIntegerField()
    computed_by = models.CharField(max_length=200)
    licence = models.CharField(max_length=50)
    attribution = models.CharField(max_length=300)
    imported_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="dataset_sha256_plain"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("survey", "averages", "feed", "entry")),
                name="dataset_kind_known",
            ),
            models.CheckConstraint(condition=Q(rows_read__gt=0), name="dataset_has_rows"),
            models.CheckConstraint(
                condition=~Q(attribution="") & ~Q(licence=""), name="dataset_is_attributed"
            ),
        )

    def __str__(self) -> str:
        return self.file_name


class ImportFlag(models.Model):
    """What is odd about one row of a file that was imported all the same."""

    id = models.BigAutoField(primary_key=True)
    dataset = models.ForeignKey(
        Dataset, on_delete=models.PROTECT, related_name="flags", db_index=False
    )
    sheet = models.CharField(max_length=100, blank=True)
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=LONGEST_TEXT, blank=True)
    flag = models.CharField(max_length=40)
    detail = models.CharField(max_length=500)

    class Meta:
        indexes = (
            models.Index(fields=("dataset", "id"), name="importflag_in_order"),
            models.Index(fields=("dataset", "flag", "id"), name="importflag_of_kind"),
        )

    def __str__(self) -> str:
        return f"{self.sheet} {self.row}: {self.flag}"

    def document(self) -> FlagDocument:
        """Return the form of the import report."""
        return {
            "sheet": self.sheet or None,
            "row": self.row,
            "column": self.column or None,
            "flag": self.flag,
            "detail": self.detail,
        }
