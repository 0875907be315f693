from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING

import pytest
import stripe

from payments.sandbox import deliveries, signing
from payments.sandbox.background import do_due
from payments.sandbox.server import Options, serve
from tests.payments.sandbox import make
from tests.payments.sandbox.conftest import NOON
from tests.payments.sandbox.receiver import SECRET, listening

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from payments.sandbox.server import Running
    from tests.payments.sandbox.conftest import Clock
    from tests.payments.sandbox.make import Client
    from tests.payments.sandbox.receiver import Receiver

PAID = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
]
DECLINED, REFUNDED = "4000000000000002", ["refund.created", "charge.refunded"]


@pytest.fixture(autouse=True)
def _the_time_of_the_signatures(clock: Clock) -> None:
    """Let the sandbox sign with the real time, for the official check looks at the age."""
    clock.now = time.time()


def test_a_payment_is_told_in_stripes_words(
    client: Client, sandbox: Running, receiver: Receiver
) -> None:
    session = make.paid(client, client_reference_id="payment-7")
    do_due(sandbox.world)

    assert receiver.types == PAID
    event = receiver.received[-1].event()
    assert event.id.startswith("evt_")
    assert (event.object, event.livemode) == ("event", False)
    assert event.api_version == stripe.api_version
    assert event.pending_webhooks == 1
    told = event.data.object
    assert (told["object"], told["id"]) == ("checkout.session", session.id)
    assert (told["status"], told["payment_status"]) == ("complete", "paid")
    assert told["client_reference_id"] == "payment-7"


def test_a_refund_and_a_decline_are_told(
    client: Client, sandbox: Running, receiver: Receiver
) -> None:
    session = make.paid(client)
    make.paid(client, card=DECLINED)
    assert isinstance(session.payment_intent, stripe.PaymentIntent)
    client.v1.refunds.create({"payment_intent": session.payment_intent.id})
    do_due(sandbox.world)

    failed = ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    assert receiver.types == [*PAID, *failed, *REFUNDED]


def test_the_signature_is_a_keyed_hash_of_time_and_bytes() -> None:
    digest = hmac.new(b"whsec_1", b"1795521600.{}", hashlib.sha256).hexdigest()

    assert signing.header(b"{}", ["whsec_1"], at=NOON) == f"t=1795521600,v1={digest}"


def test_a_changed_byte_or_another_secret_breaks_the_signature(
    client: Client, sandbox: Running, receiver: Receiver
) -> None:
    make.paid(client)
    do_due(sandbox.world)
    delivery = receiver.received[0]

    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(delivery.payload + b" ", delivery.signature, SECRET)
    with pytest.raises(stripe.SignatureVerificationError):
        delivery.event("whsec_another")


def test_two_secrets_sign_side_by_side(receiver: Receiver, clock: Clock) -> None:
    options = Options(webhook_url=receiver.url, webhook_secrets=("whsec_new", "whsec_old"))
    with serve(options, clock=clock) as running, make.client(running.url) as client:
        make.session(client)
        make.paid(client)
        do_due(running.world)

    delivery = receiver.received[0]
    assert delivery.event("whsec_new") == delivery.event("whsec_old")


@pytest.mark.parametrize("status", [500, 400, 302])
def test_what_is_not_taken_comes_again_later(
    client: Client, receiver: Receiver, later: Callable[[float], None], status: int
) -> None:
    receiver.status = status
    make.paid(client)
    later(0)
    assert receiver.types == PAID

    receiver.status = 200
    later(0.5)
    assert len(receiver.received) == 4
    later(0.5)
    assert len(receiver.received) == 8
    later(3600)

    assert receiver.types == PAID * 2
    assert receiver.received[0].payload == receiver.received[4].payload


def test_the_pauses_grow_and_end(
    client: Client, receiver: Receiver, later: Callable[[float], None]
) -> None:
    receiver.status = 500
    client.v1.payment_intents.create({"amount": 50_00, "currency": "eur"})
    later(0)
    tries = []
    for pause in (0.9, 0.1, 1.9, 0.1, 3.9, 0.1, 7.9, 0.1):
        later(pause)
        tries.append(len(receiver.received))
    assert tries == [1, 2, 2, 3, 3, 4, 4, 5]

    for _ in range(20):
        later(7_200)

    assert len(receiver.received) == 14
    (event,) = client.v1.events.list().data
    assert event.pending_webhooks == 1


def test_nobody_listening_is_no_reason_to_stop(clock: Clock) -> None:
    with listening() as gone:
        url = gone.url
    options = Options(webhook_url=url, webhook_secrets=(SECRET,))
    with serve(options, clock=clock) as running, make.client(running.url) as client:
        make.paid(client)
        do_due(running.world)
        assert [event.pending_webhooks for event in client.v1.events.list().data] == [1] * 4


def test_what_was_owed_is_brought_after_a_restart(
    tmp_path: Path, receiver: Receiver, clock: Clock
) -> None:
    options = Options(
        state=str(tmp_path / "state.sqlite3"), webhook_url=receiver.url, webhook_secrets=(SECRET,)
    )
    with serve(options, clock=clock) as running, make.client(running.url) as client:
        deliveries.hold(running.world, held=True)
        make.paid(client)
        do_due(running.world)
        assert receiver.received == []

    with serve(options, clock=clock) as running:
        do_due(running.world)
        assert receiver.received == []
        deliveries.hold(running.world, held=False)
        do_due(running.world)

    assert receiver.types == PAID


def test_an_endpoint_gets_the_events_it_asked_for_with_its_own_secret(
    client: Client, sandbox: Running, receiver: Receiver
) -> None:
    with listening() as other:
        endpoint = client.v1.webhook_endpoints.create(
            {"url": other.url, "enabled_events": ["charge.succeeded"]}
        )
        make.paid(client)
        do_due(sandbox.world)

    assert endpoint.secret is not None
    assert [delivery.event(endpoint.secret).type for delivery in other.received] == [
        "charge.succeeded"
    ]
    assert receiver.types == PAID
    assert json.loads(other.received[0].payload)["pending_webhooks"] == 2


def test_a_removed_endpoint_gets_nothing(client: Client, sandbox: Running) -> None:
    with listening() as other:
        endpoint = client.v1.webhook_endpoints.create({"url": other.url, "enabled_events": ["*"]})
        client.v1.webhook_endpoints.delete(endpoint.id)
        make.paid(client)
        do_due(sandbox.world)

    assert other.received == []
    assert [entry.id for entry in client.v1.webhook_endpoints.list().data] == ["we_configured"]
    assert "secret" not in client.v1.webhook_endpoints.list().data[0].to_dict()


def test_an_endpoint_off_this_machine_is_refused(client: Client) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="this machine only"):
        client.v1.webhook_endpoints.create(
            {"url": "http://example.org/hook/", "enabled_events": ["*"]}
        )


def test_events_arrive_by_themselves(client: Client, receiver: Receiver) -> None:
    make.paid(client)

    deadline = time.monotonic() + 10
    while len(receiver.received) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)

    assert receiver.types == PAID
