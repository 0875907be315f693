"""Writing a file that was read into the tables: all of it or nothing, by COPY."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection

from remittances import countries
from remittances.alerts import waking
from remittances.datasets.rows import ATTRIBUTION, LICENCE, Kind
from remittances.figures import services as figures
from remittances.imports import lines, naming
from remittances.models import CorridorAverage, Country, Dataset, ImportFlag, SurveyedService

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from concurrent.futures import Future
    from datetime import datetime
    from uuid import UUID

    from django.db.models import Model
    from psycopg import Connection as Driver

    from remittances.datasets.rows import Flagged
    from remittances.datasets.whole_file import WholeFile
    from remittances.imports.chunks import Chunk

_LOCK = 0x57454654  # Any number that nobody else locks.
_STANDING = """
SELECT row_key, id FROM {table} AS mine WHERE row_key = ANY(%s)
  AND NOT EXISTS (SELECT 1 FROM {table} AS later WHERE later.supersedes_id = mine.id)
"""


@dataclass(frozen=True, slots=True)
class _Target:
    """Where the rows of a kind of file go."""

    model: type[SurveyedService | CorridorAverage]
    columns: tuple[str, ...]


_TARGETS = {
    Kind.SURVEY: _Target(SurveyedService, lines.SERVICE_COLUMNS),
    Kind.AVERAGES: _Target(CorridorAverage, lines.AVERAGE_COLUMNS),
}


@dataclass(frozen=True, slots=True)
class Source:
    """The file that is published, as far as its rows do not tell."""

    dataset_id: UUID
    sha256: str
    file_name: str
    layout: str
    computed_by: str
    headings: Mapping[str, Sequence[str]]


@dataclass(slots=True)
class Publication:
    """What of a file was written so far, within one transaction."""

    kind: Kind
    rows: int = 0
    sheets: dict[str, None] = field(default_factory=dict)  # In the order of the file.
    flags: list[Flagged] = field(default_factory=list)
    spellings: set[str] = field(default_factory=set)
    countries: set[str] = field(default_factory=set)
    periods: set[str] = field(default_factory=set)

    def write(self, chunk: Chunk) -> None:
        """Copy the rows of a chunk."""
        with connection.wrap_database_errors:
            _copy_rows(_connected(), _TARGETS[self.kind], chunk)
        self.note(chunk)

    def write_all(self, chunks: Iterable[Chunk]) -> None:
        """Copy the rows of chunks, each while the next one is being read, from no database."""
        with ThreadPoolExecutor(1) as beside:
            copying: Future[None] | None = None
            for chunk in chunks:
                _wait_for(copying)
                copying = beside.submit(_copy_rows, _connected(), _TARGETS[self.kind], chunk)
                self.note(chunk)
            _wait_for(copying)

    def note(self, chunk: Chunk) -> None:
        """Remember what a chunk brings besides its rows."""
        self.rows += chunk.rows
        self.sheets |= dict.fromkeys(row.sheet for row in chunk.facts)
        self.flags += chunk.flags
        self.spellings |= chunk.spellings
        self.countries |= chunk.countries
        self.periods |= chunk.periods

    def dataset(self, source: Source, *, whole: WholeFile, now: datetime) -> Dataset:
        """Return what stands for the file, its flags complete and in the order of its rows."""
        order = {sheet: number for number, sheet in enumerate(self.sheets)}
        self.flags += whole.unlike_their_corridor()
        self.flags.sort(key=lambda flag: (order[flag.sheet or ""], flag.row))
        return Dataset(
            pk=source.dataset_id,
            sha256=source.sha256,
            kind=self.kind.value,
            file_name=source.file_name,
            layout=source.layout,
            headings={sheet: list(names) for sheet, names in source.headings.items()},
            periods=sorted(self.periods),
            rows_read=self.rows,
            computed_by=source.computed_by,
            licence=LICENCE,
            attribution=ATTRIBUTION,
            imported_at=now,
        )

    def finish(self, dataset: Dataset, *, now: datetime) -> None:
        """Write what the rows point at, the flags, and the figures that follow from the rows."""
        dataset.save(force_insert=True)
        naming.make_known(self.spellings, now=now)  # Before countries; see there.
        _make_countries_known(self.countries)
        flags = lines.flag_lines(self.flags, dataset_id=dataset.pk)
        with connection.wrap_database_errors:
            _copy(_connected(), table_of(ImportFlag), lines.FLAG_COLUMNS, flags)
        figures.refresh_dataset(dataset_id=dataset.pk)
        waking.on_commit(waking.LOOK)


def wait_for_other_imports() -> None:
    """Hold the lock of imports until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def table_of(model: type[Model]) -> str:
    """Return the name of a model's table."""
    return model._meta.db_table  # noqa: SLF001  Django's own name.


def _connected() -> Driver[Any]:
    """Return the driver's own connection, which may be used beside the thread that made it."""
    connection.ensure_connection()
    driver: Driver[Any] = connection.connection
    return driver


def _wait_for(copying: Future[None] | None) -> None:
    if copying is not None:
        with connection.wrap_database_errors:
            copying.result()


def _copy_rows(driver: Driver[Any], target: _Target, chunk: Chunk) -> None:
    """Copy the rows of a chunk, each pointing at the standing row it supersedes."""
    table = table_of(target.model)
    with driver.cursor() as cursor:
        cursor.execute(_STANDING.format(table=table), [chunk.keys])
        earlier = dict(cursor.fetchall())
    _copy(driver, table, target.columns, lines.superseding(chunk.text, earlier))


def _copy(driver: Driver[Any], table: str, columns: tuple[str, ...], text: str) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN {lines.OPTIONS}") as copying,
    ):
        copying.write(text)


def _make_countries_known(codes: set[str]) -> None:
    facts = [countries.country(code) for code in sorted(codes)]
    Country.objects.bulk_create(
        [
            Country(iso3=fact.iso3, iso2=fact.iso2, name=fact.name, currency=fact.currency)
            for fact in facts
        ],
        ignore_conflicts=True,
    )
