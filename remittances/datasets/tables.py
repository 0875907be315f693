"""A table with headings, read row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from remittances.datasets.rows import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from remittances.datasets.cells import Cells


@dataclass(frozen=True, slots=True)
class Table:
    """The headings, in lower case, and the rows that hold anything; they are read once."""

    headings: tuple[str, ...]
    rows: Iterator[Cells]
    rows_expected: int  # Empty rows counted.


def named(record: Sequence[str], *, sheet: str | None = None) -> tuple[str, ...]:
    """Return the headings by which columns are asked for; a nameless one gets its number.

    Raises:
        Unreadable: A heading stands twice.
    """
    names: dict[str, None] = {}
    for number, cell in enumerate(record, 1):
        name = " ".join(cell.replace("\ufeff", "").split()).casefold() or f"column {number}"
        if name in names:
            why = f"the heading “{name[:40]}” stands twice"
            raise Unreadable(why, row=1, column=name[:40], sheet=sheet)
        names[name] = None
    return tuple(names)
