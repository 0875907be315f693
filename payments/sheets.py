"""Tables for a spreadsheet: CSV in which nothing is calculated when it is opened.

A sheet takes a text that begins like a formula for one, whoever wrote it. Such a text gets an
apostrophe before it, which a sheet does not show (OWASP, "CSV Injection"). Numbers are left alone.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Cell = str | int | float | Decimal | date | None

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]) -> str:
    """Return a heading and a line a row, as RFC 4180 writes them; nothing known is an empty cell.

    Raises:
        KeyError: A row lacks a column.
    """
    return "".join(csv_lines(columns, rows))


def csv_lines(columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]) -> Iterator[str]:
    """Yield the same one line after another, for what is too long to be held at once."""
    for cells in chain([columns], ([_written(row[name]) for name in columns] for row in rows)):
        line = io.StringIO()
        csv.writer(line).writerow(cells)
        yield line.getvalue()


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"  # As in the JSON of the same.
    text = f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    harmless = _NUMBER.fullmatch(text) or not text.startswith(_FORMULA_STARTS)
    return text if harmless else f"'{text}"
