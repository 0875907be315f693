"""Prices that an officer of the desk saw and typed in, with the proof, for a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uuid_utils.compat as uuid
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from remittances.datasets.cells import DECIMAL_PLACES, LONGEST_TEXT
from remittances.models.prices import SurveyedService
from remittances.models.rates import LONGEST_REASON, LONGEST_SOURCE
from remittances.models.sources import Country

if TYPE_CHECKING:
    from decimal import Decimal

MOST_EVIDENCE_BYTES = 5 * 1024 * 1024
_CODE = "^[A-Z]{3}$"


def _number() -> models.DecimalField[Decimal, Decimal]:
    return models.DecimalField(max_digits=16 + DECIMAL_PLACES, decimal_places=DECIMAL_PLACES)


def _number_or_none() -> models.DecimalField[Decimal | None, Decimal | None]:
    return models.DecimalField(
        max_digits=16 + DECIMAL_PLACES, decimal_places=DECIMAL_PLACES, null=True, blank=True
    )


class PriceEvidence(models.Model):
    """A picture or document that shows a price; kept in the database, so never in public."""

    class Kind(models.TextChoices):
        PNG = "image/png"
        JPEG = "image/jpeg"
        PDF = "application/pdf"

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    content = models.BinaryField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)  # Of what is kept here.
    original_sha256 = models.CharField(max_length=64)  # Of the file as it was sent.
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(sha256__regex="^[0-9a-f]{64}$")
                & Q(original_sha256__regex="^[0-9a-f]{64}$"),
                name="priceevidence_sha256_plain",
            ),
        )

    def __str__(self) -> str:
        return self.name


class PriceEntry(models.Model):
    """One service's price as an officer saw it on a day."""

    class State(models.TextChoices):
        DRAFT = "draft"
        WAITING = "waiting"
        PUBLISHED = "published"
        DECLINED = "declined"

    id = models.UUIDField(primary_key=True, default=uuid.uuid7, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    origin = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    destination = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    firm = models.CharField(max_length=LONGEST_TEXT)
    provider_type = models.CharField(max_length=LONGEST_TEXT)
    pay_in = models.CharField(max_length=LONGEST_TEXT)
    pay_out = models.CharField(max_length=LONGEST_TEXT)
    speed = models.CharField(max_length=LONGEST_TEXT)
    currency = models.CharField(max_length=3)
    payout_currency = models.CharField(max_length=3)
    amount_1 = _number()
    fee_1 = _number()
    amount_2 = _number_or_none()
    fee_2 = _number_or_none()
    rate = _number_or_none()  # Of the payout currency for one unit sent; none where it is not told.
    reference_rate = _number_or_none()
    reference_source = models.CharField(max_length=LONGEST_SOURCE, blank=True)
    reference_on = models.DateField(null=True, blank=True)
    collected_on = models.DateField()
    transparent = models.BooleanField()
    promotion = models.BooleanField()
    note = models.CharField(max_length=500, blank=True)
    evidence = models.ForeignKey(PriceEvidence, on_delete=models.PROTECT, related_name="entries")
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
        SurveyedService, on_delete=models.PROTECT, null=True, related_name="entry"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(origin=F("destination")), name="priceentry_two_countries"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=_CODE, payout_currency__regex=_CODE),
                name="priceentry_currencies_plain",
            ),
            models.CheckConstraint(
                condition=Q(amount_1__gt=0, fee_1__gte=0, fee_1__lt=F("amount_1"))
                & (
                    Q(amount_2=None, fee_2=None)
                    | Q(
                        amount_2__isnull=False,
                        fee_2__isnull=False,
                        amount_2__gt=F("amount_1"),
                        fee_2__gte=0,
                        fee_2__lt=F("amount_2"),
                    )
                ),
                name="priceentry_amounts_and_fees",
            ),
            models.CheckConstraint(
                condition=(Q(rate=None) | Q(rate__gt=0))
                & (Q(transparent=False) | Q(rate__isnull=False)),
                name="priceentry_transparent_has_a_rate",
            ),
            models.CheckConstraint(
                condition=Q(reference_rate=None, reference_source="", reference_on=None)
                | (
                    Q(
                        reference_rate__isnull=False,
                        reference_rate__gt=0,
                        reference_on__isnull=False,
                    )
                    & ~Q(reference_source="")
                ),
                name="priceentry_reference_named",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=("draft", "waiting"),
                    decided_by=None,
                    decided_at=None,
                    published=None,
                )
                | Q(decided_by__isnull=False, decided_at__isnull=False)
                & (
                    Q(state="published", published__isnull=False)
                    | Q(state="declined", published=None) & ~Q(reason="")
                ),
                name="priceentry_decided_in_full",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("entered_by")),
                name="priceentry_two_people",
            ),
        )
        indexes = (models.Index(fields=("state", "entered_at"), name="priceentry_queue"),)

    def __str__(self) -> str:
        return f"{self.firm} {self.origin_id}–{self.destination_id}"
