"""Where prices come from: one file per layout, all read into the same kinds of row.

A new layout is a module with the columns it needs and a function from a table to a `Reading`, and
one line in `LAYOUTS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from remittances.datasets import corridor_averages, rpw_csv
from remittances.datasets.csv_table import table
from remittances.datasets.rows import Reading, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

    from remittances.datasets.csv_table import Table

__all__ = ["Reading", "Unreadable", "read"]


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to write prices down as a table."""

    needed: frozenset[str]
    read: Callable[[Table], Reading]

    def likeness(self, headings: set[str]) -> float:
        """Return which part of the needed headings is there."""
        return len(self.needed & headings) / len(self.needed)


LAYOUTS = (
    Layout(rpw_csv.NEEDED, rpw_csv.read),
    Layout(corridor_averages.NEEDED_OF_THE_BANK, corridor_averages.read_the_banks),
    Layout(corridor_averages.NEEDED_OF_OTHERS, corridor_averages.read_others),
)
_HALF = 0.5


def read(content: bytes) -> Reading:
    """Return everything the bytes of a file say.

    Raises:
        Unreadable: It is no table, of no known layout, or one of its rows cannot be read.
    """
    found = table(content)
    headings = set(found.headings)
    layout = max(LAYOUTS, key=lambda layout: layout.likeness(headings))
    if layout.likeness(headings) < _HALF:
        first = ", ".join(found.headings[:5])[:80]
        raise Unreadable(f"its headings ({first}) are not of a layout we read", row=1)
    if missing := sorted(layout.needed - headings):
        raise Unreadable(f"the column “{missing[0]}” is missing", row=1, column=missing[0])
    return layout.read(found)
