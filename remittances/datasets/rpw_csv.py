"""Surveyed services as CSV, in the headings of Remittance Prices Worldwide, old or new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from remittances.datasets import rpw_rows
from remittances.datasets.rows import WORLD_BANK, Kind, Opened

if TYPE_CHECKING:
    from remittances.datasets.tables import Table

LAYOUT = "rows"
NEEDED = rpw_rows.NEEDED


def opened(table: Table) -> Opened:
    """Return the services in a table.

    Raises:
        Unreadable: A column is missing; while rows are read, that one cannot be read.
    """
    rpw_rows.check_headings(table.headings)
    return Opened(
        layout=LAYOUT,
        kind=Kind.SURVEY,
        computed_by=WORLD_BANK,
        headings={"": table.headings},
        rows_expected=table.rows_expected,
        rows=rpw_rows.rows_of(table),
    )
