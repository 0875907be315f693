"""Average cost of a corridor in a quarter, for about 200 US dollars, as somebody published it.

Two forms are read: the World Bank's own averages (`source_code`, `destination_code`) and averages
that a third party computed from the World Bank's survey (`source`, `dest_a2`, with counts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from remittances.datasets.rows import WORLD_BANK, AverageRow, Flag, Flagged, Kind, Opened
from remittances.datasets.whole_file import MEAN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from remittances.datasets.cells import Cells
    from remittances.datasets.tables import Table

LAYOUT = "corridor_averages"
NEEDED_OF_THE_BANK = frozenset({"period", "source_code", "destination_code", MEAN})
NEEDED_OF_OTHERS = frozenset({"period", "source", "dest_a2", "services", "firms", MEAN})
THIRD_PARTY = f"computed by a third party from: {WORLD_BANK}"
_ALPHA_2 = 2


def opened_the_banks(table: Table) -> Opened:
    """Return the World Bank's own averages.

    Raises:
        Unreadable: While rows are read, that one cannot be read.
    """
    rows = (_row(cells, cells.country("destination_code")) for cells in table.rows)
    return _opened(table, rows, computed_by=WORLD_BANK)


def opened_others(table: Table) -> Opened:
    """Return averages that a third party computed.

    Raises:
        Unreadable: While rows are read, that one cannot be read.
    """
    rows = (_row(cells, cells.country("dest_a2", letters=_ALPHA_2)) for cells in table.rows)
    return _opened(table, rows, computed_by=THIRD_PARTY)


def _opened(table: Table, rows: Iterator[AverageRow], *, computed_by: str) -> Opened:
    return Opened(
        layout=LAYOUT,
        kind=Kind.AVERAGES,
        computed_by=computed_by,
        headings={"": table.headings},
        rows_expected=table.rows_expected,
        rows=rows,
    )


def _row(cells: Cells, destination: str) -> AverageRow:
    mean = cells.number(MEAN)
    missing = Flagged(row=cells.row, flag=Flag.COST_MISSING, detail="not given", column=MEAN)
    return AverageRow(
        row=cells.row,
        period=cells.quarter("period"),
        origin=cells.other_country("source_code", "source", than=destination),
        destination=destination,
        mean_200=mean,
        services=cells.count("services"),
        firms=cells.count("firms"),
        flags=(missing,) if mean is None else (),
        raw=cells.values,
    )
