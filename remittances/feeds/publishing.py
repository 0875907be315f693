"""Letting prices of feeds and officers stand beside the survey: new rows, nothing overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import connection, transaction

from remittances import countries
from remittances.alerts import waking
from remittances.feeds.priced import HEADINGS, Named, Point, Priced
from remittances.imports import naming
from remittances.models import Country, Dataset, SurveyedService

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

_LOCK = 0x57455051  # Any number that nobody else locks.


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where rows come from, as their dataset tells it. `kind` is `feed` or `entry`."""

    kind: str
    sha256: str
    file_name: str
    told_by: str
    licence: str
    url: str = ""


@transaction.atomic
def publish(
    rows: Mapping[str, Priced], *, source: Source, now: datetime
) -> dict[str, SurveyedService]:
    """Add rows by their keys as one dataset; each supersedes what stands under its key."""
    _wait_for_other_publishing()
    dataset = Dataset.objects.create(
        kind=source.kind,
        sha256=source.sha256,
        file_name=source.file_name,
        layout=source.kind,
        periods=sorted({row.period for row in rows.values()}),
        headings={"": list(HEADINGS)},
        rows_read=len(rows),
        computed_by=source.told_by,
        licence=source.licence,
        attribution=source.told_by,
        url=source.url,
        imported_at=now,
    )
    naming.make_known((row.firm for row in rows.values()), now=now)
    _make_countries_known(rows.values())
    earlier = standing(rows)
    made = [
        _service(dataset, number, key, row, earlier.get(key))
        for number, (key, row) in enumerate(rows.items(), 2)
    ]
    SurveyedService.objects.bulk_create(made)
    waking.on_commit(waking.LOOK)
    return {service.row_key: service for service in made}


def standing(keys: Iterable[str]) -> dict[str, SurveyedService]:
    """Return what stands under these keys."""
    rows = SurveyedService.objects.standing().filter(row_key__in=list(keys))
    found = rows.select_related("dataset")
    return {service.row_key: service for service in found}


def as_priced(service: SurveyedService) -> Priced:
    """Return a row that was published here as it was told."""
    told = service.cells
    pairs = (
        (service.amount_1, service.fee_1, service.applied_rate_1),
        (service.amount_2, service.fee_2, service.applied_rate_2),
    )
    return Priced(
        origin=told["from"],
        destination=told["to"],
        firm=told["provider"],
        provider_type=service.provider_type,
        pay_in=service.pay_in,
        pay_out=service.pay_out,
        speed=service.speed,
        currency=service.currency,
        payout_currency=told["payout_currency"],
        points=tuple(
            Point(amount, fee, rate)
            for amount, fee, rate in pairs
            if amount is not None and fee is not None
        ),
        reference=_named(told),
        promotion=service.promotion,
        transparent=service.transparent,
        note=service.note,
        collected_on=date.fromisoformat(told["collected_at"][:10]),
        collected_at=service.collected_at,
    )


def _wait_for_other_publishing() -> None:
    """Hold the lock of publishing until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _make_countries_known(rows: Iterable[Priced]) -> None:
    codes = sorted({code for row in rows for code in (row.origin, row.destination)})
    facts = [countries.country(code) for code in codes]
    Country.objects.bulk_create(
        [
            Country(iso3=fact.iso3, iso2=fact.iso2, name=fact.name, currency=fact.currency)
            for fact in facts
        ],
        ignore_conflicts=True,
    )


def _named(told: Mapping[str, str]) -> Named | None:
    if not told["reference_rate"]:
        return None
    return Named(
        rate=Decimal(told["reference_rate"]),
        source=told["reference_source"],
        on=date.fromisoformat(told["reference_on"]),
    )


def _service(
    dataset: Dataset, number: int, key: str, row: Priced, earlier: SurveyedService | None
) -> SurveyedService:
    return SurveyedService(
        dataset=dataset,
        kind=dataset.kind,
        row_key=key,
        supersedes=earlier,
        row=number,
        period=row.period,
        origin_id=row.origin,
        destination_id=row.destination,
        name_id=row.firm,
        provider_type=row.provider_type,
        pay_in=row.pay_in,
        pay_out=row.pay_out,
        speed=row.speed,
        currency=row.currency,
        reference_rate=row.reference.rate if row.reference else None,
        transparent=row.transparent,
        promotion=row.promotion,
        note=row.note,
        collected_on=row.collected_on,
        collected_at=row.collected_at,
        raw=row.cells(),
        **row.prices(),
    )
