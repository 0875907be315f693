from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
import stripe

from tests.payments.browser import SUCCEEDS
from tests.payments.sandbox import make

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.server import Running
    from tests.payments.sandbox.make import Client
    from tests.payments.sandbox.receiver import Receiver

PENDS, FAILS = "4000000000007726", "4000000000005126"


def charged(client: Client, *, card: str = SUCCEEDS) -> stripe.Charge:
    intent = make.paid(client, card=card).payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert isinstance(intent.latest_charge, stripe.Charge)
    return intent.latest_charge


def test_two_parts_and_the_rest_make_the_whole(client: Client) -> None:
    charge = charged(client)

    parts = [
        client.v1.refunds.create({"charge": charge.id, "amount": 30_00}),
        client.v1.refunds.create({"charge": charge.id, "amount": 20_01}),
    ]
    partly = client.v1.charges.retrieve(charge.id)
    assert (partly.amount_refunded, partly.refunded) == (50_01, False)
    rest = client.v1.refunds.create({"charge": charge.id, "reason": "requested_by_customer"})

    wholly = client.v1.charges.retrieve(charge.id, {"expand": ["refunds"]})
    assert (wholly.amount_refunded, wholly.refunded) == (100_00, True)
    assert (rest.amount, rest.status, rest.reason) == (49_99, "succeeded", "requested_by_customer")
    ids = [rest.id, parts[1].id, parts[0].id]
    assert wholly.refunds is not None
    assert [refund.id for refund in wholly.refunds.data] == ids
    assert [refund.id for refund in client.v1.refunds.list({"charge": charge.id}).data] == ids
    assert client.v1.refunds.retrieve(rest.id) == rest


def test_a_refund_costs_the_amount_and_gives_no_fee_back(client: Client) -> None:
    charge = charged(client)

    refund = client.v1.refunds.create({"charge": charge.id, "amount": 30_00})

    assert isinstance(refund.balance_transaction, str)
    transaction = client.v1.balance_transactions.retrieve(refund.balance_transaction)
    assert (transaction.type, transaction.amount) == ("refund", -30_00)
    assert (transaction.fee, transaction.net, transaction.source) == (0, -30_00, refund.id)


def test_an_intent_can_be_refunded(client: Client) -> None:
    charge = charged(client)
    assert isinstance(charge.payment_intent, str)

    refund = client.v1.refunds.create(
        {"payment_intent": charge.payment_intent, "metadata": {"reason": "change of mind"}}
    )

    assert (refund.charge, refund.amount) == (charge.id, 100_00)
    assert refund.metadata is not None
    assert refund.metadata.to_dict() == {"reason": "change of mind"}
    found = client.v1.refunds.list({"payment_intent": charge.payment_intent}).data
    assert [entry.id for entry in found] == [refund.id]


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (70_01, "amount_too_large"),
        (0, "parameter_invalid_integer"),
        (-1, "parameter_invalid_integer"),
    ],
)
def test_no_more_than_was_taken_is_given_back(
    client: Client, sandbox: Running, amount: int, code: str
) -> None:
    charge = charged(client)
    client.v1.refunds.create({"charge": charge.id, "amount": 30_00})

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"charge": charge.id, "amount": amount})

    assert (refusal.value.http_status, refusal.value.code) == (400, code)
    assert client.v1.charges.retrieve(charge.id).amount_refunded == 30_00
    assert len(sandbox.world.store.every("refund")) == 1


def test_what_was_given_back_is_not_given_back_again(client: Client) -> None:
    charge = charged(client)
    client.v1.refunds.create({"charge": charge.id})

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"charge": charge.id, "amount": 1})

    assert refusal.value.code == "charge_already_refunded"


def test_of_a_partly_captured_hold_only_the_captured_part_is_given_back(client: Client) -> None:
    held = client.v1.payment_intents.create(
        {
            "amount": 50_00,
            "currency": "eur",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "capture_method": "manual",
        }
    )
    with pytest.raises(stripe.InvalidRequestError, match="has not been captured"):
        client.v1.refunds.create({"payment_intent": held.id})
    client.v1.payment_intents.capture(held.id, {"amount_to_capture": 30_00})

    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        client.v1.refunds.create({"payment_intent": held.id, "amount": 30_01})
    refund = client.v1.refunds.create({"payment_intent": held.id})

    assert refund.amount == 30_00


def test_a_refund_may_pend(
    client: Client, later: Callable[[float], None], receiver: Receiver
) -> None:
    refund = client.v1.refunds.create({"charge": charged(client, card=PENDS).id})
    assert refund.status == "pending"

    later(5)

    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert receiver.types[-1] == "refund.updated"


def test_a_refund_may_fail_later_and_the_money_is_back(
    client: Client, later: Callable[[float], None], receiver: Receiver
) -> None:
    charge = charged(client, card=FAILS)
    refund = client.v1.refunds.create({"charge": charge.id, "amount": 40_00})
    assert refund.status == "succeeded"
    assert client.v1.charges.retrieve(charge.id).amount_refunded == 40_00

    later(5)

    failed = client.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "unknown")
    assert isinstance(failed.failure_balance_transaction, str)
    returned = client.v1.balance_transactions.retrieve(failed.failure_balance_transaction)
    assert (returned.type, returned.amount) == ("refund_failure", 40_00)
    assert client.v1.charges.retrieve(charge.id).amount_refunded == 0
    assert receiver.types[-2:] == ["refund.failed", "charge.refund.updated"]
    assert client.v1.refunds.create({"charge": charge.id}).amount == 100_00


@pytest.mark.parametrize(
    "params", [{}, {"charge": "ch_1", "payment_intent": "pi_1"}, {"reason": "duplicate"}]
)
def test_a_refund_names_one_charge_or_one_intent(client: Client, params: dict[str, str]) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="payment_intent or charge"):
        client.v1.refunds.create(params)  # type: ignore[arg-type]


def test_an_intent_without_a_charge_has_nothing_to_refund(client: Client) -> None:
    empty = client.v1.payment_intents.create({"amount": 50_00, "currency": "eur"})

    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        client.v1.refunds.create({"payment_intent": empty.id})


@pytest.mark.parametrize("name", ["charge", "payment_intent"])
def test_an_unknown_charge_is_not_found(client: Client, name: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({name: "ch_none"})  # type: ignore[arg-type]

    assert (refusal.value.http_status, refusal.value.param) == (404, name)


def test_only_the_metadata_of_a_refund_can_be_changed(client: Client) -> None:
    refund = client.v1.refunds.create(
        {"charge": charged(client).id, "metadata": {"kept": "1", "dropped": "2"}}
    )

    changed = client.v1.refunds.update(refund.id, {"metadata": {"dropped": "", "new": "3"}})

    assert changed.metadata is not None
    assert changed.metadata.to_dict() == {"kept": "1", "new": "3"}
    assert (changed.amount, changed.status) == (100_00, "succeeded")


@pytest.mark.parametrize("card", [SUCCEEDS, PENDS])
def test_a_refund_to_a_card_cannot_be_cancelled(client: Client, card: str) -> None:
    refund = client.v1.refunds.create({"charge": charged(client, card=card).id})

    with pytest.raises(stripe.InvalidRequestError, match="requires_action"):
        client.v1.refunds.cancel(refund.id)

    assert client.v1.refunds.retrieve(refund.id) == refund


@pytest.mark.parametrize(
    ("card", "outcome", "status"),
    [
        (PENDS, "succeeded", "succeeded"),
        (PENDS, "failed", "failed"),
        (SUCCEEDS, "failed", "failed"),
        (SUCCEEDS, "succeeded", None),
        (SUCCEEDS, "lost", None),
    ],
)
def test_a_refund_ends_as_a_control_request_says(
    client: Client, sandbox: Running, card: str, outcome: str, status: str | None
) -> None:
    refund = client.v1.refunds.create({"charge": charged(client, card=card).id})

    answer = requests.post(
        f"{sandbox.url}/_sandbox/refunds",
        json={"refund": refund.id, "outcome": outcome},
        auth=(make.KEY, ""),
        timeout=10,
    )

    assert answer.status_code == (200 if status else 400)
    assert client.v1.refunds.retrieve(refund.id).status == (status or refund.status)
