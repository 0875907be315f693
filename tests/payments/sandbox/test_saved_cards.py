"""A card is saved on the hosted page and charged later, its owner being away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from tests.payments.browser import pay
from tests.payments.sandbox import make
from tests.payments.sandbox.hosted import charges, errors, get, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.server import Running
    from tests.payments.sandbox.make import Client
    from tests.payments.sandbox.receiver import Receiver

UNLESS_SET_UP, ALWAYS, ALREADY_SET_UP = "4000002500003155", "4000002760003184", "4000003800000446"
NO_FUNDS_AFTERWARDS, FAILS_WHEN_CHARGED = "4000008260003178", "4000000000000341"


def test_a_page_that_saves_a_card_says_that_nothing_is_taken(client: Client) -> None:
    session = make.setup(client)

    page = get(make.address(session))

    assert (session.mode, session.payment_status) == ("setup", "no_payment_required")
    assert (session.amount_total, session.payment_intent) == (None, None)
    assert "Your card is saved. Nothing is taken now." in page.text
    assert 'class="amount"' not in page.text
    buttons = re.findall(r"<button[^>]*>([^<]+)</button>", page.text)
    assert buttons == ["Save card", "Close the window"]


def test_a_page_that_saves_a_card_says_what_its_owner_agrees_to(client: Client) -> None:
    terms = "Charged 100.00 EUR <at most> if the campaign reaches its goal."

    page = get(make.address(make.setup(client, custom_text={"submit": {"message": terms}})))

    assert "Charged 100.00 EUR &lt;at most&gt; if the campaign reaches its goal." in page.text
    assert "Nothing is taken now." in page.text


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"line_items": make.params()["line_items"]}, "line_items"),
        ({"payment_intent_data": {"capture_method": "manual"}}, "payment_intent_data"),
        ({"customer": "cus_of_nobody"}, "customer"),
        ({"setup_intent_data": {"on_behalf_of": "acct_1"}}, "setup_intent_data[on_behalf_of]"),
        ({"custom_text": {"submit": {"message": "x" * 1201}}}, "custom_text[submit][message]"),
        ({"custom_text": {"after_submit": {"message": "x"}}}, "custom_text[after_submit]"),
        ({"currency": "xxx"}, "currency"),
    ],
)
def test_a_page_that_saves_a_card_and_breaks_a_rule_is_refused(
    client: Client, sandbox: Running, change: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        make.setup(client, **change)

    assert refusal.value.param == param
    assert sandbox.world.store.every("checkout.session") == []
    assert sandbox.world.store.every("setup_intent") == []


def test_a_saved_card_is_a_new_customers_and_nothing_is_charged(
    client: Client, sandbox: Running, later: Callable[[float], None], receiver: Receiver
) -> None:
    session = make.setup(client)

    answer = pay(make.address(session))
    later(0)

    assert answer.headers["Location"] == "http://testserver/saved/"
    done = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["setup_intent.payment_method", "customer"]}
    )
    setup, customer = done.setup_intent, done.customer
    assert isinstance(setup, stripe.SetupIntent)
    assert isinstance(customer, stripe.Customer)
    assert isinstance(setup.payment_method, stripe.PaymentMethod)
    assert (done.status, setup.status, setup.usage) == ("complete", "succeeded", "off_session")
    assert setup.metadata is not None
    assert setup.metadata.to_dict() == {"weft_payment": "mandate-7"}
    assert customer.email == "amina@example.org"
    assert setup.customer == setup.payment_method.customer == customer.id
    assert setup.payment_method.card is not None
    assert (setup.payment_method.card.brand, setup.payment_method.card.last4) == ("visa", "4242")
    assert charges(sandbox) == 0
    assert receiver.types == [
        "setup_intent.created",
        "customer.created",
        "payment_method.attached",
        "setup_intent.succeeded",
        "checkout.session.completed",
    ]


def test_a_card_that_is_declined_when_saved_leaves_the_page_open(client: Client) -> None:
    session = make.setup(client)
    url = make.address(session)

    declined = pay(url, card="4000000000000002")

    assert declined.status_code == 402
    assert errors(declined)["number"].startswith("Your card was declined.")
    assert errors(get(url)) == errors(declined)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert pay(url).status_code == 303
    assert len(client.v1.customers.list().data) == 1


def test_the_bank_is_asked_before_a_card_is_saved(client: Client) -> None:
    session = make.setup(client)
    url = make.address(session)
    approval = pay(url, card=UNLESS_SET_UP).headers["Location"]

    page = get(approval)
    assert "Nothing is taken." in page.text
    assert post(approval, action="fail").headers["Location"] == url
    assert errors(get(url))["number"] == "Your bank did not approve. Try again."

    approval = pay(url, card=UNLESS_SET_UP).headers["Location"]
    post(approval, action="approve")
    assert client.v1.checkout.sessions.retrieve(session.id).status == "complete"


def test_a_page_that_saves_a_card_ends_with_its_time(
    client: Client, later: Callable[[float], None], receiver: Receiver
) -> None:
    session = make.setup(client)

    later(24 * 3600)

    closed = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]})
    assert isinstance(closed.setup_intent, stripe.SetupIntent)
    assert (closed.status, closed.setup_intent.status) == ("expired", "canceled")
    assert pay(make.address(session)).status_code == 410
    assert receiver.types.count("setup_intent.canceled") == 1


@pytest.mark.parametrize("card", ["4242424242424242", UNLESS_SET_UP, ALREADY_SET_UP])
def test_a_saved_card_is_charged_while_its_owner_is_away(client: Client, card: str) -> None:
    setup = make.saved(client, card=card)

    intent = make.charge_saved(client, setup)

    assert (intent.status, intent.amount_received) == ("succeeded", 50_00)
    assert (intent.customer, intent.payment_method) == (setup.customer, setup.payment_method)
    assert isinstance(intent.latest_charge, str)
    assert client.v1.charges.retrieve(intent.latest_charge).customer == setup.customer


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        (FAILS_WHEN_CHARGED, "card_declined", "generic_decline"),
        (NO_FUNDS_AFTERWARDS, "card_declined", "insufficient_funds"),
        (ALWAYS, "authentication_required", "authentication_required"),
    ],
)
def test_a_saved_card_may_be_refused_when_it_is_charged(
    client: Client, card: str, code: str, decline_code: str
) -> None:
    setup = make.saved(client, card=card)

    with pytest.raises(stripe.CardError) as refusal:
        make.charge_saved(client, setup)

    assert (refusal.value.http_status, refusal.value.code) == (402, code)
    (intent,) = client.v1.payment_intents.list({"customer": str(setup.customer)}).data
    assert (intent.status, intent.amount_received) == ("requires_payment_method", 0)
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.decline_code == decline_code


def test_a_card_that_was_attached_without_the_bank_wants_its_owner(client: Client) -> None:
    customer = client.v1.customers.create({"email": "amina@example.org"})
    token = "pm_card_authenticationRequiredOnSetup"
    method = client.v1.payment_methods.attach(token, {"customer": customer.id})

    with pytest.raises(stripe.CardError) as refusal:
        client.v1.payment_intents.create(
            {
                "amount": 50_00,
                "currency": "eur",
                "customer": customer.id,
                "payment_method": method.id,
                "confirm": True,
                "off_session": True,
            }
        )

    assert refusal.value.code == "authentication_required"


@pytest.mark.parametrize(
    ("action", "outcome"),
    [("approve", ("succeeded", "succeeded")), ("fail", ("requires_payment_method", "failed"))],
)
def test_the_owner_of_a_saved_card_answers_the_bank_on_a_page(
    client: Client,
    receiver: Receiver,
    later: Callable[[float], None],
    action: str,
    outcome: tuple[str, str],
) -> None:
    setup = make.saved(client, card=ALWAYS)
    with pytest.raises(stripe.CardError):
        make.charge_saved(client, setup)
    (refused,) = client.v1.payment_intents.list().data

    asked = client.v1.payment_intents.confirm(
        refused.id,
        {"payment_method": str(setup.payment_method), "return_url": "http://testserver/back/"},
    )
    assert asked.status == "requires_action"
    assert asked.next_action is not None
    assert asked.next_action.redirect_to_url is not None
    url = asked.next_action.redirect_to_url.url
    assert url is not None
    assert "50.00 EUR" in get(url).text
    answers = [post(url, action=action) for _ in range(2)]
    later(0)

    status, redirect = outcome
    assert client.v1.payment_intents.retrieve(refused.id).status == status
    for answer in answers:
        assert answer.headers["Location"].startswith("http://testserver/back/?payment_intent=pi_")
        assert answer.headers["Location"].endswith(f"&redirect_status={redirect}")
    assert receiver.types.count("payment_intent.requires_action") == 1


def test_the_card_of_another_customer_is_not_charged(client: Client, sandbox: Running) -> None:
    first, second = make.saved(client), make.saved(client)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        make.charge_saved(client, first, customer=second.customer)

    assert refusal.value.param == "payment_method"
    assert charges(sandbox) == 0


def test_a_detached_card_is_never_charged_again(client: Client, sandbox: Running) -> None:
    setup = make.saved(client)
    key = str(setup.payment_method)

    assert client.v1.payment_methods.detach(key).customer is None

    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        make.charge_saved(client, setup)
    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        client.v1.payment_methods.attach(key, {"customer": str(setup.customer)})
    with pytest.raises(stripe.InvalidRequestError, match="not attached"):
        client.v1.payment_methods.detach(key)
    assert charges(sandbox) == 0


def test_a_setup_can_be_made_and_given_up_without_a_page(client: Client) -> None:
    customer = client.v1.customers.create({"email": "amina@example.org"})
    setup = client.v1.setup_intents.create({"customer": customer.id, "usage": "off_session"})
    done = client.v1.setup_intents.confirm(setup.id, {"payment_method": "pm_card_visa"})
    other = client.v1.setup_intents.create({"customer": customer.id})

    assert (done.status, client.v1.setup_intents.cancel(other.id).status) == (
        "succeeded",
        "canceled",
    )
    (method,) = client.v1.payment_methods.list({"customer": customer.id}).data
    assert method.id == done.payment_method
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.setup_intents.cancel(setup.id)
    assert refusal.value.code == "setup_intent_unexpected_state"


def test_a_hold_lapses_after_seven_days(
    client: Client, later: Callable[[float], None], receiver: Receiver
) -> None:
    setup = make.saved(client)
    held = make.charge_saved(client, setup, capture_method="manual")
    later(7 * 24 * 3600 - 1)
    assert client.v1.payment_intents.retrieve(held.id).status == "requires_capture"

    later(1)

    lapsed = client.v1.payment_intents.retrieve(held.id, {"expand": ["latest_charge"]})
    assert isinstance(lapsed.latest_charge, stripe.Charge)
    assert (lapsed.status, lapsed.amount_capturable) == ("canceled", 0)
    assert (lapsed.latest_charge.captured, lapsed.latest_charge.refunded) == (False, True)
    assert receiver.types[-2:] == ["charge.expired", "payment_intent.canceled"]
