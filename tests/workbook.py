"""A workbook in the layout of Remittance Prices Worldwide, with the faults of the real one.

Two sheets with different columns, five columns without a heading, a dimension that is too wide.
Every fault is put on a known row, so that a test can say what must be flagged. The same seed gives
the same cells. The counts of the full size are those that were counted in the real file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any

import xlsxwriter

from tests import workbook_rows as made

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OLD_SHEET, NEW_SHEET = "Dataset (up to Q1 2016)", "Dataset (from Q2 2016)"
_PLACE = ("code", "name", "region", "income", "lending", "G8G20")
_COUNTRIES = [f"{end}_{what}" for end in ("source", "destination") for what in _PLACE]
_PRICES = [
    f"cc{number} {what}"
    for number in (1, 2)
    for what in (
        "lcu amount", "denomination amount", "lcu code", "lcu fee", "lcu fx rate", "fx margin",
        "total cost %",
    )
]  # fmt: skip
_END = ["inter lcu bank fx", "transparent", "note1", "note2", "date", "corridor"]
OLD_HEADINGS = [
    "id", "period", *_COUNTRIES, "firm", "firm_type", "product", "sending location",
    "speed actual", "coverage", "pick-up", *_PRICES, *_END,
]  # fmt: skip
NEW_HEADINGS = [
    "ID", "Period", *_COUNTRIES, "Firm", "Firm_Type", "Payment Instrument", "Speed Actual",
    "Access Point", "Receiving Network Coverage", "Pick-up Method", "pick-up location",
    *_PRICES, *_END,
]  # fmt: skip
UNLABELLED = 5
WIDEST = 74
OLD_QUARTERS = [
    "2011_1Q", "2011_3Q", "2012_1Q", "2012_3Q",
    *(f"{year}_{quarter}Q" for year in (2013, 2014, 2015) for quarter in (1, 2, 3, 4)), "2016_1Q",
]  # fmt: skip
NEW_QUARTERS = [
    name
    for year in range(2016, 2026)
    for quarter in (1, 2, 3, 4)
    if "2016_2Q" <= (name := f"{year}_{quarter}Q") <= "2025_3Q" and name != "2025_2Q"
]


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each fault stands on one sheet; a row has at most one of them."""

    hidden: int = 0  # Not transparent: no margin, rates of 1.
    margin_negative: int = 0
    total_negative: int = 0
    duplicate: int = 0
    same_id: int = 0
    not_applicable: int = 0  # The text N/A.
    off_by_one: int = 0  # The total is not the sum of its parts.
    second_zero: int = 0
    second_blank: int = 0
    reference_zero: int = 0
    unit_error: int = 0
    formula: int = 0
    not_given: int = 0  # `..` for the speed.


OLD_FULL = Counts(
    hidden=4057, margin_negative=1801, total_negative=127, duplicate=133, same_id=5,
    not_applicable=214, off_by_one=29,
)  # fmt: skip
NEW_FULL = Counts(
    hidden=3361, margin_negative=9169, total_negative=1308, duplicate=189, off_by_one=25,
    second_zero=103, second_blank=1072, reference_zero=1, unit_error=1, formula=6690, not_given=400,
)  # fmt: skip
ONE_EACH = Counts(*(1,) * 13)
FULL = (49_491, 204_469)


@dataclass(slots=True)
class Sheet:
    """One sheet to write; `faults` says by name of fault on which rows it stands."""

    name: str
    headings: list[str]
    quarters: list[str]
    rows: int
    counts: Counts
    faults: dict[str, list[int]] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        return self.name == NEW_SHEET


def write(
    path: Path, *, rows: tuple[int, int] = (120, 180), full: bool = False, seed: int = 1
) -> dict[str, dict[str, list[int]]]:
    """Write a workbook; return the rows of each fault by sheet, as a spreadsheet counts."""
    counts = (OLD_FULL, NEW_FULL) if full else (ONE_EACH, ONE_EACH)
    few = slice(None) if full else slice(-4, None)
    sheets = (
        Sheet(OLD_SHEET, OLD_HEADINGS, OLD_QUARTERS[few], rows[0], counts[0]),
        Sheet(NEW_SHEET, NEW_HEADINGS, NEW_QUARTERS[few], rows[1], counts[1]),
    )
    rng = Random(seed)  # noqa: S311  Made-up prices are no secret.
    with xlsxwriter.Workbook(path, {"constant_memory": True, "remove_timezone": True}) as book:
        book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
        day = book.add_format({"num_format": "dd/mmm/yyyy"})
        notes = book.add_worksheet("Methodology")
        notes.write_row(0, 0, ["How the prices were collected", "", "period"])
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), sheet, rng, day)
    return {sheet.name: sheet.faults for sheet in sheets}


def _write_sheet(out: Any, sheet: Sheet, rng: Random, day: Any) -> None:  # noqa: ANN401
    faulty = _places(sheet, rng)
    out.write_row(0, 0, sheet.headings)
    out.write_blank(0, WIDEST - 1, None, day)  # So the dimension claims more than there is.
    for number, cells in enumerate(_rows(sheet, faulty, rng), 1):
        fault = faulty.get(number - 1)
        for column, cell in enumerate(cells):
            _write_cell(out, number, column, cell, (fault, sheet.headings, day))
        if sheet.is_new and number % 50 == 0:
            for extra in range(UNLABELLED):
                out.write_string(number, len(sheet.headings) + extra, f"kept {extra + 1}")


def _write_cell(
    out: Any,  # noqa: ANN401  The writer has no types.
    row: int,
    column: int,
    cell: object,
    about: tuple[str | None, list[str], Any],
) -> None:
    fault, headings, day = about
    if isinstance(cell, datetime):
        out.write_datetime(row, column, cell, day)
    elif isinstance(cell, float | int):
        if fault == "formula" and headings[column] == "cc1 total cost %":
            out.write_formula(row, column, "=[1]Costs!A1", None, cell)
        else:
            out.write_number(row, column, cell)
    elif cell:
        out.write_string(row, column, cell)


def _places(sheet: Sheet, rng: Random) -> dict[int, str]:
    """Return which row, from 0, has which fault, and remember it as a spreadsheet counts."""
    wanted = {name: getattr(sheet.counts, name) for name in Counts.__slots__}
    free = list(range(2, sheet.rows, 2))  # The row before a faulty one is as it should be.
    chosen = rng.sample(free, sum(wanted.values()))
    faulty: dict[int, str] = {}
    for name, count in wanted.items():
        places, chosen = chosen[:count], chosen[count:]
        faulty.update(dict.fromkeys(places, name))
        sheet.faults[name] = sorted(place + 2 for place in places)
    return faulty


def _rows(sheet: Sheet, faulty: dict[int, str], rng: Random) -> Iterator[list[made.Cell]]:
    before: list[made.Cell] = []
    per_quarter = -(-sheet.rows // len(sheet.quarters))
    per_corridor = max(12, -(-per_quarter // len(made.CORRIDORS)))
    for number in range(sheet.rows):
        corridor = made.CORRIDORS[(number // per_corridor) % len(made.CORRIDORS)]
        period = sheet.quarters[number // per_quarter]
        row = made.plain(number, corridor, period, rng)
        fault = faulty.get(number)
        if fault == "duplicate":
            cells = [row["id"], *before[1:]]
        else:
            if fault == "same_id":
                row["id"] = before[0]
            elif fault:
                made.spoil(row, fault)
            made.as_its_quarter_writes(row, number)
            cells = [row.get(heading.casefold(), "") for heading in sheet.headings]
            before = cells
        yield cells
