"""Surveyed services as CSV, in the headings of Remittance Prices Worldwide, old or new."""

from __future__ import annotations

from collections import Counter, defaultdict
from statistics import median_low
from typing import TYPE_CHECKING

from remittances.datasets import rpw_rows
from remittances.datasets.rows import WORLD_BANK, Flag, Flagged, Reading, SurveyRow, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from decimal import Decimal

    from remittances.datasets.csv_table import Table

LAYOUT = "rows"
NEEDED = rpw_rows.NEEDED
_ROWS_THAT_SHOW_WHAT_IS_USUAL = 3
_UNLIKE = 2  # Twice or half the usual amount.


def read(table: Table) -> Reading:
    """Return the services in a table, each oddity flagged.

    Raises:
        Unreadable: A row cannot be read.
    """
    if not set(rpw_rows.HOW_IT_IS_SENT) & set(table.headings):
        wanted = "” or “".join(rpw_rows.HOW_IT_IS_SENT)
        raise Unreadable(f"the column “{wanted}” is missing", row=1)
    rows = tuple(rpw_rows.survey_row(cells) for cells in table.rows)
    flags = [flag for row in rows for flag in rpw_rows.oddities(row)]
    flags += [*unlike_their_corridor(rows), *repeated(rows)]
    return Reading(
        layout=LAYOUT,
        computed_by=WORLD_BANK,
        surveys=rows,
        flags=tuple(sorted(flags, key=lambda flag: flag.row)),
    )


def unlike_their_corridor(rows: Iterable[SurveyRow]) -> Iterator[Flagged]:
    """Yield the rows surveyed at twice or half the amount that is usual in their corridor."""
    amounts: defaultdict[tuple[str, ...], list[tuple[Decimal, SurveyRow]]] = defaultdict(list)
    for row in rows:
        for number, price in enumerate(row.prices, 1):
            if price.amount is not None:
                corridor = (row.period, row.origin, row.destination, row.currency)
                amounts[*corridor, str(number)].append((price.amount, row))
    for key, group in amounts.items():
        if len(group) < _ROWS_THAT_SHOW_WHAT_IS_USUAL:
            continue
        usual = _usual([amount for amount, _ in group])
        for amount, row in group:
            if not usual < amount * _UNLIKE < usual * _UNLIKE**2:
                yield Flagged(
                    row=row.row,
                    flag=Flag.AMOUNT_UNLIKE_CORRIDOR,
                    detail=f"{amount:f} {row.currency}, usual in this corridor is {usual:f}",
                    column=f"cc{key[-1]} lcu amount",
                    sheet=row.sheet,
                )


def repeated(rows: Iterable[SurveyRow]) -> Iterator[Flagged]:
    """Yield the rows that say in all columns but `id` what an earlier row says."""
    first: dict[tuple[tuple[str, str], ...], int] = {}
    for row in rows:
        content = tuple(sorted((name, cell) for name, cell in row.raw.items() if name != "id"))
        earlier = first.setdefault(content, row.row)
        if earlier != row.row:
            detail = f"reads the same as row {earlier}"
            yield Flagged(row=row.row, flag=Flag.DUPLICATE, detail=detail, sheet=row.sheet)


def _usual(amounts: Sequence[Decimal]) -> Decimal:
    """Return the most frequent amount; of several, the lower middle one."""
    counts = Counter(amounts)
    most = max(counts.values())
    return median_low(sorted(amount for amount, count in counts.items() if count == most))
