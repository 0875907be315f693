"""What only the whole of a file shows: rows that repeat, and amounts unlike their neighbours'.

Rows are taken one after the other as facts, small enough to be kept, so that an import that was
cut off goes on where it stood.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from decimal import Decimal
from statistics import median_low
from typing import TYPE_CHECKING, NamedTuple

from remittances.datasets.rows import AverageRow, Flag, Flagged, SurveyRow, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MEAN = "avg_total_cost_200_pct"
_ROWS_THAT_SHOW_WHAT_IS_USUAL = 3
_SHEET = 2**32  # More rows than a sheet has; a place is the sheet's number times this, and the row.
_UNLIKE = 2  # Twice or half the usual amount.


class Fact(NamedTuple):
    """What the whole needs to know of one row; texts and whole numbers only."""

    sheet: str
    row: int
    key: str  # What a later file must repeat to supersede the row.
    group: str  # The rows whose amounts should be alike; of averages, what the row is about.
    amounts: tuple[str, ...]  # Surveyed amounts, of averages the mean; "" is not given.
    content: str  # The same for rows that say the same in all columns but `id`.


def fact(row: SurveyRow | AverageRow, *, file: str) -> Fact:
    """Return what the whole needs to know of a row; `file` names the file it stands in."""
    sheet = row.sheet or ""
    if isinstance(row, AverageRow):
        about = f"{row.period}/{row.origin}{row.destination}"
        return Fact(sheet, row.row, about, about, (_plain(row.mean_200),), "")
    own = f"{row.period}/{row.survey_id}" if row.survey_id else f"{file}{sheet}/{row.row}"
    group = f"{row.period} {row.origin}{row.destination} {row.currency}"
    amounts = tuple(_plain(price.amount) for price in row.prices)
    return Fact(sheet, row.row, own, group, amounts, _content(row.raw, sheet))


class WholeFile:
    """The rows of one file taken so far."""

    def __init__(self) -> None:
        self._keys: Counter[str] = Counter()
        self._contents: dict[str, int] = {}
        self._amounts: dict[tuple[str, int], dict[str, array[int]]] = {}
        self._averages: dict[str, tuple[int, str]] = {}
        self._sheets: list[str] = []

    def take(self, row: Fact) -> tuple[str, list[Flagged]]:
        """Return a key that no row before has, and the flags for what the row repeats.

        Raises:
            Unreadable: The row contradicts an earlier one.
        """
        self._keys[row.key] += 1
        times = self._keys[row.key]
        key = row.key if times == 1 else f"{row.key}/{times}"
        return key, self._service(row) if row.content else self._average(row)

    def unlike_their_corridor(self) -> Iterator[Flagged]:
        """Yield the rows surveyed at twice or half the amount that is usual in their corridor."""
        for (group, number), rows_by_amount in self._amounts.items():
            if len(rows_by_amount) == 1:
                continue
            counts = {Decimal(amount): len(rows) for amount, rows in rows_by_amount.items()}
            if sum(counts.values()) < _ROWS_THAT_SHOW_WHAT_IS_USUAL:
                continue
            usual = _usual(counts)
            for amount, rows in rows_by_amount.items():
                if not usual < Decimal(amount) * _UNLIKE < usual * _UNLIKE**2:
                    yield from self._unlike(rows, f"{amount} {group[-3:]}", usual, number)

    def _unlike(
        self, rows: array[int], given: str, usual: Decimal, number: int
    ) -> Iterator[Flagged]:
        for place in rows:
            sheet = self._sheets[place // _SHEET]
            yield Flagged(
                row=place % _SHEET,
                flag=Flag.AMOUNT_UNLIKE_CORRIDOR,
                detail=f"{given}, usual in this corridor is {usual:f}",
                column=f"cc{number} lcu amount",
                sheet=sheet or None,
            )

    def _service(self, row: Fact) -> list[Flagged]:
        place = self._place(row)
        for number, amount in enumerate(row.amounts, 1):
            if amount:
                rows_by_amount = self._amounts.setdefault((row.group, number), {})
                rows_by_amount.setdefault(amount, array("Q")).append(place)
        earlier = self._contents.setdefault(row.content, row.row)
        return [] if earlier == row.row else [_duplicate(row, f"reads the same as row {earlier}")]

    def _average(self, row: Fact) -> list[Flagged]:
        earlier, mean = self._averages.setdefault(row.group, (row.row, row.amounts[0]))
        if earlier == row.row:
            return []
        if mean != row.amounts[0]:
            period, corridor = row.group.split("/")
            why = f"row {earlier} gives another average for {corridor} in {period}"
            raise Unreadable(why, row=row.row, column=MEAN)
        return [_duplicate(row, f"repeats row {earlier}")]

    def _place(self, row: Fact) -> int:
        if row.sheet not in self._sheets:
            self._sheets.append(row.sheet)
        return self._sheets.index(row.sheet) * _SHEET + row.row


def _duplicate(row: Fact, detail: str) -> Flagged:
    return Flagged(row=row.row, flag=Flag.DUPLICATE, detail=detail, sheet=row.sheet or None)


def _usual(counts: Mapping[Decimal, int]) -> Decimal:
    """Return the most frequent amount; of several, the lower middle one."""
    most = max(counts.values())
    return median_low(sorted(amount for amount, count in counts.items() if count == most))


def _content(raw: Mapping[str, str], sheet: str) -> str:
    """Return a short text that only rows of one sheet with the same cells have in common."""
    cells = "\x1f".join([cell for name, cell in raw.items() if name != "id"])
    return hashlib.blake2b(f"{sheet}\x1f{cells}".encode(), digest_size=12).hexdigest()


def _plain(number: Decimal | None) -> str:
    """Return a number in the one form that equal numbers have in common."""
    return "" if number is None else f"{number.normalize():f}"
