from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
import stripe

from payments.sandbox import signing
from payments.sandbox.background import do_due
from tests.payments.browser import pay
from tests.payments.sandbox import make
from tests.payments.sandbox.conftest import NOON
from tests.payments.sandbox.receiver import SECRET

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.server import Running
    from tests.payments.sandbox.make import Client
    from tests.payments.sandbox.receiver import Receiver

YESTERDAY = NOON - 24 * 3600


def ask(
    sandbox: Running,
    action: str,
    body: Any,  # noqa: ANN401  Any JSON.
    *,
    key: str = make.KEY,
) -> requests.Response:
    return requests.post(
        f"{sandbox.url}/_sandbox/{action}",
        json=body,
        headers={"Authorization": f"Bearer {key}"},
        timeout=10,
    )


def registration(reference: str = "seed-1-race-07", **changes: object) -> dict[str, Any]:
    session = make.params(client_reference_id=reference)
    return {"reference": reference, "at": YESTERDAY, "session": session} | changes


def test_a_registered_payment_is_found_like_any_other(
    client: Client, sandbox: Running, receiver: Receiver
) -> None:
    made = ask(sandbox, "paid-sessions", registration()).json()
    do_due(sandbox.world)

    session = client.v1.checkout.sessions.retrieve(
        made["session"]["id"], {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    )
    assert (session.status, session.payment_status) == ("complete", "paid")
    assert (session.created, session.client_reference_id) == (YESTERDAY, "seed-1-race-07")
    assert isinstance(session.payment_intent, stripe.PaymentIntent)
    charge = session.payment_intent.latest_charge
    assert isinstance(charge, stripe.Charge)
    assert isinstance(charge.balance_transaction, stripe.BalanceTransaction)
    assert (charge.created, charge.balance_transaction.net) == (YESTERDAY, 98_25)
    assert receiver.received == []


def test_its_event_can_be_delivered_by_whoever_has_the_secret(
    client: Client, sandbox: Running
) -> None:
    made = ask(sandbox, "paid-sessions", registration()).json()
    payload = made["event"]["payload"].encode()

    signature = signing.header(payload, [SECRET], at=int(time.time()))
    event = stripe.Webhook.construct_event(payload, signature, SECRET)

    assert (event.id, event.type) == (made["event"]["id"], "checkout.session.completed")
    assert event.data.object["id"] == made["session"]["id"]
    assert client.v1.events.retrieve(event.id).type == event.type


def test_registering_again_gives_the_same_bytes_and_makes_nothing(
    client: Client, sandbox: Running
) -> None:
    first = ask(sandbox, "paid-sessions", registration())
    again = ask(sandbox, "paid-sessions", registration())
    other = ask(sandbox, "paid-sessions", registration("seed-1-race-08"))

    assert again.content == first.content
    assert other.json()["session"]["id"] != first.json()["session"]["id"]
    assert len(client.v1.charges.list().data) == 2


def test_two_sandboxes_give_the_same_names(
    sandbox: Running, receiver: Receiver, later: Callable[[float], None]
) -> None:
    first = ask(sandbox, "paid-sessions", registration()).json()
    with sandbox.world.store.transaction() as connection:
        connection.execute("DELETE FROM objects")
    later(3600)

    again = ask(sandbox, "paid-sessions", registration()).json()

    assert again == first
    assert receiver.received == []


def test_held_events_wait_and_then_arrive(
    client: Client, sandbox: Running, receiver: Receiver
) -> None:
    assert ask(sandbox, "deliveries", {"held": True}).json() == {"held": True}
    pay(make.address(make.session(client)))
    do_due(sandbox.world)
    assert receiver.received == []
    assert len(client.v1.events.list().data) == 4

    ask(sandbox, "deliveries", {"held": False})
    do_due(sandbox.world)

    assert len(receiver.received) == 4


@pytest.mark.parametrize(
    ("action", "body", "param"),
    [
        ("deliveries", {"held": "yes"}, "held"),
        ("deliveries", {}, "held"),
        ("paid-sessions", registration(reference=""), "reference"),
        ("paid-sessions", registration(at="yesterday"), "at"),
        ("paid-sessions", registration(at=True), "at"),
        ("paid-sessions", registration(session=None), "session"),
        ("paid-sessions", registration(session=make.params(colour="red")), "colour"),
        ("paid-sessions", registration(session=make.params(amount=1)), "line_items"),
        ("paid-sessions", [], None),
        ("weather", {}, None),
    ],
)
def test_a_request_that_is_not_understood_changes_nothing(
    sandbox: Running, action: str, body: object, param: str | None
) -> None:
    answer = ask(sandbox, action, body)

    assert answer.status_code == 400
    assert answer.json()["error"].get("param") == param
    assert sandbox.world.store.every("checkout.session") == []


def test_a_control_request_needs_a_key(sandbox: Running) -> None:
    assert ask(sandbox, "deliveries", {"held": True}, key="pk_test_1").status_code == 401
    assert json.loads(ask(sandbox, "deliveries", {"held": False}).content) == {"held": False}
