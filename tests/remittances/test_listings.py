"""How prices of different age and quality are listed apart."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from tests.make import remittances as make
from tests.remittances.asking import document

pytestmark = pytest.mark.django_db


@pytest.mark.promise("C4")
def test_current_and_stale_prices_are_ranked_apart() -> None:
    make.imported(
        [
            make.row(firm="Old and cheap", date="14/Aug/2025", cc1_lcu_fee="0"),
            make.row(firm="New and dear", date="14/Nov/2026", cc1_lcu_fee="5000"),
            make.row(firm="Dated", date="1/Sep/2026"),
            make.row(firm="Day unknown", date=".."),
            make.row(firm="Hidden", date="14/Nov/2026", transparent="no"),
        ]
    )
    found = [
        (quote["provider"], quote["list"], quote["rank"], quote["stale"])
        for quote in document("KENUGA", "18000")["quotes"]
    ]
    assert found == [
        ("Dated", "current", 1, False),
        ("New and dear", "current", 2, False),
        ("Old and cheap", "stale", 1, True),
        ("Day unknown", "stale", 2, True),
        ("Hidden", "unranked", None, False),
    ]


@pytest.mark.promise("C4")
def test_what_is_hidden_missing_or_falling_is_listed_apart_and_not_as_zero() -> None:
    make.imported(
        [
            make.row(firm="Hidden", transparent="no", cc1_fx_margin="0", cc2_fx_margin="0"),
            make.row(firm="No reference", inter_lcu_bank_fx="0"),
            make.row(firm="No margin", cc1_fx_margin="..", cc2_fx_margin=".."),
            make.row(firm="One amount", cc2_lcu_amount=""),
            make.row(firm="Falls", cc2_lcu_fee="400"),
            make.row(firm="No fee", cc1_lcu_fee="", cc2_lcu_fee=""),
            make.row(firm="Whole"),
        ]
    )
    quotes = {quote["provider"]: quote for quote in document("KENUGA", "20000")["quotes"]}
    assert {name: quote["reason"] for name, quote in quotes.items()} == {
        "Whole": None,
        "Hidden": "exchange_cost_not_disclosed",
        "No reference": "exchange_cost_not_disclosed",
        "No margin": "exchange_cost_not_disclosed",
        "One amount": "one_amount_only",
        "Falls": "fee_falls",
        "No fee": "price_missing",
    }
    for name, quote in quotes.items():
        assert quote["ranked"] is (name == "Whole")
        assert (quote["total_cost_pct"] is None) is (name != "Whole")
        assert (quote["received_value"] is None) is (name != "Whole")
    assert Decimal(quotes["Hidden"]["fee"]).quantize(Decimal("0.01")) == Decimal("462.37")
    assert quotes["Hidden"]["fx_margin_pct"] is None
    assert quotes["Falls"]["fee"] is None


@pytest.mark.promise("C2")
def test_ids_names_and_the_order_of_rows_move_nothing() -> None:
    rows = [make.row(firm=f"Firm {letter}", cc1_lcu_fee=f"{fee}") for letter, fee in
            zip("ABCDEFGH", (900, 100, 500, 300, 300, 700, 200, 800), strict=True)]  # fmt: skip
    make.imported(rows)
    before = document("KENUGA", "18000")["quotes"]
    shuffled = [{"id": str(random.Random(7).random()), **row} for row in rows[::-1]]  # noqa: S311
    other = [{**row, "destination_code": "RWA", "corridor": "KENRWA"} for row in shuffled]
    make.imported(other)
    after = document("KENRWA", "18000")["quotes"]
    assert [quote["provider"] for quote in after] == [quote["provider"] for quote in before]
    renamed = [
        {**row, "firm": f"Z{row['firm']}" if index % 2 else row["firm"],
         "destination_code": "TZA", "corridor": "KENTZA"}
        for index, row in enumerate(rows)
    ]  # fmt: skip
    make.imported(renamed)
    again = document("KENTZA", "18000")["quotes"]
    assert [quote["received_value"] for quote in again] == [
        quote["received_value"] for quote in before
    ]


def test_the_newest_quarter_answers_and_superseded_rows_do_not() -> None:
    make.imported([{"id": "1", **make.row(period="2026_2Q", firm="Spring")}])
    make.imported([{"id": "1", **make.row(firm="Wrong", cc1_lcu_fee="0")}])
    make.imported([{"id": "1", **make.row(firm="Right")}])
    answer = document("KENUGA", "18000")
    assert answer["period"] == "2026_3Q"
    assert [quote["provider"] for quote in answer["quotes"]] == ["Right"]


def test_a_corridor_without_services_has_no_quotes() -> None:
    make.imported([make.average()])
    answer = document("GBRKEN", "200")
    assert answer == {
        "from": "GBR",
        "to": "KEN",
        "amount": "200.00",
        "currency": "GBP",
        "period": None,
        "surveyed_amounts": [],
        "out_of_range": False,
        "quotes": [],
    }
