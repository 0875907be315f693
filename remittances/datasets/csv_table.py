"""From the bytes of a CSV file to rows asked by heading, whatever program wrote them."""

from __future__ import annotations

import codecs
import csv
import io
import re
from itertools import chain
from typing import TYPE_CHECKING

from remittances.datasets.cells import Cells
from remittances.datasets.rows import Unreadable
from remittances.datasets.tables import Table, named

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_DELIMITERS = ",;\t"


def table(content: bytes) -> Table:
    """Return the table in a CSV file: comma, semicolon or tab, UTF-8, UTF-16 or Windows-1252.

    Raises:
        Unreadable: It is no such table; while its rows are read, that one has too few or too many
            cells.
    """
    text = _text(content)
    records = _records(text)
    first = next(records, [])
    if not any(cell.strip() for cell in first):
        raise Unreadable(why="the first row must hold the headings, and it is empty")
    headings = named(first)
    filled = (
        (number, record)
        for number, record in enumerate(records, 2)
        if any(cell.strip() for cell in record)
    )
    if (one := next(filled, None)) is None:
        raise Unreadable(why="there are headings but no rows under them")
    rows = (_cells(number, record, headings) for number, record in chain([one], filled))
    return Table(headings, rows, rows_expected=max(text.count("\n"), 1))


def _records(text: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    except csv.Error as broken:
        raise Unreadable(f"this is not a table of comma-separated values ({broken})") from broken


def _text(content: bytes) -> str:
    text = _decoded(content)
    if not text.strip():
        raise Unreadable(why="the file is empty")
    if CONTROLS.search(text):
        raise Unreadable(why="this is not a text file")
    return text


def _decoded(content: bytes) -> str:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _decoded_as(content.removeprefix(mark), encoding)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded_as(content, "cp1252")


def _decoded_as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as broken:
        raise Unreadable(why="this is not a text file in UTF-8; save it as UTF-8") from broken


def _delimiter(text: str) -> str:
    """Return the separator that stands most often in the first line."""
    first = text.partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def _cells(number: int, record: list[str], headings: tuple[str, ...]) -> Cells:
    if len(record) < len(headings):
        raise Unreadable(
            f"there are {len(record)} cells under {len(headings)} headings",
            row=number,
            column=headings[len(record)],
        )
    extra = record[len(headings) :]
    if any(cell.strip() for cell in extra):
        raise Unreadable(
            f"there are {len(record)} cells under {len(headings)} headings", row=number
        )
    return Cells(number, dict(zip(headings, record, strict=False)))
