"""The way in, the published rule, and what is true of all pages."""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import time_machine

from remittances import services as services_of_prices
from tests.make import remittances as make
from tests.remittances.pages.reading import KENYA_TO_UGANDA, services, text

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries


pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("real")
def test_the_form_leads_to_the_corridor_with_the_amount_as_it_was_typed(client: Client) -> None:
    asked = {"from": "ken", "to": "uga", "amount": "18,000", "receive": "cash"}
    response = client.get("/en/send/", asked)
    assert response.status_code == 302
    assert response["Location"] == f"{KENYA_TO_UGANDA}?amount=18%2C000&receive=cash"
    upper = client.get("/en/send/", {**asked, "from": "KEN", "receive": ""})
    assert upper["Location"] == f"{KENYA_TO_UGANDA}?amount=18%2C000"


@pytest.mark.usefixtures("real")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"from": "zzz"}, "Choose a country of the list."),
        ({"to": ""}, "Choose a country of the list."),
        ({"amount": ""}, "Enter the amount you want to send."),
        ({"receive": "pigeon"}, "Choose how they receive the money."),
    ],
)
def test_the_form_says_what_is_wrong(client: Client, changes: dict[str, str], said: str) -> None:
    asked = {"from": "ken", "to": "uga", "amount": "18000", **changes}
    response = client.get("/en/send/", asked)
    assert response.status_code == 422
    assert text(response).count(said) == 2  # In the summary and beside the field.


@pytest.mark.usefixtures("real")
def test_the_first_page_says_where_prices_are_known(client: Client) -> None:
    make.imported([make.average()])
    response = client.get("/en/send/")
    page = response.content.decode()
    assert "We have the price of each service for transfers from Kenya and Tanzania." in text(
        response
    )
    assert '<option value="ken" selected>Kenya</option>' in page
    assert '<option value="rwa" selected>Rwanda</option>' in page
    assert page.index("Tanzania</option>") < page.index("United Kingdom</option>")
    for name in ("amount", "from", "to", "receive"):
        assert f'<label for="id_{name}">' in page
    assert ">Compare</button>" in page


def test_an_empty_site_says_so(client: Client) -> None:
    response = client.get("/en/send/")
    assert response.status_code == 200
    assert "No prices yet" in text(response)


@pytest.mark.promise("C2")
@pytest.mark.promise("C5")
def test_the_rule_is_published_with_who_pays_and_what_is_not_known(client: Client) -> None:
    words = text(client.get("/en/send/methodology/"))
    for part in (
        "What arrives = (amount − fee) × (1 − margin ÷ 100)",
        "the service that leaves the most money comes first",
        "the faster one comes first",
        "more than 120 days old stand in a list of their own",
        "No service pays us, and there is no advertising.",
        "does not say how much of the market its services carry",
        "available at http://remittanceprices.worldbank.org",
    ):
        assert part in words


@pytest.mark.usefixtures("real")
def test_pages_are_read_only(client: Client) -> None:
    for path in ("/en/send/", KENYA_TO_UGANDA, "/en/send/methodology/"):
        assert client.post(path).status_code in {403, 405}
        assert client.head(path).status_code == 200


@pytest.mark.usefixtures("real")
def test_an_arabic_page_is_whole_and_keeps_numbers_apart(client: Client) -> None:
    page = client.get("/ar/send/ken/uga/", {"amount": "١٨٠٠٠"}).content.decode()
    assert 'dir="rtl"' in page
    assert "كينيا" in page
    assert '<svg class="plot"' not in page  # One quarter is no line.
    assert re.search(r'<b><bdi class="num">[^<]*17,489\.28[^<]*</bdi></b>', page)


@pytest.mark.usefixtures("real")
def test_a_corridor_takes_few_queries_and_a_kept_page_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make.imported([make.average(source_code="KEN", destination_code="UGA")])
    client.get("/en/send/ken/tza/")  # Reads the countries to choose from.
    with django_assert_num_queries(4):
        first = client.get(KENYA_TO_UGANDA, {"amount": "18000"})
    with django_assert_num_queries(1):
        kept = client.get(KENYA_TO_UGANDA, {"amount": "18000"})
    assert kept.content == first.content
    with django_assert_num_queries(2):
        client.get("/en/send/")
    with django_assert_num_queries(0):
        client.get("/en/send/methodology/")


@pytest.mark.usefixtures("real")
def test_a_kept_page_does_not_outlive_its_prices_or_its_day(client: Client) -> None:
    make.imported([make.row(period="2026_3Q", firm="First")])
    assert services(client.get(KENYA_TO_UGANDA))[0].split()[0] == "First"
    make.imported([make.row(period="2026_4Q", firm="Second")])
    assert services(client.get(KENYA_TO_UGANDA))[0].split()[0] == "Second"
    with time_machine.travel(datetime(2027, 6, 1, tzinfo=UTC), tick=False):
        assert "These are prices of Q4 2026" in text(client.get(KENYA_TO_UGANDA))


@pytest.mark.usefixtures("real")
def test_the_page_stays_small(client: Client) -> None:
    services_of_prices.import_bundled(now=make.NOW)
    for path in (f"{KENYA_TO_UGANDA}?amount=20000", "/en/send/", "/en/send/gbr/ken/"):
        page = client.get(path, {"lowdata": "1"}).content
        assert len(gzip.compress(page)) < 14 * 1024
