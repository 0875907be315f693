from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from remittances.datasets.rows import Flag, Unreadable
from tests import workbook
from tests.make import remittances as make
from tests.remittances.datasets import reading

if TYPE_CHECKING:
    from pathlib import Path

    from tests.remittances.datasets.reading import Read

Faults = dict[str, dict[str, list[int]]]
WHAT_IS_FLAGGED: dict[str, list[tuple[Flag, str | None]]] = {
    "hidden": [(Flag.NOT_TRANSPARENT, None)],
    "margin_negative": [
        (Flag.MARGIN_NEGATIVE, "cc1 fx margin"),
        (Flag.MARGIN_NEGATIVE, "cc2 fx margin"),
    ],
    "total_negative": [
        (Flag.MARGIN_NEGATIVE, "cc1 fx margin"),
        (Flag.MARGIN_NEGATIVE, "cc2 fx margin"),
    ],
    "duplicate": [(Flag.DUPLICATE, None)],
    "same_id": [],
    "not_applicable": [],
    "off_by_one": [(Flag.COST_DIFFERS_FROM_PARTS, "cc1 total cost %")],
    "second_zero": [(Flag.AMOUNT_MISSING, "cc2 lcu amount")],
    "second_blank": [(Flag.AMOUNT_MISSING, "cc2 lcu amount")],
    "reference_zero": [(Flag.REFERENCE_RATE_ZERO, "inter lcu bank fx")],
    "unit_error": [
        (Flag.AMOUNT_UNLIKE_CORRIDOR, "cc1 lcu amount"),
        (Flag.AMOUNT_UNLIKE_CORRIDOR, "cc2 lcu amount"),
    ],
    "formula": [],
    "not_given": [],
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> tuple[Read, Faults]:
    path = tmp_path_factory.mktemp("books") / "rpw.xlsx"
    faults = workbook.write(path)
    return reading.read(path), faults


def written(path: Path, *rows: list[object], sheet: str = "Prices") -> Path:
    with xlsxwriter.Workbook(path) as book:
        out = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            out.write_row(number, 0, row)
    return path


def test_both_sheets_are_read_whole_and_notes_are_passed_over(book: tuple[Read, Faults]) -> None:
    found, _ = book
    assert found.layout == "xlsx"
    assert list(found.headings) == [workbook.OLD_SHEET, workbook.NEW_SHEET]
    assert [len(names) for names in found.headings.values()] == [41, 47]
    assert list(found.headings[workbook.NEW_SHEET])[-5:] == [f"column {n}" for n in range(43, 48)]
    assert len(found.rows) == 300


@pytest.mark.parametrize("fault", WHAT_IS_FLAGGED)
def test_every_fault_is_flagged_on_its_row_and_nothing_else(
    book: tuple[Read, Faults], fault: str
) -> None:
    found, faults = book
    for sheet, by_fault in faults.items():
        for row in by_fault[fault]:
            flags = [(f.flag, f.column) for f in found.flags if (f.sheet, f.row) == (sheet, row)]
            assert flags == WHAT_IS_FLAGGED[fault], (sheet, row)


def test_rows_without_a_fault_are_not_flagged(book: tuple[Read, Faults]) -> None:
    found, faults = book
    faulty = {
        (s, row) for s, by_fault in faults.items() for rows in by_fault.values() for row in rows
    }
    assert {(flag.sheet, flag.row) for flag in found.flags} <= faulty
    assert len(found.flags) == 2 * sum(len(flags) for flags in WHAT_IS_FLAGGED.values())


def test_a_repeated_id_gets_a_key_of_its_own(book: tuple[Read, Faults]) -> None:
    found, faults = book
    row = faults[workbook.NEW_SHEET]["same_id"][0]
    place = next(
        n for n, one in enumerate(found.rows) if (one.sheet, one.row) == (workbook.NEW_SHEET, row)
    )
    assert found.keys[place] == f"{found.keys[place - 1]}/2"
    assert len(set(found.keys)) == 300


def test_numbers_are_numbers_however_they_are_stored(book: tuple[Read, Faults]) -> None:
    found, _ = book
    as_text = next(row for row in found.surveys if row.period == "2024_3Q")
    as_number = next(row for row in found.surveys if row.period == "2025_3Q")
    assert (as_text.prices[0].amount, as_number.prices[0].amount) == (Decimal(120), Decimal(735))
    assert as_text.survey_id == "100000"
    assert as_number.raw["cc1 lcu amount"] == "735"


def test_days_are_read_from_texts_and_from_the_dates_of_a_spreadsheet(
    book: tuple[Read, Faults],
) -> None:
    found, _ = book
    days = {row.period: row.collected_on for row in reversed(found.surveys)}
    assert days["2024_3Q"] == date(2024, 8, 1)
    assert days["2025_1Q"] is not None
    assert days["2025_1Q"].year == 2025
    assert all(row.collected_on for row in found.surveys)


def test_a_word_where_a_number_belongs_names_sheet_row_and_column(tmp_path: Path) -> None:
    row = make.row(cc1_lcu_fee="free")
    path = written(tmp_path / "a.xlsx", list(row), list(make.row().values()), list(row.values()))
    with pytest.raises(Unreadable, match="sheet “Prices”, row 3, column “cc1 lcu fee”: “free”"):
        reading.read(path)


def test_a_sheet_may_begin_lower_and_further_in(tmp_path: Path) -> None:
    row = make.row()
    path = written(
        tmp_path / "a.xlsx", [], [], ["", *row], ["", *row.values()], [], ["", *row.values()]
    )
    assert [one.row for one in reading.read(path).rows] == [4, 6]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([["name", "colour"], ["sky", "blue"]], "no sheet of this workbook has the headings"),
        ([list(make.row())], "no rows under them"),
        ([[name for name in make.row() if name != "firm"], ["x"]], "“firm” is missing"),
        ([[*make.row(), "firm"], ["x"]], "“firm” stands twice"),
    ],
)
def test_a_workbook_of_something_else_is_refused(
    tmp_path: Path, rows: list[list[object]], why: str
) -> None:
    with pytest.raises(Unreadable, match=why):
        reading.read(written(tmp_path / "a.xlsx", *rows))


def test_a_bomb_a_wreck_and_a_locked_workbook_are_refused_unopened(tmp_path: Path) -> None:
    bomb, wreck, locked, other = (tmp_path / name for name in "abcd")
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(20 * 1024**2))
    wreck.write_bytes(b"PK\x03\x04" + bytes(100))
    locked.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    for path, why in (
        (bomb, "unpack to far more"),
        (wreck, "broken or cut off"),
        (locked, "behind a password"),
        (other, "not a workbook"),
    ):
        with pytest.raises(Unreadable, match=why):
            reading.read(path)
