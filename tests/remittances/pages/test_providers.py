"""The pages about providers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.core.cache import caches

from remittances.models import Country, Provider
from tests.make import remittances as make
from tests.remittances.pages.reading import KENYA_TO_UGANDA, services, text

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries


pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PAGE = "/en/send/providers/dahabshiil/"


@pytest.mark.usefixtures("real")
def test_what_nobody_checked_is_said_to_be_unchecked(client: Client) -> None:
    words = text(client.get(PAGE))
    assert "Checked Not checked by us" in words
    assert "Number Not known to us" in words
    assert "Does it pay us? No" in words
    assert "Written in surveys as Dahabshiil" in words
    assert "Kenya to Uganda Q3 2025 1 2.85% 2.85% 14 Aug 2025" in words
    assert "star" not in words.lower().split()


@pytest.mark.usefixtures("real")
@pytest.mark.promise("C2")
def test_a_licence_and_a_commercial_link_are_shown_as_an_officer_noted_them(
    client: Client,
) -> None:
    Provider.objects.filter(slug="dahabshiil").update(
        licence_number="FX/17",
        licence_register_url="https://register.example/17",
        licence_checked_on=date(2026, 11, 3),
        licensed_in=Country.objects.get(iso3="KEN"),
        commercial_link="https://partner.example/weft",
        commercial_note="It pays a fee for each new customer.",
        complaints_url="https://dahabshiil.example/complaints",
    )
    response = client.get(PAGE)
    words, page = text(response), response.content.decode()
    assert "Number FX/17" in words
    assert "Licensed in Kenya" in words
    assert "Checked 3 November 2026" in words
    assert "Yes. This never changes the order. It pays a fee for each new customer." in words
    assert 'href="https://partner.example/weft" rel="nofollow sponsored noopener"' in page
    assert 'href="https://dahabshiil.example/complaints"' in page


@pytest.mark.usefixtures("real")
@pytest.mark.promise("C2")
def test_who_pays_us_is_marked_on_the_comparison_and_stays_where_it_was(client: Client) -> None:
    before = services(client.get(KENYA_TO_UGANDA))
    Provider.objects.filter(name="GT Bank").update(commercial_link="https://partner.example/")
    Provider.objects.filter(name="M-Pesa").update(website="https://mpesa.example/")
    response = client.get(f"{KENYA_TO_UGANDA}?sort=received")
    after = services(response)
    assert [one.replace(" pays us", "") for one in after] == before
    assert [one.split(" pays us")[0] for one in after if "pays us" in one] == ["GT Bank"]
    page = response.content.decode()
    sponsored = 'rel="nofollow sponsored noopener">Go to'
    assert f'href="https://partner.example/" {sponsored} GT Bank</a>' in page
    assert page.count(f'href="https://mpesa.example/" {sponsored} M-Pesa</a>') == 2


@pytest.mark.usefixtures("real")
def test_all_providers_are_listed_by_name_and_can_be_searched(client: Client) -> None:
    words = text(client.get("/en/send/providers/"))
    assert words.index("ABC Bank") < words.index("Dahabshiil") < words.index("Western Union")
    found = text(client.get("/en/send/providers/", {"q": "dahab"}))
    assert "Dahabshiil Licence not checked by us" in found
    assert "ABC Bank" not in found
    none = client.get("/en/send/providers/", {"q": "\u0000zzz", "page": "x"})
    assert none.status_code == 200
    assert "No provider of that name" in text(none)


def test_an_empty_site_and_an_unknown_firm_say_so(client: Client) -> None:
    assert "No providers yet" in text(client.get("/en/send/providers/"))
    assert client.get(PAGE).status_code == 404


def test_costs_over_time_are_the_mean_of_all_its_services(client: Client) -> None:
    make.imported(
        [
            make.row(period="2026_1Q", **{"cc1 total cost %": "4"}),
            make.row(
                period="2026_1Q",
                **{"cc1 total cost %": "6"},
                destination_code="RWA",
                corridor="KENRWA",
            ),
            make.row(period="2026_2Q", **{"cc1 total cost %": "3"}),
        ]
    )
    words = text(client.get(PAGE))
    assert "Average cost, Q1 2026 to Q2 2026" in words
    assert "Q1 2026 5.00% 2 World Bank survey" in words


@pytest.mark.usefixtures("real")
def test_they_take_few_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):
        client.get(PAGE)
    with django_assert_num_queries(2):
        client.get("/en/send/providers/")


PROMISING = (
    KENYA_TO_UGANDA, "/en/send/", f"{KENYA_TO_UGANDA}about/", PAGE, "/en/send/methodology/",
)  # fmt: skip


@pytest.mark.usefixtures("real")
@pytest.mark.promise("C2")
@pytest.mark.parametrize("path", PROMISING)
def test_no_page_says_that_nobody_pays_us_when_somebody_does(client: Client, path: str) -> None:
    assert "No service pays us, and there is no advertising." in text(client.get(path))
    paying = Provider.objects.filter(name__in=["GT Bank", "M-Pesa"])
    paying.update(commercial_link="https://partner.example/")
    caches["pages"].clear()  # A minute later.
    response = client.get(path)
    words = text(response)
    assert "No service pays us" not in words
    assert "These firms pay us for a link: GT Bank and M-Pesa." in words
    assert 'href="/en/data/who-pays/"' in response.content.decode()


@pytest.mark.usefixtures("real")
def test_who_pays_is_new_after_a_minute_at_most(client: Client) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        assert "No service pays us" in text(client.get("/en/send/methodology/"))
        Provider.objects.filter(name="GT Bank").update(commercial_link="https://partner.example/")
        clock.shift(61)
        assert "pay us for a link: GT Bank." in text(client.get("/en/send/methodology/"))
