from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stripe

from tests.payments.sandbox import make

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.server import Running
    from tests.payments.sandbox.make import Client
    from tests.payments.sandbox.receiver import Receiver

PROCESSED_FIRST, PROCESSED_THEN_FAILS = "4000000000001000", "4000000000001018"
TAKES_CARD = {"amount": 50_00, "currency": "eur", "payment_method": "pm_card_visa"}


def confirmed(client: Client, **given: object) -> stripe.PaymentIntent:
    return client.v1.payment_intents.create(TAKES_CARD | {"confirm": True} | given)  # type: ignore[arg-type]


def charge_of(client: Client, intent: stripe.PaymentIntent) -> stripe.Charge:
    assert isinstance(intent.latest_charge, str)
    return client.v1.charges.retrieve(intent.latest_charge)


def test_an_intent_goes_from_empty_to_succeeded(client: Client) -> None:
    empty = client.v1.payment_intents.create({"amount": 50_00, "currency": "eur"})
    assert (empty.status, empty.latest_charge) == ("requires_payment_method", None)

    done = client.v1.payment_intents.confirm(empty.id, {"payment_method": "pm_card_visa"})

    assert (done.status, done.amount_received) == ("succeeded", 50_00)
    assert client.v1.payment_intents.retrieve(empty.id) == done
    assert [intent.id for intent in client.v1.payment_intents.list().data] == [empty.id]


def test_an_intent_may_name_its_card_first(client: Client) -> None:
    waiting = client.v1.payment_intents.create(TAKES_CARD)  # type: ignore[arg-type]
    assert waiting.status == "requires_confirmation"

    assert client.v1.payment_intents.confirm(waiting.id).status == "succeeded"


def test_an_intent_without_a_card_cannot_be_confirmed(client: Client) -> None:
    empty = client.v1.payment_intents.create({"amount": 50_00, "currency": "eur"})

    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        client.v1.payment_intents.confirm(empty.id)


def test_an_unknown_card_is_not_found(client: Client) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        confirmed(client, payment_method="pm_of_nobody")

    assert (refusal.value.http_status, refusal.value.param) == (404, "payment_method")
    assert client.v1.payment_intents.list().data == []


@pytest.mark.parametrize(
    ("token", "decline_code"),
    [
        ("pm_card_chargeDeclined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
    ],
)
def test_a_declined_attempt_stays_on_record(client: Client, token: str, decline_code: str) -> None:
    with pytest.raises(stripe.CardError) as refusal:
        confirmed(client, payment_method=token)

    assert (refusal.value.http_status, refusal.value.code) == (402, "card_declined")
    assert refusal.value.error is not None
    assert refusal.value.error.decline_code == decline_code
    (intent,) = client.v1.payment_intents.list().data
    (charge,) = client.v1.charges.list({"payment_intent": intent.id}).data
    assert (intent.status, intent.amount_received) == ("requires_payment_method", 0)
    assert (charge.status, charge.paid, charge.balance_transaction) == ("failed", False, None)
    assert charge.outcome is not None
    assert charge.outcome.reason == decline_code


def test_a_hold_is_captured_in_part_and_the_rest_released(client: Client) -> None:
    held = confirmed(client, capture_method="manual")
    assert (held.status, held.amount_capturable) == ("requires_capture", 50_00)
    assert charge_of(client, held).captured is False

    done = client.v1.payment_intents.capture(held.id, {"amount_to_capture": 30_00})

    charge = charge_of(client, done)
    assert (done.status, done.amount_received, done.amount_capturable) == ("succeeded", 30_00, 0)
    assert (charge.amount_captured, charge.amount_refunded, charge.refunded) == (
        30_00,
        20_00,
        False,
    )
    assert isinstance(charge.balance_transaction, str)
    transaction = client.v1.balance_transactions.retrieve(charge.balance_transaction)
    assert (transaction.amount, transaction.fee, transaction.net) == (30_00, 70, 29_30)


@pytest.mark.parametrize("amount", [0, 50_01])
def test_no_more_than_the_hold_can_be_captured(client: Client, amount: int) -> None:
    held = confirmed(client, capture_method="manual")

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.capture(held.id, {"amount_to_capture": amount})

    assert refusal.value.param == "amount_to_capture"
    assert client.v1.payment_intents.retrieve(held.id).status == "requires_capture"


def test_a_cancelled_hold_gives_everything_back(client: Client) -> None:
    held = confirmed(client, capture_method="manual")

    given_up = client.v1.payment_intents.cancel(held.id, {"cancellation_reason": "abandoned"})

    charge = charge_of(client, given_up)
    assert (given_up.status, given_up.cancellation_reason) == ("canceled", "abandoned")
    assert (charge.amount_captured, charge.refunded) == (0, True)
    assert client.v1.balance_transactions.list().data == []


@pytest.mark.parametrize("action", ["confirm", "capture", "cancel"])
def test_what_is_done_stays_done(client: Client, action: str) -> None:
    done = confirmed(client)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        getattr(client.v1.payment_intents, action)(done.id)

    assert refusal.value.code == "payment_intent_unexpected_state"
    assert client.v1.payment_intents.retrieve(done.id) == done


def test_a_bank_that_takes_its_time_pays_in_the_end(
    client: Client, later: Callable[[float], None], receiver: Receiver
) -> None:
    waiting = make.paid(client, card=PROCESSED_FIRST)
    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    assert isinstance(waiting.payment_intent, stripe.PaymentIntent)
    assert waiting.payment_intent.status == "processing"

    later(5)

    settled = client.v1.checkout.sessions.retrieve(waiting.id, {"expand": ["payment_intent"]})
    assert isinstance(settled.payment_intent, stripe.PaymentIntent)
    assert (settled.payment_status, settled.payment_intent.status) == ("paid", "succeeded")
    assert charge_of(client, settled.payment_intent).balance_transaction is not None
    assert receiver.types.count("checkout.session.async_payment_succeeded") == 1


def test_a_bank_that_takes_its_time_may_refuse_in_the_end(
    client: Client, later: Callable[[float], None], receiver: Receiver
) -> None:
    waiting = make.paid(client, card=PROCESSED_THEN_FAILS)

    later(5)

    failed = client.v1.checkout.sessions.retrieve(waiting.id, {"expand": ["payment_intent"]})
    assert isinstance(failed.payment_intent, stripe.PaymentIntent)
    assert (failed.status, failed.payment_status) == ("complete", "unpaid")
    assert failed.payment_intent.status == "requires_payment_method"
    assert "checkout.session.async_payment_failed" in receiver.types
    assert client.v1.balance_transactions.list().data == []


def test_an_automatic_capture_is_counted_a_moment_later(
    client: Client, later: Callable[[float], None], receiver: Receiver
) -> None:
    done = confirmed(client)
    assert done.capture_method == "automatic_async"
    assert charge_of(client, done).balance_transaction is None

    later(1)

    transaction = charge_of(client, done).balance_transaction
    assert isinstance(transaction, str)
    assert client.v1.balance_transactions.retrieve(transaction).fee == 100
    assert receiver.types[-1] == "charge.updated"


def test_the_money_is_available_after_two_days(
    client: Client, later: Callable[[float], None]
) -> None:
    confirmed(client, capture_method="automatic")
    assert [entry.status for entry in client.v1.balance_transactions.list().data] == ["pending"]

    later(2 * 24 * 3600)

    assert [entry.status for entry in client.v1.balance_transactions.list().data] == ["available"]


@pytest.mark.parametrize(
    "given",
    [
        {"off_session": True},
        {"setup_future_usage": "off_session"},
        {"allowed_payment_method_types": ["sepa_debit"]},
    ],
)
def test_what_the_sandbox_would_ignore_it_refuses(
    client: Client, sandbox: Running, given: dict[str, Any]
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="The sandbox"):
        confirmed(client, **given)

    assert sandbox.world.store.every("payment_intent") == []
