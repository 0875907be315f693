from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from remittances.datasets.rows import Flag, Unreadable
from tests.make import remittances as make
from tests.remittances.datasets import reading

if TYPE_CHECKING:
    from tests.remittances.datasets.reading import Read

OLD_ONLY = {"payment instrument", "pick-up method", "note1", "note2"}


def read(*rows: dict[str, str]) -> Read:
    return reading.read_bytes(make.csv_bytes(rows))


def flags(*rows: dict[str, str]) -> list[tuple[int, str, str | None]]:
    return [(flag.row, flag.flag.value, flag.column) for flag in read(*rows).flags]


@pytest.mark.parametrize(
    ("name", "layout", "rows", "periods"),
    [
        ("rpw_2025_3Q_east_africa.csv", "rows", 111, 1),
        ("rpw_2011_old_layout.csv", "rows", 22, 2),
        ("rpw_corridor_averages_2011_2020.csv", "corridor_averages", 10417, 35),
        ("rpw_2025_3Q_gbr_corridors.csv", "corridor_averages", 33, 1),
    ],
)
def test_the_real_files_are_read_whole(name: str, layout: str, rows: int, periods: int) -> None:
    found = reading.read(make.real_file(name))
    assert (found.layout, len(found.rows), len(found.periods)) == (layout, rows, periods)


def test_the_real_rows_are_flagged_for_what_is_odd_about_them() -> None:
    found = reading.read(make.real_file("rpw_2025_3Q_east_africa.csv"))
    assert Counter(flag.flag for flag in found.flags) == {
        Flag.DUPLICATE: 43,
        Flag.MARGIN_NEGATIVE: 4,
    }
    assert [flag.row for flag in found.flags if flag.flag is Flag.MARGIN_NEGATIVE] == [
        53, 53, 91, 91,
    ]  # fmt: skip


def test_a_row_is_read_as_it_stands() -> None:
    (row,) = read(make.row()).surveys
    assert (row.origin, row.destination, row.period, row.firm) == (
        "KEN", "UGA", "2026_3Q", "Dahabshiil",
    )  # fmt: skip
    assert row.prices[0].amount == 18000
    assert row.prices[1].fee == 1067
    assert row.reference_rate == Decimal("0.00774293457220286")
    assert (row.pay_in, row.pay_out, row.speed) == ("Cash", "Cash", "Same day")
    assert row.raw["inter lcu bank fx"] == "0.00774293457220286"


def test_columns_are_found_in_any_order_and_case_and_unknown_ones_are_kept() -> None:
    row = {"A New Column": "kept", **{key.upper(): cell for key, cell in make.row().items()}}
    (found,) = read(dict(reversed(row.items()))).surveys
    assert found.firm == "Dahabshiil"
    assert found.raw["a new column"] == "kept"


def test_the_old_layout_says_the_ways_in_its_product() -> None:
    old = {name: cell for name, cell in make.row().items() if name not in OLD_ONLY}
    (found,) = read({**old, "product": "Account to cash"}).surveys
    assert (found.product, found.pay_in, found.pay_out) == ("Account to cash", "Account", "Cash")
    (unknown,) = read({**old, "product": "N/A"}).surveys
    assert (unknown.product, unknown.pay_in, unknown.pay_out) == ("N/A", None, None)


def test_a_promotion_is_known_by_the_surveys_note() -> None:
    (found,) = read(make.row(note1="Costs listed for a promotion/marketing campaign")).surveys
    assert found.promotion
    assert not read(make.row(note1="Account required")).surveys[0].promotion


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"transparent": "no"}, [("not_transparent", None)]),
        ({"inter_lcu_bank_fx": "0"}, [("reference_rate_zero", "inter lcu bank fx")]),
        ({"inter_lcu_bank_fx": ".."}, [("cost_missing", "inter lcu bank fx")]),
        ({"cc2_lcu_amount": ""}, [("amount_missing", "cc2 lcu amount")]),
        ({"cc2_lcu_amount": "0"}, [("amount_missing", "cc2 lcu amount")]),
        ({"cc2_lcu_code": "USD"}, [("amount_missing", "cc2 lcu amount")]),
        ({"cc1_lcu_fee": ".."}, [("cost_missing", "cc1 lcu fee")]),
        ({"cc1_total_cost_%": ""}, [("cost_missing", "cc1 total cost %")]),
        ({"cc1_total_cost_%": "3.85"}, [("cost_differs_from_parts", "cc1 total cost %")]),
        ({"cc1_total_cost_%": "2.87"}, []),
        (
            {"cc1_fx_margin": "-0.55", "cc1_total_cost_%": "1.75"},
            [("margin_negative", "cc1 fx margin")],
        ),
    ],
)
def test_an_odd_row_is_read_and_flagged(
    changes: dict[str, str], expected: list[tuple[str, str | None]]
) -> None:
    assert flags(make.row(**changes)) == [(2, code, column) for code, column in expected]


def test_an_amount_unlike_its_corridor_is_flagged() -> None:
    usual = [make.row(firm=f"Firm {number}") for number in range(3)]
    odd = make.row(firm="Western Union", cc1_lcu_amount="200", cc1_lcu_fee="4.6")
    assert flags(*usual, odd) == [(5, "amount_unlike_corridor", "cc1 lcu amount")]
    assert flags(usual[0], odd) == []  # Two rows do not show which of them is usual.


def test_a_repeated_row_is_flagged_whatever_its_id() -> None:
    rows = [{"id": str(number), **make.row()} for number in range(2)]
    assert flags(*rows) == [(3, "duplicate", None)]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"cc1_lcu_fee": "free"}, "cc1 lcu fee"),
        ({"cc2_lcu_amount": "N/A"}, "cc2 lcu amount"),
        ({"period": "soon"}, "period"),
        ({"source_code": "KE"}, "source_code"),
        ({"destination_code": "KEN", "corridor": "KENKEN"}, "source_code"),
        ({"corridor": "UGAKEN"}, "corridor"),
        ({"firm": ""}, "firm"),
        ({"date": "31/Feb/2026"}, "date"),
        ({"transparent": "perhaps"}, "transparent"),
        ({"cc1_lcu_code": "shillings"}, "cc1 lcu code"),
        ({"firm": "x" * 201}, "firm"),
    ],
)
def test_a_row_that_cannot_be_read_names_its_place(changes: dict[str, str], column: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(make.row(), make.row(**changes))
    assert (refused.value.row, refused.value.column) == (3, column)


@pytest.mark.parametrize("column", ["period", "firm", "cc2 total cost %", "date", "transparent"])
def test_a_missing_column_is_named(column: str) -> None:
    row = {name: cell for name, cell in make.row().items() if name != column}
    with pytest.raises(Unreadable, match=f"“{column}” is missing"):
        read(row)


def test_the_way_it_is_sent_must_be_told_somehow() -> None:
    row = {name: cell for name, cell in make.row().items() if name != "payment instrument"}
    with pytest.raises(Unreadable, match=r"payment instrument.*is missing"):
        read(row)


def test_a_table_about_something_else_is_refused() -> None:
    with pytest.raises(Unreadable, match="not of a layout"):
        reading.read_bytes(b"name,colour\nsky,blue\n")


def test_averages_are_read_in_both_forms() -> None:
    bank = read(make.average(source_code="KSV")).averages[0]
    assert (bank.origin, bank.destination, bank.mean_200, bank.services) == (
        "XKX", "KEN", Decimal("6.5"), None,
    )  # fmt: skip
    real = reading.read(make.real_file("rpw_2025_3Q_gbr_corridors.csv"))
    kenya = next(row for row in real.averages if row.destination == "KEN")
    assert (kenya.mean_200, kenya.services, kenya.firms) == (Decimal("3.43"), 27, 10)
    assert "third party" in real.computed_by


def test_an_average_that_is_not_given_is_flagged() -> None:
    found = read(make.average(avg_total_cost_200_pct=".."))
    assert found.averages[0].mean_200 is None
    assert [flag.flag for flag in found.flags] == [Flag.COST_MISSING]


def test_two_averages_for_one_corridor_and_quarter_must_agree() -> None:
    assert [flag.flag for flag in read(make.average(), make.average()).flags] == [Flag.DUPLICATE]
    with pytest.raises(Unreadable, match="row 2 gives another average for GBRKEN in 2020_3Q"):
        read(make.average(), make.average(avg_total_cost_200_pct="7"))
