"""Averages, files and whole quarters from the API, each with its licence and where it is from."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from remittances.imports import deciding
from remittances.models import Dataset, NameProposal, Provider
from tests.make import accounts
from tests.make import remittances as make

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/remittances"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def lines(answer: Iterable[bytes]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode())))


def test_indices_of_a_country_are_the_figures_of_the_command(client: Client) -> None:
    report = make.real_prices()
    answer = client.get(f"{ROOT}/indices?country=UGA").json()
    assert (answer["country"], answer["direction"], answer["period"]) == ("UGA", "in", None)
    assert [row["corridor"] for row in answer["corridors"]] == ["KENUGA", "TZAUGA"]
    kenya = answer["corridors"][0]
    assert (kenya["mean_200"], kenya["mean_500"], kenya["cheapest3_200"]) == (
        12.753,
        7.1733,
        3.9167,
    )
    assert (kenya["services"], kenya["firms"], kenya["published_mean_200"]) == (27, 12, None)
    assert kenya["mean_fee_200"] + kenya["mean_margin_200"] == pytest.approx(12.753, abs=0.02)
    assert answer["summary"] == {
        "corridors": 2,
        "services": 37,
        "service_mean": 26.2457,
        "corridor_mean": 37.7145,
        "over_5": 2,
        "at_or_below_3": 0,
    }
    assert answer["sources"] == [report.dataset.sha256]


def test_indices_take_a_direction_and_a_quarter(client: Client) -> None:
    make.real_prices()
    make.imported([make.average(source_code="KEN", destination_code="UGA", period="2019_1Q")])
    from_kenya = client.get(f"{ROOT}/indices?country=ken&direction=out").json()["corridors"]
    assert [row["to"] for row in from_kenya] == ["RWA", "SSD", "TZA", "UGA"]
    older = client.get(f"{ROOT}/indices?period=2019_1Q").json()
    assert [(row["corridor"], row["mean_200"], row["published_mean_200"])
            for row in older["corridors"]] == [("KENUGA", None, 6.5)]  # fmt: skip
    every = client.get(f"{ROOT}/indices").json()
    assert (every["country"], every["direction"], len(every["corridors"])) == (None, None, 6)


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("country=ZZZ", "unknown_country", "country"),
        ("country=KEN&direction=up", "invalid_direction", "direction"),
        ("direction=in", "country_missing", "country"),
        ("period=soon", "invalid_quarter", "period"),
        ("country=KEN&country=UGA", "asked_twice", "country"),
    ],
)
def test_a_wrong_question_names_its_field(
    client: Client, query: str, code: str, field: str
) -> None:
    answer = client.get(f"{ROOT}/indices?{query}")
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["field"]) == (code, field)
    assert error["message"].endswith(".")


def test_the_mean_over_services_leaves_russia_out_unless_it_alone_is_asked_for(
    client: Client,
) -> None:
    total = "cc1_total_cost_%"
    make.imported(
        [
            make.row(**{total: "6"}),
            make.row(**{total: "8"}),
            make.row(source_code="RUS", corridor="RUSUGA", **{total: "1"}),
        ]
    )
    every = client.get(f"{ROOT}/indices").json()["summary"]
    assert (every["corridors"], every["services"]) == (2, 3)
    assert (every["service_mean"], every["corridor_mean"]) == (7.0, 4.0)
    alone = client.get(f"{ROOT}/indices?country=RUS&direction=out").json()["summary"]
    assert (alone["services"], alone["service_mean"]) == (1, 1.0)


def test_indices_and_corridors_come_as_csv_with_whose_they_are(client: Client) -> None:
    report = make.real_prices()
    table = lines(client.get(f"{ROOT}/indices?country=UGA&format=csv"))
    assert [(row["from"], row["to"], row["mean_200"]) for row in table] == [
        ("KEN", "UGA", "12.753"),
        ("TZA", "UGA", "62.676"),
    ]
    assert table[0]["licence"] == "CC BY 4.0"
    assert table[0]["sources"] == report.dataset.sha256
    corridors = lines(client.get(f"{ROOT}/corridors?format=csv&page_size=1"))
    assert len(corridors) == 6
    assert corridors[0] == {
        "corridor": "KENRWA",
        "from": "KEN",
        "to": "RWA",
        "currency": "KES",
        "periods": "2025_3Q",
        "surveyed_amounts": "18000 45000",
    }


def test_every_file_is_listed_with_its_licence_and_its_bytes(client: Client) -> None:
    report = make.real_prices()
    answer = client.get(f"{ROOT}/datasets").json()
    assert answer["count"] == 1
    (file,) = answer["results"]
    assert file == {
        "sha256": report.dataset.sha256,
        "file": "rpw_2025_3Q_east_africa.csv",
        "kind": "survey",
        "layout": "rows",
        "url": None,
        "periods": ["2025_3Q"],
        "rows": 111,
        "flags": len(report.flags),
        "computed_by": "World Bank, Remittance Prices Worldwide",
        "licence": "CC BY 4.0",
        "attribution": Dataset.objects.get().attribution,
        "imported_at": "2026-11-23T12:00:00Z",
    }


@pytest.mark.parametrize(
    "path", ["quotes?from=KEN&to=UGA&amount=18000", "corridors", "history?from=KEN&to=UGA",
             "indices", "datasets", "prices", "indices?format=csv"],
)  # fmt: skip
def test_every_answer_says_its_licence_and_may_be_asked_again(client: Client, path: str) -> None:
    make.real_prices()
    answer = client.get(f"{ROOT}/{path}")
    assert answer.status_code == 200
    assert f'<{LICENCE}>; rel="license"' in answer["Link"]
    assert f'{ROOT}/datasets>; rel="describedby"' in answer["Link"]
    assert answer["Access-Control-Allow-Origin"] == "*"
    again = client.get(f"{ROOT}/{path}", headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304


def test_a_whole_quarter_is_streamed_row_by_row(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    report = make.real_prices()
    make.imported([make.row(firm="=SUM(1)", period="2025_2Q")])
    with django_assert_max_num_queries(5):
        answer = client.get(f"{ROOT}/prices")
        table = lines(answer)
    assert answer.streaming
    assert answer["Content-Disposition"] == 'attachment; filename="prices-2025_3Q.csv"'
    assert len(table) == 111
    first = table[0]
    assert (first["provider"], first["from"], first["to"]) == ("Dahabshiil", "KEN", "RWA")
    assert (first["amount_1"], first["fee_1"], first["total_cost_pct_1"]) == (
        "18000",
        "414",
        "2.85",
    )
    assert first["reference_rate"] == "0.00774293457220286"
    assert (first["transparent"], first["collected_on"]) == ("true", "2025-08-14")
    assert (first["sources"], first["licence"]) == (report.dataset.sha256, "CC BY 4.0")
    older = lines(client.get(f"{ROOT}/prices?period=2025_2Q"))
    assert [row["provider_as_spelt"] for row in older] == ["'=SUM(1)"]
    assert lines(client.get(f"{ROOT}/prices?period=2011_1Q")) == []
    assert client.get(f"{ROOT}/prices?period=x").status_code == 400


def test_prices_are_sent_again_once_a_spelling_means_another_firm(client: Client) -> None:
    make.imported([make.row(firm="Azimo", period="2025_3Q")])
    other = Provider.objects.create(name="Azimo Limited", slug="azimo-limited")
    proposal = NameProposal.objects.create(
        spelling_id="Azimo", provider=other, reason="like", created_at=make.NOW
    )
    answer = client.get(f"{ROOT}/prices")
    assert [row["provider"] for row in lines(answer)] == ["Azimo"]
    stamp = {"if-none-match": answer["ETag"]}
    assert client.get(f"{ROOT}/prices", headers=stamp).status_code == 304
    deciding.approve(proposal_id=proposal.pk, by=accounts.user().pk, now=make.NOW)
    merged = client.get(f"{ROOT}/prices", headers=stamp)
    assert merged.status_code == 200
    assert [row["provider"] for row in lines(merged)] == ["Azimo Limited"]
    deciding.undo(proposal_id=proposal.pk, by=accounts.user().pk, now=make.NOW)
    again = client.get(f"{ROOT}/prices", headers={"if-none-match": merged["ETag"]})
    assert [row["provider"] for row in lines(again)] == ["Azimo"]
