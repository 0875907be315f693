"""Where prices come from: one file per layout, all read into the same kinds of row.

A new layout of a table is a module with the columns it needs and a function from a table to
`Opened`, and one line in `LAYOUTS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from remittances.datasets import archives, corridor_averages, csv_table, rpw_csv, rpw_workbook
from remittances.datasets.rows import Opened, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from remittances.datasets.tables import Table

__all__ = ["Opened", "Unreadable", "opened"]


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to write prices down as a table."""

    needed: frozenset[str]
    opened: Callable[[Table], Opened]

    def likeness(self, headings: set[str]) -> float:
        """Return which part of the needed headings is there."""
        return len(self.needed & headings) / len(self.needed)


LAYOUTS = (
    Layout(rpw_csv.NEEDED, rpw_csv.opened),
    Layout(corridor_averages.NEEDED_OF_THE_BANK, corridor_averages.opened_the_banks),
    Layout(corridor_averages.NEEDED_OF_OTHERS, corridor_averages.opened_others),
)
_HALF = 0.5


def opened(path: Path) -> Opened:
    """Return a file of prices, ready to be read row by row.

    Raises:
        Unreadable: It is no table and no workbook, or of no known layout; while rows are read,
            that one cannot be read.
    """
    with path.open("rb") as file:
        magic = file.read(len(archives.MAGIC))
    if magic == archives.MAGIC:
        return rpw_workbook.opened(path)
    if magic == archives.OLD_OR_ENCRYPTED:
        raise Unreadable(
            why="this workbook is of an old kind or behind a password; save it as .xlsx without one"
        )
    return _table(csv_table.table(path.read_bytes()))


def _table(found: Table) -> Opened:
    headings = set(found.headings)
    layout = max(LAYOUTS, key=lambda layout: layout.likeness(headings))
    if layout.likeness(headings) < _HALF:
        first = ", ".join(found.headings[:5])[:80]
        raise Unreadable(f"its headings ({first}) are not of a layout we read", row=1)
    if missing := sorted(layout.needed - headings):
        raise Unreadable(f"the column “{missing[0]}” is missing", row=1, column=missing[0])
    return layout.opened(found)
