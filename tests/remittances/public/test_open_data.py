"""Open data says where it is from, what it means and who pays; requirements are counted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from remittances import schemas, tables
from remittances.models import Provider
from remittances.public import dictionary
from tests.make import remittances as make
from tests.remittances.pages.reading import text

if TYPE_CHECKING:
    from django.test import Client
    from ninja import Schema
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


def test_every_file_stands_with_its_licence_fingerprint_and_day(client: Client) -> None:
    report = make.real_prices()
    words = text(client.get("/en/data/"))
    for part in (
        "rpw_2025_3Q_east_africa.csv",
        "111 rows, 2025_3Q . Imported on 23 November 2026 .",
        report.dataset.sha256,
        "CC BY 4.0",
        "The World Bank, Remittance Prices Worldwide",
        "http://testserver/api/v1/remittances/indices?country=KEN&direction=in",
    ):
        assert part in words


def test_every_address_on_the_page_answers(client: Client) -> None:
    make.real_prices()
    page = client.get("/en/data/").content.decode()
    addresses = re.findall(r'href="(?:http://testserver)?(/[^"#]+)"', page.partition("<main")[2])
    assert len(addresses) > 10
    for address in addresses:
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address


def test_the_dictionary_names_exactly_the_fields_there_are() -> None:
    told = {table.name: [field.name for field in table.fields] for table in dictionary.TABLES}
    credits_ = ["licence", "attribution", "sources"]
    assert told["indices"] == [*names(schemas.Index), *credits_]
    assert told["history"] == ["from", "to", *names(schemas.Quarter), *credits_]
    assert told["corridors"] == names(schemas.Corridor)
    assert sorted(told["datasets"]) == sorted(names(schemas.Dataset))
    assert sorted(told["prices"]) == sorted(tables.PRICE_COLUMNS)


def names(schema: type[Schema]) -> list[str]:
    return [field.alias or name for name, field in schema.model_fields.items()]


def test_an_empty_site_has_no_file(client: Client) -> None:
    words = text(client.get("/en/data/"))
    assert "No file has been imported yet." in words
    assert "No survey has been imported yet." in words


@pytest.mark.promise("C2")
def test_who_pays_is_read_from_the_firms_themselves(client: Client) -> None:
    make.real_prices()
    assert "No firm pays us." in text(client.get("/en/data/who-pays/"))
    firm = Provider.objects.get(name="Dahabshiil")
    firm.commercial_link, firm.commercial_note = "https://example.com/", "a fee for each click"
    firm.save()
    words = text(client.get("/en/data/who-pays/"))
    assert "1 firm pays for a link to it." in words
    assert "Dahabshiil : a fee for each click" in words or "Dahabshiil: a fee" in words


def test_the_twelve_requirements_are_counted_and_plainly_not_all_met(client: Client) -> None:
    make.real_prices()
    words = text(client.get("/en/data/requirements/"))
    for part in (
        "This site is not certified.",
        "6 of 6 corridors have prices at two amounts; 111 of 111 services have both.",
        "Not met: we do no mystery shopping.",
        "The corridors have from 6 to 12 firms.",
        "Who pays for running this site is for its operator to say",
    ):
        assert part in words


def test_the_requirements_for_programs(client: Client) -> None:
    make.imported([make.row(), make.row(firm="Slow", speed_actual="N/A", transparent="no")])
    answer = client.get("/en/data/requirements.json").json()
    assert answer["certified"] is False
    statuses = {row["number"]: row["status"] for row in answer["requirements"]}
    assert statuses == {
        1: "met", 2: "partly", 3: "partly", 4: "partly", 5: "partly", 6: "met", 7: "not_met",
        8: "met", 9: "not_met", 10: "met", 11: "partly", 12: "met",
    }  # fmt: skip
    assert answer["requirements"][4]["facts"] == {"rows": 2, "rows_with_speed": 1}


def test_without_data_nothing_that_is_counted_is_met(client: Client) -> None:
    answer = client.get("/en/data/requirements.json").json()
    assert {row["number"] for row in answer["requirements"] if row["status"] == "met"} == {10, 12}


def test_open_data_takes_few_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make.real_prices()
    for path, queries in (("", 2), ("who-pays/", 1), ("requirements/", 3), ("widget/", 1)):
        with django_assert_num_queries(queries):
            assert client.get(f"/en/data/{path}").status_code == 200
