"""The widget stands in the frames of other sites, and leaves nothing in their readers' browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.sessions.models import Session

from tests.make import remittances as make
from tests.remittances.pages.reading import text

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
WIDGET = "/en/embed/ken/uga/"


@pytest.mark.usefixtures("real")
def test_the_widget_shows_the_three_best_with_their_day_and_source(client: Client) -> None:
    response = client.get(WIDGET, {"amount": "18000"})
    words = text(response)
    assert response.content.count(b"<li>") == 3
    for part in (
        "Kenya to Uganda",
        "What arrives of KES 18,000",
        "Dahabshiil KES 17,489.28 costs 2.85% in all, Paid in cash and received in cash, price of",
        "These prices are more than 120 days old. They are no offer of today.",
        ", source: World Bank survey",
        "World Bank survey: World Bank, Remittance Prices Worldwide (CC BY 4.0).",
        "No service can pay for its place.",
    ):
        assert part in words
    assert 'href="http://testserver/en/send/ken/uga/?amount=18000.00"' in response.content.decode()


def test_a_price_of_today_is_not_called_old(client: Client) -> None:
    make.imported([make.row()])
    words = text(client.get(WIDGET))
    assert "What arrives of KES 18,000" in words
    assert "120 days" not in words


@pytest.mark.usefixtures("real")
@pytest.mark.parametrize("path", [WIDGET, "/ar/embed/ken/uga/", f"{WIDGET}?lowdata=1"])
def test_the_widget_sets_no_cookie_and_touches_no_session(client: Client, path: str) -> None:
    client.cookies["lowdata"] = "0"
    response = client.get(path, headers={"accept-language": "fr"})
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert not response.cookies
    assert not Session.objects.exists()
    assert len(response.content) < 15 * 1024
    assert b"<script" not in response.content


@pytest.mark.usefixtures("real")
def test_the_widget_alone_may_stand_in_a_frame_of_anybody(client: Client) -> None:
    widget, page = client.get(WIDGET), client.get("/en/send/ken/uga/")
    assert "frame-ancestors *" in widget["Content-Security-Policy"]
    assert "X-Frame-Options" not in widget
    assert "script-src 'self'" in widget["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"


@pytest.mark.usefixtures("real")
@pytest.mark.parametrize("amount", ["1,5", "-3", "10e9", "1" * 31, "x", "0"])
def test_an_amount_that_is_not_understood_is_a_sentence(client: Client, amount: str) -> None:
    response = client.get(WIDGET, {"amount": amount})
    assert response.status_code == 422
    assert "The amount is not understood." in text(response)
    assert not response.cookies


@pytest.mark.usefixtures("real")
def test_where_no_price_is_known_the_widget_says_so(client: Client) -> None:
    assert "We do not know the price of any service here." in text(client.get("/en/embed/ken/isl/"))
    outside = text(client.get(WIDGET, {"amount": "9000000"}))
    assert "No service has a full price for this amount." in outside
    for path in ("zzz/uga", "ken/ken", "ke/ug"):
        assert client.get(f"/en/embed/{path}/").status_code == 404


@pytest.mark.usefixtures("real")
def test_the_widget_takes_two_queries_at_most(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(2):
        client.get(WIDGET)


@pytest.mark.usefixtures("real")
def test_the_page_of_the_widget_gives_the_lines_to_copy_and_shows_it(client: Client) -> None:
    response = client.get("/en/data/widget/", {"corridor": "tzauga"})
    page = response.content.decode()
    assert "&lt;iframe src=&quot;http" not in page  # The text is escaped once.
    assert '&lt;iframe src="http://testserver/en/embed/tza/uga/" title="' in page
    assert '<iframe class="preview" src="/en/embed/tza/uga/"' in page
    assert "frame-src 'self'" in response["Content-Security-Policy"]
    assert client.get("/en/data/widget/", {"corridor": "?"}).status_code == 200


def test_without_prices_there_is_nothing_to_embed(client: Client) -> None:
    assert "No prices yet" in text(client.get("/en/data/widget/"))
