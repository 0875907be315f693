from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe

from tests.payments.browser import pay
from tests.payments.sandbox import make
from tests.payments.sandbox.conftest import NOON

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.server import Running
    from tests.payments.sandbox.make import Client
    from tests.payments.sandbox.receiver import Receiver


def test_a_new_session_is_open_and_says_what_was_asked(client: Client, sandbox: Running) -> None:
    session = make.session(
        client,
        client_reference_id="payment-7",
        metadata={"weft_payment": "payment-7"},
        customer_email="amina@example.org",
        locale="fr",
    )

    assert session.id.startswith("cs_test_")
    assert session.url == f"{sandbox.url}/c/pay/{session.id}"
    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert (session.amount_total, session.currency) == (100_00, "eur")
    assert (session.payment_intent, session.livemode) == (None, False)
    assert session.client_reference_id == "payment-7"
    assert session.metadata is not None
    assert session.metadata.to_dict() == {"weft_payment": "payment-7"}
    assert session.customer_email == "amina@example.org"
    assert session.expires_at == NOON + 24 * 3600
    assert client.v1.checkout.sessions.retrieve(session.id) == session


def test_line_items_add_up(client: Client) -> None:
    line = make.params()["line_items"][0]

    session = make.session(client, line_items=[line | {"quantity": 3}, line])

    lines = client.v1.checkout.sessions.line_items.list(session.id).data
    assert session.amount_total == 400_00
    assert [(item.quantity, item.amount_total) for item in lines] == [(3, 300_00), (1, 100_00)]
    assert lines[0].description == "Gift to Solar dryers for Kitui"


def test_paying_completes_the_session_with_intent_charge_and_fee(client: Client) -> None:
    data = {"metadata": {"weft_payment": "7"}, "capture_method": "automatic"}
    session = make.paid(client, payment_intent_data=data, customer_email="amina@example.org")

    intent = session.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    charge = intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    transaction = charge.balance_transaction
    assert isinstance(transaction, stripe.BalanceTransaction)
    assert (session.status, session.payment_status, session.url) == ("complete", "paid", None)
    assert session.customer_details is not None
    assert session.customer_details.email == "amina@example.org"
    assert (intent.status, intent.amount_received) == ("succeeded", 100_00)
    assert intent.metadata.to_dict() == {"weft_payment": "7"}
    assert charge.metadata.to_dict() == {"weft_payment": "7"}
    assert (charge.status, charge.paid, charge.captured) == ("succeeded", True, True)
    assert (charge.amount_captured, charge.amount_refunded) == (100_00, 0)
    assert charge.payment_method_details is not None
    assert charge.payment_method_details.card is not None
    assert charge.payment_method_details.card.last4 == "4242"
    assert (transaction.amount, transaction.fee, transaction.net) == (100_00, 175, 98_25)
    assert (transaction.type, transaction.source) == ("charge", charge.id)


def test_the_session_of_an_intent_can_be_listed(client: Client) -> None:
    make.paid(client)
    session = make.paid(client)
    assert isinstance(session.payment_intent, stripe.PaymentIntent)

    found = client.v1.checkout.sessions.list({"payment_intent": session.payment_intent.id}).data

    assert [entry.id for entry in found] == [session.id]


def test_an_expired_session_is_closed_for_good(client: Client) -> None:
    session = make.session(client)

    expired = client.v1.checkout.sessions.expire(session.id)

    assert (expired.status, expired.payment_status, expired.url) == ("expired", "unpaid", None)
    assert pay(make.address(session)).status_code == 410
    with pytest.raises(stripe.InvalidRequestError, match="status of expired"):
        client.v1.checkout.sessions.expire(session.id)
    assert client.v1.charges.list().data == []


def test_time_closes_a_session_once(
    client: Client, later: Callable[[float], None], receiver: Receiver
) -> None:
    session = make.session(client, expires_at=NOON + 1800)
    pay(make.address(session), card="4000000000000002")

    later(1799)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    later(1)

    closed = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert closed.status == "expired"
    assert isinstance(closed.payment_intent, stripe.PaymentIntent)
    assert closed.payment_intent.status == "canceled"
    assert receiver.types.count("checkout.session.expired") == 1


def test_a_paid_session_does_not_expire(
    client: Client, later: Callable[[float], None], receiver: Receiver
) -> None:
    session = make.paid(client)

    later(25 * 3600)

    assert client.v1.checkout.sessions.retrieve(session.id).status == "complete"
    with pytest.raises(stripe.InvalidRequestError, match="status of complete"):
        client.v1.checkout.sessions.expire(session.id)
    assert "checkout.session.expired" not in receiver.types


PRICE = {"currency": "eur", "unit_amount": 100_00, "product_data": {"name": "Gift"}}


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"expires_at": NOON + 1799}, "expires_at"),
        ({"expires_at": NOON + 24 * 3600 + 1}, "expires_at"),
        ({"success_url": "/done/"}, "success_url"),
        ({"cancel_url": "javascript:alert(1)"}, "cancel_url"),
        ({"customer_email": "amina"}, "customer_email"),
        ({"customer_email": ""}, "customer_email"),
        ({"client_reference_id": "x" * 201}, "client_reference_id"),
        ({"metadata": {"k" * 41: "v"}}, f"metadata[{'k' * 41}]"),
        ({"metadata": {"k": "v" * 501}}, "metadata[k]"),
        ({"metadata": {str(n): "v" for n in range(51)}}, "metadata"),
        ({"locale": "ar"}, "locale"),
        ({"mode": "subscription"}, "mode"),
        ({"ui_mode": "embedded_page"}, "ui_mode"),
        ({"allow_promotion_codes": True}, "allow_promotion_codes"),
        ({"adaptive_pricing": {"enabled": True}}, "adaptive_pricing"),
        ({"allowed_payment_method_types": ["sepa_debit"]}, "allowed_payment_method_types"),
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"payment_intent_data": {"on_behalf_of": "acct_1"}}, "payment_intent_data[on_behalf_of]"),
        ({"line_items": [{"price": "price_1", "quantity": 1}]}, "line_items[0][price]"),
        ({"line_items": [{"quantity": 1}]}, "line_items[0][price_data]"),
        (
            {"line_items": [{"price_data": PRICE | {"unit_amount": -1}}]},
            "line_items[0][price_data]",
        ),
        (
            {"line_items": [{"price_data": PRICE}, {"price_data": PRICE | {"currency": "usd"}}]},
            "line_items",
        ),
    ],
)
def test_a_session_that_breaks_a_rule_is_refused(
    client: Client, sandbox: Running, change: dict[str, Any], param: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.create(make.params(**change))

    assert (refusal.value.http_status, refusal.value.param) == (400, param)
    assert sandbox.world.store.every("checkout.session") == []


@pytest.mark.parametrize("name", ["mode", "success_url", "line_items"])
def test_a_session_needs(client: Client, name: str) -> None:
    params = make.params()
    del params[name]

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.create(params)

    assert (refusal.value.code, refusal.value.param) == ("parameter_missing", name)


def test_an_unknown_session_is_not_found(client: Client) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.retrieve("cs_test_none")

    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")
