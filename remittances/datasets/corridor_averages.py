"""Average cost of a corridor in a quarter, for about 200 US dollars, as somebody published it.

Two forms are read: the World Bank's own averages (`source_code`, `destination_code`) and averages
that a third party computed from the World Bank's survey (`source`, `dest_a2`, with counts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from remittances.datasets.rows import WORLD_BANK, AverageRow, Flag, Flagged, Reading, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from remittances.datasets.cells import Cells
    from remittances.datasets.csv_table import Table

LAYOUT = "corridor_averages"
MEAN = "avg_total_cost_200_pct"
NEEDED_OF_THE_BANK = frozenset({"period", "source_code", "destination_code", MEAN})
NEEDED_OF_OTHERS = frozenset({"period", "source", "dest_a2", "services", "firms", MEAN})
THIRD_PARTY = f"computed by a third party from: {WORLD_BANK}"
_ALPHA_2 = 2


def read_the_banks(table: Table) -> Reading:
    """Return the World Bank's own averages.

    Raises:
        Unreadable: A row cannot be read, or two rows contradict each other.
    """
    rows = (_row(cells, cells.country("destination_code")) for cells in table.rows)
    return _reading(tuple(rows), computed_by=WORLD_BANK)


def read_others(table: Table) -> Reading:
    """Return averages that a third party computed.

    Raises:
        Unreadable: A row cannot be read, or two rows contradict each other.
    """
    rows = (_row(cells, cells.country("dest_a2", letters=_ALPHA_2)) for cells in table.rows)
    return _reading(tuple(rows), computed_by=THIRD_PARTY)


def _row(cells: Cells, destination: str) -> AverageRow:
    return AverageRow(
        row=cells.row,
        period=cells.quarter("period"),
        origin=cells.other_country("source_code", "source", than=destination),
        destination=destination,
        mean_200=cells.number(MEAN),
        services=cells.count("services"),
        firms=cells.count("firms"),
        raw=cells.values,
    )


def _reading(rows: tuple[AverageRow, ...], *, computed_by: str) -> Reading:
    flags = (*_missing(rows), *_repeated(rows))
    return Reading(layout=LAYOUT, computed_by=computed_by, averages=rows, flags=flags)


def _missing(rows: tuple[AverageRow, ...]) -> Iterator[Flagged]:
    for row in rows:
        if row.mean_200 is None:
            yield Flagged(row=row.row, flag=Flag.COST_MISSING, detail="not given", column=MEAN)


def _repeated(rows: tuple[AverageRow, ...]) -> Iterator[Flagged]:
    """Yield the rows that repeat an earlier one; refuse two values for one corridor and quarter."""
    first: dict[tuple[str, str, str], AverageRow] = {}
    for row in rows:
        earlier = first.setdefault((row.period, row.origin, row.destination), row)
        if earlier is row:
            continue
        if earlier.mean_200 != row.mean_200:
            corridor = f"{row.origin}{row.destination} in {row.period}"
            why = f"row {earlier.row} gives another average for {corridor}"
            raise Unreadable(why, row=row.row, column=MEAN)
        yield Flagged(row=row.row, flag=Flag.DUPLICATE, detail=f"repeats row {earlier.row}")
