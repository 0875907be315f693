"""Every fault that can be asked for, and that it goes away again."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
import stripe

from payments.sandbox.background import do_due
from payments.sandbox.server import Options, serve
from tests.payments.browser import pay
from tests.payments.sandbox import make
from tests.payments.sandbox.conftest import NOON

if TYPE_CHECKING:
    from pathlib import Path

    from payments.sandbox.server import Running
    from tests.payments.sandbox.make import Client
    from tests.payments.sandbox.receiver import Receiver

INTENT: Any = {"amount": 50_00, "currency": "eur"}
PAID = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
]
DAY = 24 * 3600


def control(
    sandbox: Running,
    what: str,
    *,
    method: str = "POST",
    **body: Any,  # noqa: ANN401
) -> requests.Response:
    return requests.request(
        method, f"{sandbox.url}/_sandbox/{what}", json=body, auth=(make.KEY, ""), timeout=10
    )


def fault(sandbox: Running, kind: str, **more: Any) -> None:  # noqa: ANN401
    answer = control(sandbox, "faults", fault=kind, **more)
    assert answer.status_code == 200, answer.text


def planted(sandbox: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = control(sandbox, "faults", method="GET").json()["faults"]
    return found


def test_the_next_calls_are_slow(client: Client, sandbox: Running) -> None:
    fault(sandbox, "latency", seconds=0.4, next=2)

    took = []
    for _ in range(3):
        began = time.monotonic()
        client.v1.balance.retrieve()
        took.append(time.monotonic() - began)

    assert min(took[:2]) >= 0.4
    assert took[2] < 0.4
    assert planted(sandbox) == []


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (409, stripe.APIError, "lock_timeout"),
        (429, stripe.RateLimitError, "rate_limit"),
        (500, stripe.APIError, None),
    ],
)
def test_the_next_calls_are_refused_and_not_served(
    client: Client, sandbox: Running, status: int, error: type[stripe.StripeError], code: str | None
) -> None:
    fault(sandbox, "fail", status=status, next=2)

    for _ in range(2):
        with pytest.raises(error) as refusal:
            client.v1.payment_intents.create(INTENT, {"idempotency_key": "k"})
        assert refusal.value.http_status == status
        said: Any = refusal.value.json_body
        assert said["error"].get("code") == code
    assert sandbox.world.store.every("payment_intent") == []

    made = client.v1.payment_intents.create(INTENT, {"idempotency_key": "k"})
    assert [one.id for one in sandbox.world.store.every("payment_intent")] == [made.id]


@pytest.mark.promise("M6")
@pytest.mark.parametrize("length", [0, 1, 100, 700])
def test_a_call_whose_answer_breaks_off_has_been_served_once(
    client: Client, sandbox: Running, length: int
) -> None:
    fault(sandbox, "cut", bytes=length, path="/v1/payment_intents")
    client.v1.balance.retrieve()  # Of another path: unharmed.

    with pytest.raises((stripe.APIConnectionError, stripe.APIError)):
        client.v1.payment_intents.create(INTENT, {"idempotency_key": "k"})
    (made,) = sandbox.world.store.every("payment_intent")

    assert client.v1.payment_intents.create(INTENT, {"idempotency_key": "k"}).id == made.id
    assert len(sandbox.world.store.every("payment_intent")) == 1


def test_a_fault_may_be_of_one_verb_and_path_only(client: Client, sandbox: Running) -> None:
    fault(sandbox, "fail", status=500, verb="POST", path="/v1/customers")

    client.v1.customers.list()
    client.v1.payment_intents.create(INTENT)
    with pytest.raises(stripe.APIError):
        client.v1.customers.create()


def test_a_card_that_pays_at_once_can_be_made_to_take_its_time(
    client: Client, sandbox: Running
) -> None:
    fault(sandbox, "settle_later", seconds=3 * DAY)

    session = make.paid(client)
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    control(sandbox, "clock", forward=3 * DAY - 1)
    do_due(sandbox.world)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"

    control(sandbox, "clock", forward=1)
    do_due(sandbox.world)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert make.paid(client).payment_status == "paid"


def test_an_event_can_be_lost_for_good(
    client: Client, sandbox: Running, receiver: Receiver
) -> None:
    held(sandbox)
    fault(sandbox, "drop", next=3)
    make.paid(client)
    released(sandbox)
    control(sandbox, "clock", forward=30 * DAY)
    do_due(sandbox.world)

    assert receiver.types == ["checkout.session.completed"]
    assert [event.type for event in client.v1.events.list().data] == PAID[::-1]


def test_an_event_can_come_several_times(
    client: Client, sandbox: Running, receiver: Receiver
) -> None:
    held(sandbox)
    fault(sandbox, "duplicate", copies=2, next=2)
    make.paid(client)
    released(sandbox)

    assert receiver.types == [*[PAID[0]] * 3, *[PAID[1]] * 3, *PAID[2:]]


def test_events_can_come_backwards(client: Client, sandbox: Running, receiver: Receiver) -> None:
    held(sandbox)
    fault(sandbox, "reorder", next=4)
    make.paid(client)
    released(sandbox)

    assert receiver.types == PAID[::-1]


def test_a_seed_shuffles_events_the_same_way_every_time(
    client: Client, sandbox: Running, receiver: Receiver
) -> None:
    for _ in range(2):
        held(sandbox)
        fault(sandbox, "reorder", next=4, seed=7)
        make.paid(client)
        released(sandbox)

    assert receiver.types[:4] == receiver.types[4:]
    assert sorted(receiver.types[:4]) == sorted(PAID)
    assert receiver.types[:4] != PAID


def test_events_to_be_reordered_wait_for_each_other(
    client: Client, sandbox: Running, receiver: Receiver
) -> None:
    fault(sandbox, "reorder", next=5)
    make.paid(client)
    do_due(sandbox.world)
    assert receiver.types == []

    client.v1.payment_intents.create(INTENT)
    do_due(sandbox.world)
    assert receiver.types == ["payment_intent.created", *PAID[::-1]]


def test_the_clock_goes_forward_and_what_is_due_is_done(client: Client, sandbox: Running) -> None:
    session = make.session(client, expires_at=NOON + 31 * 60)

    assert control(sandbox, "clock", forward=31 * 60).json() == {"now": NOON + 31 * 60}
    do_due(sandbox.world)

    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert client.v1.payment_intents.create(INTENT).created == NOON + 31 * 60


@pytest.mark.promise("M6")
def test_a_key_dies_after_a_day_of_the_sandboxs_clock(client: Client, sandbox: Running) -> None:
    def made() -> str:
        return client.v1.payment_intents.create(INTENT, {"idempotency_key": "k"}).id

    first = made()
    control(sandbox, "clock", forward=DAY - 1)
    assert made() == first

    control(sandbox, "clock", forward=1)
    assert made() != first


def test_webhooks_are_signed_with_the_time_that_everybody_has(
    client: Client, sandbox: Running, receiver: Receiver
) -> None:
    control(sandbox, "clock", forward=DAY)
    make.paid(client)
    do_due(sandbox.world)

    assert {one.signature.partition(",")[0] for one in receiver.received} == {f"t={NOON}"}


def test_a_restart_sets_no_clock_back_and_forgets_no_fault(tmp_path: Path) -> None:
    state = str(tmp_path / "sandbox.sqlite3")
    with serve(Options(state=state), clock=lambda: NOON) as sandbox:
        control(sandbox, "clock", forward=DAY)
        fault(sandbox, "drop")

    with serve(Options(state=state), clock=lambda: NOON) as sandbox:
        assert sandbox.world.now() == NOON + DAY
        assert planted(sandbox) == [{"fault": "drop", "next": 1}]


def test_faults_can_be_looked_at_and_taken_away(client: Client, sandbox: Running) -> None:
    fault(sandbox, "fail", status=500, next=3)
    fault(sandbox, "duplicate", copies=2)
    assert planted(sandbox) == [
        {"fault": "fail", "next": 3, "status": 500},
        {"fault": "duplicate", "next": 1, "copies": 2},
    ]

    assert control(sandbox, "faults", method="DELETE").json() == {"faults": []}

    assert planted(sandbox) == []
    client.v1.balance.retrieve()


@pytest.mark.parametrize(
    ("what", "body", "param"),
    [
        ("faults", {}, "fault"),
        ("faults", {"fault": "earthquake"}, "fault"),
        ("faults", {"fault": ["drop"]}, "fault"),
        ("faults", {"fault": "drop", "next": 0}, "next"),
        ("faults", {"fault": "drop", "next": True}, "next"),
        ("faults", {"fault": "drop", "next": 10_001}, "next"),
        ("faults", {"fault": "fail"}, "status"),
        ("faults", {"fault": "fail", "status": 418}, "status"),
        ("faults", {"fault": "cut", "bytes": -1}, "bytes"),
        ("faults", {"fault": "latency", "seconds": 1e9}, "seconds"),
        ("faults", {"fault": "settle_later", "seconds": 1.5}, "seconds"),
        ("faults", {"fault": "drop", "path": "/v1/"}, "path"),
        ("clock", {}, "forward"),
        ("clock", {"forward": -1}, "forward"),
        ("clock", {"forward": 1.5}, "forward"),
        ("clock", {"forward": 10**12}, "forward"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(
    sandbox: Running, what: str, body: dict[str, Any], param: str
) -> None:
    answer = control(sandbox, what, **body)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert planted(sandbox) == []


def test_pages_meet_no_fault_of_the_calls(client: Client, sandbox: Running) -> None:
    session = make.session(client)
    fault(sandbox, "fail", status=500)

    assert pay(make.address(session)).status_code == 303
    assert len(planted(sandbox)) == 1


def held(sandbox: Running) -> None:
    assert control(sandbox, "deliveries", held=True).status_code == 200


def released(sandbox: Running) -> None:
    """Let all that was held go at once."""
    assert control(sandbox, "deliveries", held=False).status_code == 200
    do_due(sandbox.world)
