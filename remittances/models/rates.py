"""What one currency was worth in another on a day, as somebody named published it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uuid_utils.compat as uuid
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from remittances.datasets.cells import DECIMAL_PLACES

if TYPE_CHECKING:
    from decimal import Decimal

_CODE = "^[A-Z]{3}$"
LONGEST_SOURCE = 200
LONGEST_REASON = 250


def _rate() -> models.DecimalField[Decimal, Decimal]:
    return models.DecimalField(max_digits=16 + DECIMAL_PLACES, decimal_places=DECIMAL_PLACES)


def _pair(table: str) -> tuple[models.BaseConstraint, ...]:
    """Return what must hold of every rate."""
    return (
        models.CheckConstraint(
            condition=Q(base__regex=_CODE) & Q(quote__regex=_CODE) & ~Q(base=F("quote")),
            name=f"{table}_two_currencies",
        ),
        models.CheckConstraint(condition=Q(rate__gt=0), name=f"{table}_above_zero"),
        models.CheckConstraint(condition=~Q(source=""), name=f"{table}_source_named"),
    )


class ReferenceRate(models.Model):
    """So many units of `quote` for one of `base`; added and never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    base = models.CharField(max_length=3)
    quote = models.CharField(max_length=3)
    on = models.DateField()
    rate = _rate()
    source = models.CharField(max_length=LONGEST_SOURCE)
    fetched_at = models.DateTimeField()

    class Meta:
        constraints = (
            *_pair("referencerate"),
            models.UniqueConstraint(
                fields=("base", "quote", "source", "on"), name="referencerate_once_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.base}/{self.quote} {self.on}"


class RateProposal(models.Model):
    """A rate that one officer typed in and another one lets stand, or does not."""

    class State(models.TextChoices):
        WAITING = "waiting"
        PUBLISHED = "published"
        DECLINED = "declined"

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    base = models.CharField(max_length=3)
    quote = models.CharField(max_length=3)
    on = models.DateField()
    rate = _rate()
    source = models.CharField(max_length=LONGEST_SOURCE)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    published = models.OneToOneField(
        ReferenceRate, on_delete=models.PROTECT, null=True, related_name="proposal"
    )

    class Meta:
        constraints = (
            *_pair("rateproposal"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by=None, decided_at=None, published=None)
                | Q(
                    state="published",
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    published__isnull=False,
                )
                | Q(
                    state="declined",
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    published=None,
                )
                & ~Q(reason=""),
                name="rateproposal_decided_in_full",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("entered_by")),
                name="rateproposal_two_people",
            ),
        )
        indexes = (models.Index(fields=("state", "entered_at"), name="rateproposal_queue"),)

    def __str__(self) -> str:
        return f"{self.base}/{self.quote} {self.on}"
