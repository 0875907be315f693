"""What is worked out from the rows of files, kept so that no page has to add them up again.

These rows are derived: `remittances.figures` writes them anew whenever a file is published. Unlike
the rows they come from, they may change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from remittances.datasets.cells import DECIMAL_PLACES
from remittances.models.sources import Country

if TYPE_CHECKING:
    from decimal import Decimal

_MAX_DIGITS = 16 + DECIMAL_PLACES


def _pct() -> models.DecimalField[Decimal | None, Decimal | None]:
    """Return a column for a percentage, exact to 24 decimals; empty means not known."""
    return models.DecimalField(
        max_digits=_MAX_DIGITS, decimal_places=DECIMAL_PLACES, null=True, blank=True
    )


class CorridorQuarter(models.Model):
    """The figures of one corridor in one quarter.

    `services` and `firms` count the transparent surveyed rows with a total at the smaller amount,
    and so do the percentages that end in `_200`. Rows of feeds and of officers never count.
    """

    origin = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    destination = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=7)

    services = models.PositiveIntegerField(default=0)
    firms = models.PositiveIntegerField(default=0)
    mean_200 = _pct()
    median_200 = _pct()
    least_200 = _pct()
    most_200 = _pct()
    cheapest3_200 = _pct()
    fee_mean_200 = _pct()
    margin_mean_200 = _pct()
    mean_500 = _pct()

    published_mean_200 = _pct()
    published_services = models.PositiveIntegerField(null=True, blank=True)
    published_firms = models.PositiveIntegerField(null=True, blank=True)
    published_source = models.CharField(max_length=200, blank=True)

    # How complete the survey is, all of its standing rows counted.
    rows_surveyed = models.PositiveIntegerField(default=0)
    rows_transparent = models.PositiveIntegerField(default=0)
    rows_two_amounts = models.PositiveIntegerField(default=0)
    rows_with_speed = models.PositiveIntegerField(default=0)
    rows_with_type = models.PositiveIntegerField(default=0)
    rows_with_day = models.PositiveIntegerField(default=0)
    firms_surveyed = models.PositiveIntegerField(default=0)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)

    currency = models.CharField(max_length=3, blank=True)
    amounts = ArrayField(
        models.DecimalField(max_digits=_MAX_DIGITS, decimal_places=DECIMAL_PLACES), default=list
    )
    sources = ArrayField(models.CharField(max_length=64), default=list)  # The files' SHA-256.

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("origin", "destination", "period"), name="corridorquarter_once"
            ),
            models.CheckConstraint(
                condition=Q(services=0, mean_200__isnull=True)
                | Q(services__gt=0, mean_200__isnull=False),
                name="corridorquarter_mean_of_something",
            ),
            models.CheckConstraint(
                condition=Q(published_mean_200__isnull=True, published_source="")
                | (Q(published_mean_200__isnull=False) & ~Q(published_source="")),
                name="corridorquarter_published_by_somebody",
            ),
        )
        indexes = (
            models.Index(fields=("period",), name="corridorquarter_period"),
            models.Index(fields=("destination", "-period"), name="corridorquarter_destination"),
            models.Index(  # Which countries have averages: see `remittances.standing`.
                fields=("origin",),
                condition=Q(published_mean_200__isnull=False),
                name="corridorquarter_averaged_from",
            ),
            models.Index(
                fields=("destination",),
                condition=Q(published_mean_200__isnull=False),
                name="corridorquarter_averaged_to",
            ),
        )

    def __str__(self) -> str:
        return f"{self.origin_id} {self.destination_id} {self.period}"

    @property
    def mean(self) -> Decimal | None:
        """Return the mean of the surveyed services, else the published one."""
        return self.published_mean_200 if self.mean_200 is None else self.mean_200
