"""Importing a file of prices: all of it or nothing, once, whatever it is called."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection, transaction

from remittances import countries, datasets, figures
from remittances.datasets import bundled
from remittances.datasets.rows import ATTRIBUTION, LICENCE, FlagDocument
from remittances.imports import naming
from remittances.models import CorridorAverage, Country, Dataset, ImportFlag, SurveyedService

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from remittances.datasets.rows import AverageRow, SurveyRow

Row = TypeVar("Row", SurveyedService, CorridorAverage)
_BATCH = 1000
_LOCK = 0x57454654  # Any number that nobody else locks.
_PRICE_FIELDS = ("denomination", "amount", "fee", "applied_rate", "margin_pct", "total_pct")


class ImportRefused(ValueError):
    """The file cannot be read; nothing of it was imported."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of one file; `rows_imported` counts the rows this import wrote."""

    dataset: Dataset
    flags: tuple[FlagDocument, ...]
    file_name: str
    already_imported: bool
    dry_run: bool

    def document(self) -> dict[str, Any]:
        """Return the report in the form of the contract."""
        written = not (self.already_imported or self.dry_run)
        return {
            "file": self.file_name,
            "sha256": self.dataset.sha256,
            "already_imported": self.already_imported,
            "dry_run": self.dry_run,
            "layout": self.dataset.layout,
            "periods": self.dataset.periods,
            "rows_read": self.dataset.rows_read,
            "rows_imported": self.dataset.rows_read if written else 0,
            "flags": list(self.flags),
        }


def import_file(*, path: Path, now: datetime, dry_run: bool = False) -> ImportReport:
    """Import a file of prices, or with `dry_run` only say what is in it.

    The same bytes again change nothing, under any name.

    Raises:
        ImportRefused: The file or one of its rows cannot be read; nothing was imported.
    """
    name = path.name[:255]
    if not path.is_file():
        raise ImportRefused(f"{name}: there is no such file, or it is a folder.")
    try:
        content = path.read_bytes()
    except OSError as unreadable:
        reason = unreadable.strerror or "it cannot be read"
        raise ImportRefused(f"{name}: {reason.lower()}.") from unreadable
    return import_bytes(file_name=name, content=content, now=now, dry_run=dry_run)


def import_bundled(*, now: datetime) -> list[ImportReport]:
    """Import the real prices that come with the product; doing it again changes nothing."""
    return [import_file(path=bundled.FOLDER / name, now=now) for name in bundled.FILES]


@transaction.atomic
def import_bytes(
    *, file_name: str, content: bytes, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Import the bytes of a file of prices; see `import_file`."""
    _wait_for_other_imports()
    sha256 = hashlib.sha256(content).hexdigest()
    if earlier := Dataset.objects.filter(sha256=sha256).first():
        flags = tuple(flag.document() for flag in earlier.flags.order_by("id"))
        return ImportReport(earlier, flags, file_name, already_imported=True, dry_run=dry_run)
    try:
        reading = datasets.read(content)
    except datasets.Unreadable as unreadable:
        raise ImportRefused(f"{file_name}: {unreadable}.") from unreadable
    dataset = Dataset(
        sha256=sha256,
        file_name=file_name,
        layout=reading.layout,
        periods=reading.periods,
        rows_read=reading.rows_read,
        kind=Dataset.Kind.SURVEY if reading.surveys else Dataset.Kind.AVERAGES,
        headings=_headings(reading),
        computed_by=reading.computed_by,
        licence=LICENCE,
        attribution=ATTRIBUTION,
        imported_at=now,
    )
    if not dry_run:
        dataset.save(force_insert=True)
        _add(dataset, reading)
        figures.refresh_dataset(dataset_id=dataset.pk)
    flags = tuple(flag.document() for flag in reading.flags)
    return ImportReport(dataset, flags, file_name, already_imported=False, dry_run=dry_run)


def _wait_for_other_imports() -> None:
    """Hold the lock of imports until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _add(dataset: Dataset, reading: datasets.Reading) -> None:
    """Add every row of a file, each pointing at the standing row it supersedes."""
    by_code = _countries([*reading.surveys, *reading.averages])
    naming.make_known(row.firm for row in reading.surveys)
    services = [_service(dataset, row, by_code) for row in reading.surveys]
    averages = [_average(dataset, row, by_code) for row in reading.averages]
    _insert(SurveyedService, services)
    _insert(CorridorAverage, averages)
    ImportFlag.objects.bulk_create(
        [
            ImportFlag(
                dataset=dataset,
                sheet=flag.sheet or "",
                row=flag.row,
                column=flag.column or "",
                flag=flag.flag.value,
                detail=flag.detail,
            )
            for flag in reading.flags
        ],
        batch_size=_BATCH,
    )


def _headings(reading: datasets.Reading) -> dict[str, list[str]]:
    first = reading.surveys[0] if reading.surveys else reading.averages[0]
    return {"": list(first.raw)}


def _insert(model: type[Row], rows: Sequence[Row]) -> None:
    """Write rows; one that repeats a key within its file gets a key of its own."""
    seen: Counter[str] = Counter()
    for row in rows:
        seen[row.row_key] += 1
        if (times := seen[row.row_key]) > 1:
            row.row_key = f"{row.row_key}/{times}"
    standing = model.objects.filter(superseded_by__isnull=True)
    keys = [row.row_key for row in rows]
    earlier = dict(standing.filter(row_key__in=keys).values_list("row_key", "pk"))
    for row in rows:
        row.supersedes_id = earlier.get(row.row_key)
    model.objects.bulk_create(rows, batch_size=_BATCH)


def _service(
    dataset: Dataset,
    row: SurveyRow,
    by_code: dict[str, Country],
) -> SurveyedService:
    place = f"{row.sheet or ''}/{row.row}"
    prices = {
        f"{field}_{number}": getattr(price, field)
        for number, price in enumerate(row.prices, 1)
        for field in _PRICE_FIELDS
    }
    return SurveyedService(
        dataset=dataset,
        row_key=f"{row.period}/{row.survey_id}" if row.survey_id else f"{dataset.sha256}{place}",
        sheet=row.sheet or "",
        row=row.row,
        survey_id=row.survey_id or "",
        period=row.period,
        origin=by_code[row.origin],
        destination=by_code[row.destination],
        kind=SurveyedService.Kind.SURVEY,
        name_id=row.firm,
        provider_type=row.firm_type or "",
        product=row.product or "",
        pay_in=row.pay_in or "",
        pay_out=row.pay_out or "",
        access_point=row.access_point or "",
        speed=row.speed or "",
        currency=row.currency,
        reference_rate=row.reference_rate,
        transparent=row.transparent,
        promotion=row.promotion,
        note=row.note or "",
        collected_on=row.collected_on,
        raw=list(row.raw.values()),
        **prices,
    )


def _average(dataset: Dataset, row: AverageRow, by_code: dict[str, Country]) -> CorridorAverage:
    return CorridorAverage(
        dataset=dataset,
        row_key=f"{row.period}/{row.origin}{row.destination}",
        row=row.row,
        period=row.period,
        origin=by_code[row.origin],
        destination=by_code[row.destination],
        mean_200=row.mean_200,
        services=row.services,
        firms=row.firms,
        raw=list(row.raw.values()),
    )


def _countries(rows: Iterable[SurveyRow | AverageRow]) -> dict[str, Country]:
    """Return the countries of the rows by code, the new ones added."""
    codes = sorted({code for row in rows for code in (row.origin, row.destination)})
    facts = [countries.country(code) for code in codes]
    Country.objects.bulk_create(
        [
            Country(iso3=fact.iso3, iso2=fact.iso2, name=fact.name, currency=fact.currency)
            for fact in facts
        ],
        ignore_conflicts=True,
    )
    return Country.objects.in_bulk(codes, field_name="iso3")
