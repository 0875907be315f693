from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape
from typing import TYPE_CHECKING, Protocol

import pytest
import time_machine
from django.core.cache import caches

from remittances import services as services_of_prices
from tests.make import remittances as make

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


class Answer(Protocol):
    """What came back."""

    @property
    def content(self) -> bytes: ...


KENYA_TO_UGANDA = "/en/send/ken/uga/"


@pytest.fixture(autouse=True)
def _a_day_and_no_page_kept() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 23, 12, tzinfo=UTC), tick=False):
        yield
    caches["pages"].clear()


@pytest.fixture
def real() -> None:
    make.real_prices()


def text(response: Answer) -> str:
    """Return the words of a page without its marks."""
    page = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    words = unescape(re.sub(r"<[^>]+>", " ", page)).replace("\u2068", "").replace("\u2069", "")
    return re.sub(r"\s+", " ", words.replace("\xa0", " "))


def services(response: Answer) -> list[str]:
    """Return the words of each service's list item."""
    items = re.findall(r"<li(?: class=\"(?:best|apart)\")?>\s*<div class=\"name\">.*?</details>",
                       response.content.decode(), flags=re.DOTALL)  # fmt: skip
    plain = (re.sub(r"[\u2068\u2069]", "", re.sub(r"<[^>]+>", " ", item)) for item in items)
    return [re.sub(r"\s+", " ", unescape(item)).replace(" ,", ",").strip() for item in plain]


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
        "Rate given 0.0077, reference rate 0.00774293457220286",
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
    assert "No surveyed service pays out that way here" in text(none)


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
    with django_assert_num_queries(6):
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
        assert len(gzip.compress(page)) < 12 * 1024
