"""Answers of the API as CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from tests.make import remittances as make

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
QUOTES = "/api/v1/remittances/quotes?from=KEN&to=UGA&amount=18000"
HISTORY = "/api/v1/remittances/history?from=KEN&to=UGA"


def rows(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(f"{address}&format=csv")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_quotes_are_a_line_each_with_the_values_of_the_document(client: Client) -> None:
    make.real_prices()
    document = client.get(QUOTES).json()

    table = rows(client, QUOTES)

    assert [row["provider"] for row in table] == [each["provider"] for each in document["quotes"]]
    assert list(table[0].items())[:7] == [
        ("from", "KEN"),
        ("to", "UGA"),
        ("amount", "18000.00"),
        ("currency", "KES"),
        ("period", "2025_3Q"),
        ("rank", "1"),
        ("ranked", "true"),
    ]
    best = table[0]
    assert (best["provider"], best["fee"], best["total_cost_pct"], best["received_value"]) == (
        "Dahabshiil",
        "414.00",
        "2.85",
        "17489.28",
    )


def test_what_has_two_parts_has_two_columns(client: Client) -> None:
    make.real_prices()
    address = QUOTES.replace("18000", "20000")
    document = client.get(address).json()

    table = rows(client, address)

    bounds = [each["fee_bounds"] or [None, None] for each in document["quotes"]]
    assert [[row["fee_from"] or None, row["fee_to"] or None] for row in table] == bounds
    assert any(lower for lower, _ in bounds)
    paid = [each["paid_out"] or {} for each in document["quotes"]]
    assert [row["paid_out"] for row in table] == [each.get("amount", "") for each in paid]
    assert [row["paid_out_currency"] for row in table] == [
        each.get("currency", "") for each in paid
    ]


def test_a_provider_called_like_a_formula_is_no_formula(client: Client) -> None:
    make.imported([make.row(firm="=HYPERLINK(1)")])

    (row,) = rows(client, QUOTES)

    assert row["provider"] == "'=HYPERLINK(1)"


def test_a_cost_below_zero_stays_a_number(client: Client) -> None:
    make.imported(
        [make.average(source_code="KEN", destination_code="UGA", avg_total_cost_200_pct="-1.25")]
    )

    (row,) = rows(client, HISTORY)

    assert row["mean_200"] == "-1.25"


def test_history_is_a_line_a_quarter(client: Client) -> None:
    report = make.imported(
        [make.average(source_code="KEN", destination_code="UGA", avg_total_cost_200_pct="9.37")]
    )

    assert client.get(f"{HISTORY}&format=csv").content.decode() == (
        "from,to,period,mean_200,services,source,licence,attribution,sources\r\n"
        'KEN,UGA,2020_3Q,9.37,,"World Bank, Remittance Prices Worldwide",CC BY 4.0,'
        '"The World Bank, Remittance Prices Worldwide, available at'
        f' http://remittanceprices.worldbank.org",{report.dataset.sha256}\r\n'
    )


@pytest.mark.parametrize("address", [QUOTES, HISTORY])
@pytest.mark.parametrize(
    ("accept", "form", "given"),
    [
        ("text/csv", "", "text/csv"),
        ("application/json;q=0.5, text/csv", "", "text/csv"),
        ("text/csv", "&format=json", "application/json"),
        ("application/json", "&format=csv", "text/csv"),
        ("*/*", "", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "", "application/json"),
        ("image/png", "", "application/json"),
    ],
)
def test_the_header_chooses_where_the_address_does_not(
    client: Client, address: str, accept: str, form: str, given: str
) -> None:
    answer = client.get(f"{address}{form}", headers={"accept": accept})

    assert answer.status_code == 200
    assert answer["Content-Type"] == f"{given}; charset=utf-8"
    assert "Accept" in answer["Vary"].split(", ")


def test_another_form_is_refused(client: Client) -> None:
    answer = client.get(f"{HISTORY}&format=xlsx")

    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "format"


def test_a_question_that_is_refused_is_refused_in_json_whatever_form_was_wanted(
    client: Client,
) -> None:
    answer = client.get("/api/v1/remittances/quotes?from=KEN&format=csv")

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "country_missing"


def test_nothing_known_is_a_heading_alone(client: Client) -> None:
    answer = client.get("/api/v1/remittances/history?from=ISL&to=FJI&format=csv")

    assert answer.content == (
        b"from,to,period,mean_200,services,source,licence,attribution,sources\r\n"
    )
