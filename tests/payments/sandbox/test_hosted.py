from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import requests

from tests.payments.browser import pay
from tests.payments.sandbox import make

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.server import Running
    from tests.payments.sandbox.make import Client

AUTHENTICATES, REFUSED_AFTERWARDS = "4000002500003155", "4000008400001629"
VALID = {"number": "4242424242424242", "expiry": "12/40", "cvc": "123"}


def post(url: str, **fields: str) -> requests.Response:
    return requests.post(url, data=fields, allow_redirects=False, timeout=10)


def get(url: str, **headers: str) -> requests.Response:
    return requests.get(url, headers=headers, allow_redirects=False, timeout=10)


def errors(page: requests.Response) -> dict[str, str]:
    found = re.findall(r'id="(\w+)-error">([^<]+)<', page.text)
    return dict(found)


def charges(sandbox: Running) -> int:
    return len(sandbox.world.store.every("charge"))


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


@pytest.mark.parametrize(
    ("card", "told", "decline_code"),
    [
        ("4000000000000002", ("number", "Your card was declined"), "generic_decline"),
        ("4000000000009995", ("number", "Your card has insufficient funds"), "insufficient_funds"),
        ("4000000000009987", ("number", "Your card was declined"), "lost_card"),
        ("4000000000000069", ("expiry", "This card has expired"), None),
        ("4000000000000127", ("cvc", "The security code is incorrect"), None),
        ("4000000000000119", ("number", "Your card could not be processed"), None),
        ("4111111111111111", ("number", "Not a test card"), "test_mode_live_card"),
    ],
)
def test_a_declined_card_is_told_at_its_field_and_another_one_pays(
    client: Client, sandbox: Running, card: str, told: tuple[str, str], decline_code: str | None
) -> None:
    session = make.session(client)
    url = make.address(session)

    declined = pay(url, card=card)

    assert declined.status_code == 402
    ((field, message),) = errors(declined).items()
    assert (field, message.partition(".")[0].partition(",")[0]) == told
    open_still = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    intent = open_still.payment_intent
    assert not isinstance(intent, str)
    assert intent is not None
    assert (open_still.status, intent.status) == ("open", "requires_payment_method")
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.to_dict().get("decline_code") == decline_code

    assert pay(url).status_code == 303
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert (paid.payment_status, paid.payment_intent) == ("paid", intent.id)
    assert charges(sandbox) == 2


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"number": ""}, "number", "Enter the whole card number."),
        ({"number": "4242 4242"}, "number", "Enter the whole card number."),
        ({"number": "4242 4242 4242 4241"}, "number", "This card number is not valid."),
        ({"number": "fourty-two"}, "number", "A card number has digits only."),
        ({"expiry": ""}, "expiry", "Write the month and the year as MM/YY."),
        ({"expiry": "13/40"}, "expiry", "Write the month and the year as MM/YY."),
        ({"expiry": "10/26"}, "expiry", "This card has expired."),
        ({"cvc": "12"}, "cvc", "Enter the 3 or 4 digits"),
        ({"cvc": "12345"}, "cvc", "Enter the 3 or 4 digits"),
    ],
)
def test_a_mistyped_field_is_told_and_nothing_is_tried(
    client: Client, sandbox: Running, fields: dict[str, str], field: str, message: str
) -> None:
    url = make.address(make.session(client))

    page = post(url, action="pay", **(VALID | fields))

    assert page.status_code == 422
    assert list(errors(page)) == [field]
    assert errors(page)[field].startswith(message)
    assert charges(sandbox) == 0


def test_a_page_shows_again_what_was_typed_but_never_the_code(client: Client) -> None:
    url = make.address(make.session(client))

    page = post(url, action="pay", number='4242"<', expiry="12/40", cvc="987")

    assert 'value="4242&quot;&lt;"' in page.text
    assert 'value="12/40"' in page.text
    assert "987" not in page.text


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


def test_the_bank_asks_and_an_approval_pays(client: Client, sandbox: Running) -> None:
    session = make.session(client)
    url = make.address(session)

    asked = pay(url, card=AUTHENTICATES)
    approval = asked.headers["Location"]

    assert get(url).headers["Location"] == approval
    page = get(approval)
    assert "100.00 EUR" in page.text
    assert re.findall(r"<button[^>]*>([^<]+)</button>", page.text) == ["Approve", "Fail"]
    assert charges(sandbox) == 0

    answers = [post(approval, action="approve") for _ in range(2)]

    assert {answer.headers["Location"] for answer in answers} == {url}
    assert get(url).headers["Location"].startswith("http://testserver/done/")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert charges(sandbox) == 1


@pytest.mark.parametrize(
    ("card", "action", "message"),
    [
        (AUTHENTICATES, "fail", "Your bank did not approve the payment."),
        (REFUSED_AFTERWARDS, "approve", "Your card was declined."),
    ],
)
def test_without_the_bank_nothing_is_paid_and_another_card_may_be_tried(
    client: Client, card: str, action: str, message: str
) -> None:
    session = make.session(client)
    url = make.address(session)
    approval = pay(url, card=card).headers["Location"]

    answer = post(approval, action=action)

    assert answer.headers["Location"] == url
    assert errors(get(url))["number"].startswith(message)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert pay(url).headers["Location"].startswith("http://testserver/done/")


def test_an_approval_after_the_session_expired_takes_nothing(
    client: Client, sandbox: Running, later: Callable[[float], None]
) -> None:
    session = make.session(client)
    approval = pay(make.address(session), card=AUTHENTICATES).headers["Location"]
    later(24 * 3600)

    post(approval, action="approve")

    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
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
