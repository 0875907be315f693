"""The workbook of Remittance Prices Worldwide, as the World Bank issues it.

Two sheets hold surveyed services, in the columns used before 2016 and since; the others are notes.
A number is a number whether it is stored as one or as text, a formula is its stored result, a day
is a text or a date of the spreadsheet.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING

from python_calamine import CalamineError, CalamineWorkbook

from remittances.datasets import archives, rpw_rows
from remittances.datasets.cells import Cells
from remittances.datasets.csv_table import CONTROLS
from remittances.datasets.rows import WORLD_BANK, Kind, Opened, Unreadable
from remittances.datasets.tables import Table, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, timedelta
    from pathlib import Path

    from python_calamine import CalamineSheet

    from remittances.datasets.rows import SurveyRow

    Value = int | float | str | bool | time | date | datetime | timedelta

LAYOUT = "xlsx"
_HALF = 0.5
_EXACT = 1e15  # Whole numbers below this are exact.
_REMEMBERED = 50_000


def opened(path: Path) -> Opened:
    """Return the services in a workbook; its headings are known sheet by sheet as rows are read.

    Raises:
        Unreadable: It is no such workbook; while rows are read, that one cannot be read.
    """
    archives.check(path)
    try:
        book = CalamineWorkbook.from_path(path)
    except (CalamineError, OSError, ValueError) as broken:
        raise Unreadable(why="this is not a workbook that can be opened") from broken
    headings: dict[str, tuple[str, ...]] = {}
    return Opened(
        layout=LAYOUT,
        kind=Kind.SURVEY,
        computed_by=WORLD_BANK,
        headings=headings,
        rows_expected=archives.rows_declared(path),
        rows=_rows(book, headings),
    )


def _rows(book: CalamineWorkbook, headings: dict[str, tuple[str, ...]]) -> Iterator[SurveyRow]:
    """Yield the rows of every sheet with prices, and note the headings of each."""
    read = 0
    for name in book.sheet_names:
        with _refusing(name):
            sheet = book.get_sheet_by_name(name)
        table = _table(name, sheet)
        if table is None:
            continue
        headings[name] = table.headings
        for row in rpw_rows.rows_of(table):
            read += 1
            yield row
    if not headings:
        raise Unreadable(why="no sheet of this workbook has the headings of the survey")
    if not read:
        raise Unreadable(why="there are headings but no rows under them")


def _table(name: str, sheet: CalamineSheet) -> Table | None:
    """Return the table on a sheet; None where the sheet is about something else."""
    records = enumerate((_texts(record) for record in sheet.iter_rows()), 1)
    first = next((record for _, record in records if any(record)), [])
    if not rpw_rows.likeness(first) >= _HALF:
        return None
    headings = named(first, sheet=name)
    rpw_rows.check_headings(headings, sheet=name)
    return Table(headings, _cells(name, headings, records), rows_expected=sheet.height)


def _cells(
    name: str, headings: tuple[str, ...], records: Iterable[tuple[int, list[str]]]
) -> Iterator[Cells]:
    for number, record in records:
        together = "".join(record)
        if not together or together.isspace():
            continue
        if CONTROLS.search(together):
            why = "there are signs in it that are no text"
            raise Unreadable(why, row=number, sheet=name)
        yield Cells(number, dict(zip(headings, record, strict=True)), name)


def _texts(record: list[Value]) -> list[str]:
    return [cell if type(cell) is str else _text(cell) for cell in record]


@lru_cache(_REMEMBERED, typed=True)  # 1 is not TRUE.
def _text(cell: Value) -> str:
    """Return a cell as a person would have typed it: 18000, 0.0077, 2025-08-14, TRUE."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time.min:
        return cell.date().isoformat()
    return str(cell)


@contextmanager
def _refusing(sheet: str) -> Iterator[None]:
    try:
        yield
    except (CalamineError, OSError, ValueError) as broken:
        raise Unreadable(why="it cannot be opened", sheet=sheet) from broken
