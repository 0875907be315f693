from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.make import remittances as make

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries, Settings

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/remittances"
CREDIT = "The World Bank, Remittance Prices Worldwide, available at http://remittanceprices.worldbank.org"


def get(client: Client, path: str, **query: str) -> tuple[int, Any]:
    response = client.get(f"{ROOT}/{path}", query)
    return response.status_code, response.json()


def test_quotes_answer_with_the_document_of_the_command(client: Client) -> None:
    make.real_prices()
    status, answer = get(client, "quotes", **{"from": "KEN", "to": "UGA", "amount": "18000"})
    assert status == 200
    assert (answer["from"], answer["to"], answer["period"]) == ("KEN", "UGA", "2025_3Q")
    best = answer["quotes"][0]
    assert (best["provider"], best["fee"], best["total_cost_pct"], best["received_value"]) == (
        "Dahabshiil",
        "414.00",
        2.85,
        "17489.28",
    )
    assert len(answer["quotes"]) == 16


def test_a_wrong_question_is_answered_with_its_field(client: Client) -> None:
    make.real_prices()
    for query, code, field in (
        ({}, "country_missing", "from"),
        ({"from": "KEN"}, "country_missing", "to"),
        ({"from": "KEN", "to": "ZZZ", "amount": "1"}, "unknown_country", "to"),
        ({"from": "KEN", "to": "KEN", "amount": "1"}, "same_country", "to"),
        ({"from": "KEN", "to": "UGA"}, "invalid_amount", "amount"),
        ({"from": "KEN", "to": "UGA", "amount": "1,5"}, "invalid_amount", "amount"),
        (
            {"from": "KEN", "to": "UGA", "amount": "1", "currency": "USD"},
            "invalid_currency",
            "currency",
        ),
        (
            {"from": "KEN", "to": "UGA", "amount": "1", "receive": "pigeon"},
            "unknown_method",
            "receive",
        ),
    ):
        status, answer = get(client, "quotes", **query)
        assert status == 400
        assert answer["error"]["code"] == code
        assert answer["error"]["field"] == field
        assert answer["error"]["message"].endswith(".")


def test_two_answers_to_one_question_are_refused(client: Client) -> None:
    response = client.get(f"{ROOT}/quotes?from=KEN&to=UGA&amount=100&amount=200")
    assert response.status_code == 400
    assert response.json()["error"] == {
        "code": "asked_twice",
        "message": "“amount” is given 2 times; give it once.",
        "field": "amount",
    }


def test_addresses_of_pages_are_those_of_the_site_whatever_host_was_asked(
    client: Client, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "https://weft.example"
    make.real_prices()
    address = f"{ROOT}/corridors?page=2&page_size=2"

    answer = client.get(address, headers={"host": "elsewhere.example"}).json()

    site = f"https://weft.example{ROOT}/corridors"
    assert answer["previous"] == f"{site}?page=1&page_size=2"
    assert answer["next"] == f"{site}?page=3&page_size=2"


def test_corridors_are_listed_with_prices_first_and_in_pages(client: Client) -> None:
    make.real_prices()
    make.imported([make.average(), make.average(source_code="ARE", period="2019_1Q")])
    make.imported([make.average(source_code="KEN", destination_code="UGA")])
    status, answer = get(client, "corridors", page_size="3")
    assert status == 200
    assert answer["count"] == 8
    assert [row["corridor"] for row in answer["results"]] == ["KENRWA", "KENSSD", "KENTZA"]
    assert answer["previous"] is None
    assert answer["next"] == f"http://testserver{ROOT}/corridors?page_size=3&page=2"
    last = client.get(answer["next"]).json()
    assert last["results"][0] == {
        "corridor": "KENUGA",
        "from": "KEN",
        "to": "UGA",
        "currency": "KES",
        "periods": ["2020_3Q", "2025_3Q"],
        "surveyed_amounts": ["18000", "45000"],
    }
    averaged = client.get(last["next"]).json()["results"]
    assert [row["corridor"] for row in averaged] == ["AREKEN", "GBRKEN"]
    assert averaged[0]["surveyed_amounts"] == []
    assert averaged[0]["currency"] == "AED"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"page": "2"}, 404),
        ({"page": "1000000000"}, 404),
        ({"page": "0"}, 404),
        ({"page": "-1"}, 404),
        ({"page": "x"}, 400),
        ({"page_size": "101"}, 400),
        ({"page_size": "0"}, 400),
        ({"page_size": "1000000"}, 400),
    ],
)
def test_a_page_that_does_not_exist_is_no_page(
    client: Client, query: dict[str, str], expected: int
) -> None:
    status, answer = get(client, "corridors", **query)
    assert status == expected
    assert set(answer["error"]) == {"code", "message", "field"}


def test_an_empty_database_has_no_corridors(client: Client) -> None:
    assert get(client, "corridors") == (
        200,
        {"count": 0, "next": None, "previous": None, "results": []},
    )


def test_history_takes_the_published_average_and_else_the_mean_of_services(client: Client) -> None:
    make.real_prices()
    make.imported(
        [
            make.average(source_code="KEN", destination_code="UGA", avg_total_cost_200_pct="9.37"),
            make.average(
                source_code="KEN", destination_code="UGA", period="2020_1Q",
                avg_total_cost_200_pct="..",
            ),
        ]
    )  # fmt: skip
    status, answer = get(client, "history", **{"from": "KEN", "to": "UGA"})
    assert status == 200
    files = answer.pop("sources")
    assert len(files) == 2
    assert answer == {
        "licence": "CC BY 4.0",
        "attribution": CREDIT,
        "from": "KEN",
        "to": "UGA",
        "series": [
            {
                "period": "2020_3Q",
                "mean_200": 9.37,
                "services": None,
                "source": "World Bank, Remittance Prices Worldwide",
            },
            {
                "period": "2025_3Q",
                "mean_200": 12.753,
                "services": 27,
                "source": "mean of the surveyed services of:"
                " World Bank, Remittance Prices Worldwide",
            },
        ],
    }


def test_history_of_the_unknown_is_empty_and_of_nonsense_refused(client: Client) -> None:
    assert get(client, "history", **{"from": "ISL", "to": "FJI"}) == (
        200,
        {
            "from": "ISL",
            "to": "FJI",
            "series": [],
            "licence": "CC BY 4.0",
            "attribution": CREDIT,
            "sources": [],
        },
    )
    assert get(client, "history", **{"from": "ISL", "to": "nowhere"})[0] == 400


def test_rows_that_hide_their_rate_are_in_no_average(client: Client) -> None:
    make.imported(
        [
            make.row(**{"cc1_total_cost_%": "2.85"}),
            make.row(firm="Hidden", transparent="no", **{"cc1_total_cost_%": "2.30"}),
            make.row(firm="Unknown", **{"cc1_total_cost_%": ".."}),
        ]
    )
    _, answer = get(client, "history", **{"from": "KEN", "to": "UGA"})
    assert [(row["mean_200"], row["services"]) for row in answer["series"]] == [(2.85, 1)]


def test_every_answer_takes_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make.real_prices()
    for path in (
        "quotes?from=KEN&to=UGA&amount=18000",
        "corridors?page_size=100",
        "history?from=KEN&to=UGA",
        "indices",
        "indices?country=UGA",
        "datasets",
    ):
        with django_assert_max_num_queries(3):
            assert client.get(f"{ROOT}/{path}").status_code == 200
