"""On the hosted page a card is mistyped, declined, or asked about by its bank."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.payments.browser import pay
from tests.payments.sandbox import make
from tests.payments.sandbox.hosted import VALID, charges, errors, get, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.server import Running
    from tests.payments.sandbox.make import Client


AUTHENTICATES, REFUSED_AFTERWARDS = "4000002500003155", "4000008400001629"


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
