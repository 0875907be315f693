"""Tables that are opened in a spreadsheet."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from payments.sheets import Cell, csv_text


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30 1234", "'+49 30 1234"),
        ("-2+3", "'-2+3"),
        ("-cmd", "'-cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1+1", "'＝1+1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠A1", "'＠A1"),
        ("-", "'-"),
        ("-12.50", "-12.50"),
        (-3, "-3"),
        (-1.25, "-1.25"),
        (Decimal("-0.0000001"), "-0.0000001"),
        ("-１", "'-１"),
        ("2025_3Q", "2025_3Q"),
        ("a=b", "a=b"),
        (date(2026, 3, 1), "2026-03-01"),
        (None, ""),
        (True, "true"),
        (False, "false"),
        (0, "0"),
    ],
)
def test_a_text_that_begins_like_a_formula_stays_a_text_and_a_number_a_number(
    cell: Cell, written: str
) -> None:
    assert csv_text(["a", "b"], [{"a": cell, "b": 1}]) == f"a,b\r\n{written},1\r\n"


@pytest.mark.parametrize("start", ["\r", "\n"])
def test_a_line_break_before_a_formula_hides_nothing(start: str) -> None:
    assert csv_text(["a"], [{"a": f"{start}=1"}]) == f'a\r\n"\'{start}=1"\r\n'


def test_commas_and_quotation_marks_stay_inside_their_cell() -> None:
    assert csv_text(["a"], [{"a": 'Cash, "today"'}]) == 'a\r\n"Cash, ""today"""\r\n'


def test_a_table_without_rows_still_says_its_columns() -> None:
    assert csv_text(["a", "b"], []) == "a,b\r\n"


def test_a_row_that_lacks_a_column_is_no_row_of_the_table() -> None:
    with pytest.raises(KeyError):
        csv_text(["a", "b"], [{"a": 1}])
