"""The page of a corridor compares its services."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.make import remittances as make
from tests.remittances.pages.reading import KENYA_TO_UGANDA, services, text

if TYPE_CHECKING:
    from django.test import Client


pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("real")
@pytest.mark.promise("C3")
def test_every_service_shows_what_it_takes_when_and_from_whom(client: Client) -> None:
    response = client.get(KENYA_TO_UGANDA, {"amount": "18000"})
    assert response.status_code == 200
    shown = services(response)
    assert len(shown) == 16
    first = shown[0]
    for part in (
        "Dahabshiil",
        "Money transfer operator",
        "KES 17,489.28",
        "Paid out as USD 135.41, at the rate of 14 Aug 2025",
        "KES 510.72",
        "2.85%",
        "Fee KES 414.00",
        "exchange-rate margin KES 96.72 (0.55%)",
        "Arrives the same day",
        "Paid in cash and received in cash",
        "Price of 14 August 2025, World Bank survey",
        "Surveyed for KES 18,000: fee KES 414.00",
        "1 KES = 0.0077 USD",
        "Exchange rate 0.0077 USD, reference rate 0.00774293457220286",
        "Margin 0.55% against the reference rate that the World Bank survey noted on 14 Aug 2025",
    ):
        assert part in first


@pytest.mark.usefixtures("real")
@pytest.mark.promise("C1")
def test_the_order_of_the_page_is_the_order_of_what_arrives(client: Client) -> None:
    shown = services(client.get(KENYA_TO_UGANDA, {"amount": "18000"}))
    received = [Decimal(re.findall(r"KES ([0-9,.]+)", one)[0].replace(",", "")) for one in shown]
    assert received == sorted(received, reverse=True)
    assert received[0] == Decimal("17489.28")
    assert received[-1] == Decimal("11718.88")


@pytest.mark.usefixtures("real")
@pytest.mark.promise("C4")
def test_old_prices_stand_under_their_quarter_and_are_no_offer_of_today(client: Client) -> None:
    words = text(client.get(KENYA_TO_UGANDA, {"amount": "18000"}))
    assert "In Q3 2025, Dahabshiil left the most: KES 17,489.28" in words
    assert "These are prices of Q3 2025, not of today." in words
    assert "That is KES 5,770.40 more than the last service on the list" in words
    assert "cheapest" not in words.lower()
    assert "Current prices" not in words


@pytest.mark.promise("C4")
def test_current_prices_stand_before_stale_ones_and_dated_ones_are_marked(client: Client) -> None:
    make.imported(
        [
            make.row(firm="Old", date="14/Aug/2025", cc1_lcu_fee="0"),
            make.row(firm="New", date="14/Nov/2026"),
            make.row(firm="Dated", date="1/Sep/2026", cc1_lcu_fee="900"),
        ]
    )
    response = client.get(KENYA_TO_UGANDA, {"amount": "18000"})
    assert [one.split()[0] for one in services(response)] == ["New", "Dated", "Old"]
    words = text(response)
    assert "New leaves the most: KES 17,489.28" in words
    assert "More than a month old" in services(response)[1]
    assert words.index("Current prices") < words.index("Prices of Q3 2026")


@pytest.mark.usefixtures("real")
def test_what_is_out_of_range_leads_to_the_nearest_surveyed_amount(client: Client) -> None:
    above = client.get(KENYA_TO_UGANDA, {"amount": "50000"})
    assert above.status_code == 200
    assert "Nobody surveyed a price for KES 50,000.00" in text(above)
    assert 'href="?amount=45000"' in above.content.decode()
    assert "Not in the order: it was surveyed for other amounts" in services(above)[0]
    below = client.get(KENYA_TO_UGANDA, {"amount": "5"}).content.decode()
    assert 'href="?amount=18000"' in below
    assert 'href="?amount=45000"' not in below


@pytest.mark.usefixtures("real")
def test_an_estimate_says_so_with_its_bounds(client: Client) -> None:
    first = services(client.get(KENYA_TO_UGANDA, {"amount": "20,000.00"}))[0]
    assert "Estimate between two surveyed amounts" in first
    assert "The fee lies between KES 414.00 and KES 1,067.00" in first


@pytest.mark.usefixtures("real")
def test_a_promotion_stands_apart_and_a_good_rate_is_called_one(client: Client) -> None:
    response = client.get("/en/send/tza/ken/", {"amount": "324500"})
    shown = services(response)
    assert "Promotion" in shown[-1]
    assert "Not in the order" not in shown[0]
    assert "No fee, but it takes TZS 2,336.40 in the rate" in shown[-1]
    assert "the rate is better than the reference rate (-1.22%)" in shown[0]
    assert "Promotions, not in the order" in text(response)


def test_what_has_no_full_price_says_why(client: Client) -> None:
    make.imported(
        [
            make.row(firm="Hidden", transparent="no"),
            make.row(firm="Falls", cc2_lcu_fee="1"),
            make.row(firm="Single", cc2_lcu_amount=""),
            make.row(firm="Nothing", cc1_lcu_fee="", cc2_lcu_fee=""),
        ]
    )
    response = client.get(KENYA_TO_UGANDA, {"amount": "20000"})
    assert "No service has a full price for KES 20,000.00" in text(response)
    reasons = {one.split()[0]: one for one in services(response)}
    assert "does not disclose what the exchange rate costs" in reasons["Hidden"]
    assert "its fee falls between" in reasons["Falls"]
    assert "one other amount only" in reasons["Single"]
    assert "gives no price" in reasons["Nothing"]
    assert "%" not in "".join(reasons.values())


@pytest.mark.usefixtures("real")
def test_a_way_to_receive_narrows_the_list_or_says_that_nothing_is_left(client: Client) -> None:
    mobile = client.get(KENYA_TO_UGANDA, {"amount": "18000", "receive": "mobile"})
    assert len(services(mobile)) == 2
    none = client.get("/en/send/tza/uga/", {"amount": "324500", "receive": "mobile"})
    assert none.status_code == 200
    assert "No service like that" in text(none)


@pytest.mark.usefixtures("real")
def test_sorting_changes_the_order_and_not_what_is_first(client: Client) -> None:
    asked = {"amount": "18000", "sort": "fee"}
    shown = services(client.get(KENYA_TO_UGANDA, asked))
    assert shown[0].split()[0:2] == ["Western", "Union"]
    fast = services(client.get(KENYA_TO_UGANDA, {**asked, "sort": "speed"}))
    assert fast[0].split()[0] == "MoneyGram"
    assert services(client.get(KENYA_TO_UGANDA, {**asked, "sort": "bribes"})) == services(
        client.get(KENYA_TO_UGANDA, {"amount": "18000"})
    )


@pytest.mark.usefixtures("real")
def test_without_an_amount_the_first_surveyed_one_is_compared(client: Client) -> None:
    response = client.get(KENYA_TO_UGANDA)
    assert "You send KES 18,000.00 in all" in text(response)
    title = re.search(r"<title>(.*?)</title>", response.content.decode(), flags=re.DOTALL)
    assert title is not None
    assert "from Kenya to Uganda: 16 services compared" in title[1]


@pytest.mark.usefixtures("real")
def test_an_amount_that_is_not_understood_is_an_error_beside_the_field(client: Client) -> None:
    response = client.get(KENYA_TO_UGANDA, {"amount": "1.000,5"})
    page = response.content.decode()
    assert response.status_code == 422
    assert re.search(r"<title>\s*Error:", page)
    assert "There is a problem" in page
    assert 'value="1.000,5"' in page
    assert services(response) == []


def test_any_corridor_without_services_shows_its_average_history(client: Client) -> None:
    make.imported(
        [
            make.average(period="2019_4Q", avg_total_cost_200_pct="7.25"),
            make.average(period="2020_1Q", avg_total_cost_200_pct="7.5"),
            make.average(period="2020_3Q"),
        ]
    )
    response = client.get("/en/send/gbr/ken/", {"amount": "200"})
    words, page = text(response), response.content.decode()
    assert response.status_code == 200
    assert "In Q3 2020 it cost 6.5% on average" in words
    assert "We do not have the price of each service from United Kingdom to Kenya" in words
    assert "Q4 2019 7.25% not given World Bank survey" in words
    assert page.count('<path class="ln"') == 1
    assert page.count('<circle class="dot"') == 1
    assert 'role="img" aria-label="Line chart: the average cost was' in page


def test_a_corridor_nobody_surveyed_says_what_to_do(client: Client) -> None:
    make.real_prices()
    response = client.get("/en/send/ken/isl/")
    assert response.status_code == 200
    assert "We know no prices from Kenya to Iceland" in text(response)
    assert '<a class="chip" href="/en/send/ken/uga/">Uganda</a>' in response.content.decode()


@pytest.mark.parametrize("path", ["zzz/uga", "ken/zzz", "ke/ug", "k%00n/uga", "ken/%D9%A3"])
def test_nonsense_codes_are_no_page(client: Client, path: str) -> None:
    assert client.get(f"/en/send/{path}/").status_code == 404


@pytest.mark.usefixtures("real")
def test_other_spellings_lead_to_the_one_address(client: Client) -> None:
    assert client.get("/en/send/KEN/uga/?amount=5&x=1")["Location"] == f"{KENYA_TO_UGANDA}?amount=5"
    same = client.get("/en/send/ken/ken/?amount=5")["Location"]
    assert same == "/en/send/?from=ken&to=ken&amount=5"
    response = client.get(same)
    assert response.status_code == 422
    assert "Choose another country than the one you send from." in text(response)
