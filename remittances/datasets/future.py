"""Rows about a time that has not come yet: a slip of the pen, and never a price."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from remittances.datasets.rows import AverageRow, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from remittances.datasets.rows import Opened, SurveyRow

_MONTHS_OF_A_QUARTER = 3


def refused(opened: Opened, *, today: date) -> Opened:
    """Return the same file; its rows refuse a quarter that has not begun and a day to come."""
    return replace(opened, rows=_until(opened.rows, today))


def _until(rows: Iterable[SurveyRow | AverageRow], today: date) -> Iterator[SurveyRow | AverageRow]:
    """Yield the rows.

    Raises:
        Unreadable: One is about a time after today.
    """
    current = f"{today.year}_{(today.month - 1) // _MONTHS_OF_A_QUARTER + 1}Q"
    for row in rows:
        if row.period > current:
            why = f"the quarter {row.period} has not begun"
            raise Unreadable(why, row=row.row, column="period", sheet=row.sheet)
        if not isinstance(row, AverageRow) and row.collected_on and row.collected_on > today:
            why = f"the day {row.collected_on} has not come yet"
            raise Unreadable(why, row=row.row, column="date", sheet=row.sheet)
        yield row
