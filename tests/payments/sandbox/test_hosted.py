"""The hosted page shows what is paid, and pays once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.payments.browser import pay
from tests.payments.sandbox import make
from tests.payments.sandbox.hosted import VALID, charges, get, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.server import Running
    from tests.payments.sandbox.make import Client


def test_the_page_shows_amount_payee_and_labelled_fields(client: Client) -> None:
    page = get(make.address(make.session(client, amount=1_234_50)))

    assert page.status_code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert '<html lang="en" dir="ltr">' in page.text
    assert ">Weft</h1>" in page.text
    assert "1,234.50 EUR" in page.text
    assert "Gift to Solar dryers for Kitui" in page.text
    for name, label in {"number": "Card number", "expiry": "Expiry", "cvc": "CVC"}.items():
        assert f'<label for="{name}">{label}</label>' in page.text
    buttons = re.findall(r"<button[^>]*>([^<]+)</button>", page.text)
    assert buttons == ["Pay", "Cancel", "Close the window"]
    assert "<script" not in page.text
    assert "no-store" in page.headers["Cache-Control"]


def test_a_browser_that_prefers_arabic_gets_an_arabic_page(client: Client) -> None:
    url = make.address(make.session(client, locale="auto"))

    page = get(url, **{"Accept-Language": "ar-EG,ar;q=0.9,en;q=0.8"})

    assert '<html lang="ar" dir="rtl">' in page.text
    assert "رقم البطاقة" in page.text


def test_a_session_with_its_own_language_keeps_it(client: Client) -> None:
    url = make.address(make.session(client, locale="en"))

    assert '<html lang="en"' in get(url, **{"Accept-Language": "ar"}).text


def test_what_the_caller_wrote_is_escaped(client: Client) -> None:
    price = {"currency": "eur", "unit_amount": 500, "product_data": {"name": "<b>$pay & 'co'</b>"}}
    session = make.session(client, line_items=[{"quantity": 1, "price_data": price}])

    page = get(make.address(session))

    assert "&lt;b&gt;$pay &amp; &#x27;co&#x27;&lt;/b&gt;" in page.text
    assert "<b>" not in page.text


def test_paying_leads_to_the_success_page(client: Client) -> None:
    session = make.session(client)

    answer = pay(make.address(session))

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"http://testserver/done/?session={session.id}"


def test_paying_again_leads_to_the_same_place_and_charges_nothing(
    client: Client, sandbox: Running
) -> None:
    session = make.session(client)
    url = make.address(session)

    answers = [pay(url), pay(url), get(url)]

    assert {answer.headers["Location"] for answer in answers} == {
        f"http://testserver/done/?session={session.id}"
    }
    assert charges(sandbox) == 1


def test_sixteen_posts_at_once_make_one_charge(client: Client, sandbox: Running) -> None:
    url = make.address(make.session(client))

    with ThreadPoolExecutor(max_workers=16) as people:
        answers = list(people.map(pay, [url] * 16))

    assert [answer.status_code for answer in answers] == [303] * 16
    assert charges(sandbox) == 1
    assert len(sandbox.world.store.every("payment_intent")) == 1


def test_cancelling_leads_back_and_leaves_the_page_open(client: Client, sandbox: Running) -> None:
    session = make.session(client)

    answer = post(make.address(session), action="cancel")

    assert (answer.status_code, answer.headers["Location"]) == (303, "http://testserver/pay/")
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert charges(sandbox) == 0


def test_without_a_cancel_address_there_is_no_cancel_button(client: Client) -> None:
    params = make.params()
    del params["cancel_url"]
    session = client.v1.checkout.sessions.create(params)

    assert ">Cancel<" not in get(make.address(session)).text


@pytest.mark.parametrize("action", ["cancel", "refund", ""])
def test_only_the_pay_button_pays(client: Client, sandbox: Running, action: str) -> None:
    params = make.params()
    del params["cancel_url"]
    session = client.v1.checkout.sessions.create(params)

    page = post(make.address(session), action=action, **VALID)

    assert (page.status_code, charges(sandbox)) == (200, 0)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_closing_the_window_leads_nowhere_and_takes_nothing(
    client: Client, sandbox: Running
) -> None:
    session = make.session(client)

    page = post(make.address(session), action="close")

    assert page.status_code == 200
    assert "Nothing was taken." in page.text
    assert make.address(session) in page.text
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert charges(sandbox) == 0


def test_an_expired_page_says_so_and_takes_nothing(
    client: Client, sandbox: Running, later: Callable[[float], None]
) -> None:
    url = make.address(make.session(client))
    later(24 * 3600)

    pages = [get(url), pay(url)]

    assert [page.status_code for page in pages] == [410, 410]
    assert all("This payment page has expired" in page.text for page in pages)
    assert charges(sandbox) == 0


@pytest.mark.parametrize("path", ["/", "/c/pay/cs_test_none", "/c/approve/pi_none", "/c/pay/%00"])
def test_an_unknown_page_is_not_found(sandbox: Running, path: str) -> None:
    assert get(sandbox.url + path).status_code == 404
    assert post(sandbox.url + path, action="pay").status_code == 404


def test_a_page_can_be_framed_by_nobody_and_runs_nothing(client: Client) -> None:
    policy = get(make.address(make.session(client))).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_another_host_name_is_refused(sandbox: Running) -> None:
    assert get(f"{sandbox.url}/v1/charges", Host="evil.example").status_code == 400
