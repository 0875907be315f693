from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from remittances.datasets.cells import Cells
from remittances.datasets.rows import Unreadable


def cell(value: str) -> Cells:
    return Cells(17, {"c": value})


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("18000", "18000"),
        (" 0.00774293457220286 ", "0.00774293457220286"),
        ("-0.69", "-0.69"),
        ("+5", "5"),
        ("1e-9", "0.000000001"),
        ("7.7E-03", "0.0077"),
        ("0", "0"),
        ("", None),
        ("..", None),
    ],
)
def test_a_number_is_exact_or_not_given(written: str, number: str | None) -> None:
    assert cell(written).number("c") == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    "written",
    ["N/A", "nil", "12,5", "18,000", "1_000", "NaN", "Infinity", "0x10", "١٢", "５", "−5", "1e400",
     "9" * 17, "9" * 60, "1.", ".5", "=1+1", "5 %"],
)  # fmt: skip
def test_a_word_where_a_number_belongs_is_refused_with_its_place(written: str) -> None:
    with pytest.raises(Unreadable, match="row 17, column “c”"):
        cell(written).number("c")


def test_a_number_finer_than_any_price_is_kept_to_24_decimals() -> None:
    assert cell("0." + "1" * 30).number("c") == Decimal("0." + "1" * 24)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("14/Aug/2025", date(2025, 8, 14)),
        ("1/Sep/2025", date(2025, 9, 1)),
        ("06/september/2011", date(2011, 9, 6)),
        ("2025-08-14", date(2025, 8, 14)),
        ("2025-08-14 00:00:00", date(2025, 8, 14)),
        ("..", None),
    ],
)
def test_a_day_is_read_in_the_ways_of_the_survey(written: str, day: date | None) -> None:
    assert cell(written).day("c") == day


@pytest.mark.parametrize(
    "written",
    ["31/Feb/2025", "31/02", "01/02/03", "1/2/2025", "14/Aux/2025", "1/Jan/0001", "1/Jan/9999",
     "2025-13-01", "yesterday", "45883"],
)  # fmt: skip
def test_a_day_that_is_none_or_ambiguous_is_refused(written: str) -> None:
    with pytest.raises(Unreadable, match="row 17, column “c”"):
        cell(written).day("c")


def test_quarters_countries_and_currencies_have_one_form() -> None:
    assert cell("2025_3Q").quarter("c") == cell("2025 Q3").quarter("c") == "2025_3Q"
    assert cell("KSV").country("c") == "XKX"
    assert cell("GB").country("c", letters=2) == "GBR"
    assert cell("kes").currency("c") == "KES"
    assert cell("Yes").yes("c")
    assert not cell("no").yes("c")
    assert not cell("").yes("c")
    assert cell("N/A").text("c") == "N/A"
    assert cell("27").count("c") == 27


@pytest.mark.parametrize("written", ["2025_5Q", "1999_1Q", "2025", "3Q_2025", ""])
def test_what_is_no_quarter_is_refused(written: str) -> None:
    with pytest.raises(Unreadable):
        cell(written).quarter("c")


@pytest.mark.parametrize("written", ["-1", "1.5", "many"])
def test_what_is_no_count_is_refused(written: str) -> None:
    with pytest.raises(Unreadable):
        cell(written).count("c")


def test_other_nonsense_is_refused() -> None:
    for read in (cell("ZZZ").country, cell("EUЯ").currency, cell("maybe").yes):
        with pytest.raises(Unreadable, match="row 17"):
            read("c")
    with pytest.raises(Unreadable, match="too many"):
        cell("x" * 201).text("c")
