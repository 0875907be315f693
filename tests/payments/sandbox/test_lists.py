from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
import stripe

from tests.payments.sandbox import make
from tests.payments.sandbox.conftest import NOON

if TYPE_CHECKING:
    from stripe.params import EventListParams as Filters
    from stripe.params import PaymentIntentListParamsCreated as Created

    from payments.sandbox.server import Running
    from tests.payments.sandbox.conftest import Clock
    from tests.payments.sandbox.make import Client


def intents(client: Client, clock: Clock, count: int) -> list[str]:
    """Open intents a minute apart and return their ids, newest first."""
    made = []
    for _ in range(count):
        made.append(client.v1.payment_intents.create({"amount": 50_00, "currency": "eur"}).id)
        clock.now += 60
    return made[::-1]


def ids(found: Any) -> list[str]:  # noqa: ANN401
    return [entry.id for entry in found.data]


def test_a_list_is_newest_first_and_ten_long(client: Client, clock: Clock) -> None:
    made = intents(client, clock, 12)

    page = client.v1.payment_intents.list()

    assert ids(page) == made[:10]
    assert (page.has_more, page.url) == (True, "/v1/payment_intents")


def test_a_list_can_be_turned_forth_and_back(client: Client, clock: Clock) -> None:
    made = intents(client, clock, 5)
    listing = client.v1.payment_intents.list

    assert ids(listing({"limit": 2, "starting_after": made[1]})) == made[2:4]
    assert ids(listing({"limit": 2, "ending_before": made[3]})) == made[1:3]
    assert listing({"limit": 2, "starting_after": made[2]}).has_more is False
    assert [entry.id for entry in listing({"limit": 2}).auto_paging_iter()] == made


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        ({"gte": NOON + 60}, [0, 1]),
        ({"gt": NOON + 60}, [0]),
        ({"lt": NOON + 60}, [2]),
        ({"lte": NOON + 60, "gt": NOON}, [1]),
        (NOON, [2]),
    ],
)
def test_a_list_is_filtered_by_time(
    client: Client, clock: Clock, created: Created | int, expected: list[int]
) -> None:
    made = intents(client, clock, 3)

    found = client.v1.payment_intents.list({"created": created})

    assert ids(found) == [made[place] for place in expected]


@pytest.mark.parametrize(
    ("filters", "types"),
    [
        ({"type": "charge.succeeded"}, ["charge.succeeded"]),
        ({"type": "payment_intent.*"}, ["payment_intent.succeeded", "payment_intent.created"]),
        (
            {"types": ["charge.succeeded", "checkout.session.completed"]},
            ["checkout.session.completed", "charge.succeeded"],
        ),
        ({"created": {"gt": NOON}}, []),
    ],
)
def test_events_are_listed_by_type(client: Client, filters: Filters, types: list[str]) -> None:
    make.paid(client)

    found = client.v1.events.list(filters).data

    assert [event.type for event in found] == types
    assert all(client.v1.events.retrieve(event.id).type == event.type for event in found)


def test_an_event_keeps_the_object_as_it_was(client: Client) -> None:
    session = make.paid(client)
    assert isinstance(session.payment_intent, stripe.PaymentIntent)
    client.v1.refunds.create({"payment_intent": session.payment_intent.id, "amount": 1_00})
    client.v1.refunds.create({"payment_intent": session.payment_intent.id, "amount": 2_00})

    found = client.v1.events.list({"type": "charge.refunded"}).data

    assert [event.data.object["amount_refunded"] for event in found] == [3_00, 1_00]


def test_an_event_names_the_call_that_caused_it(client: Client) -> None:
    options = stripe.RequestOptions(idempotency_key="key-7")
    intent = client.v1.payment_intents.create({"amount": 50_00, "currency": "eur"}, options)

    (event,) = client.v1.events.list().data

    assert event.request is not None
    assert event.request.idempotency_key == "key-7"
    assert intent.last_response is not None
    assert event.request.id == intent.last_response.request_id


@pytest.mark.parametrize("limit", [0, 101, -1])
def test_a_page_has_from_1_to_100_entries(client: Client, limit: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.charges.list({"limit": limit})

    assert refusal.value.param == "limit"


def test_a_page_after_an_unknown_object_is_refused(client: Client) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.charges.list({"starting_after": "ch_none"})

    assert refusal.value.param == "starting_after"


def test_lists_are_expanded_inside(client: Client) -> None:
    make.paid(client)

    (charge,) = client.v1.charges.list(
        {"expand": ["data.balance_transaction", "data.payment_intent"]}
    ).data
    (transaction,) = client.v1.balance_transactions.list({"expand": ["data.source"]}).data

    assert isinstance(charge.balance_transaction, stripe.BalanceTransaction)
    assert isinstance(charge.payment_intent, stripe.PaymentIntent)
    assert isinstance(transaction.source, stripe.Charge)


def test_a_field_that_is_empty_stays_empty(client: Client) -> None:
    session = make.session(client)

    found = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge", "customer", "line_items"]}
    )

    assert (found.payment_intent, found.customer) == (None, None)
    assert found.line_items is not None
    assert found.line_items.data[0].amount_total == 100_00


@pytest.mark.parametrize("path", ["colour", "currency", "data.charge", "a.b.c.d.e"])
def test_what_cannot_be_expanded_is_refused(client: Client, path: str) -> None:
    session = make.session(client)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.retrieve(session.id, {"expand": [path]})

    assert (refusal.value.http_status, refusal.value.param) == (400, "expand")


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("Bearer sk_test_1", 200),
        ("Basic c2tfdGVzdF8xOg==", 200),
        ("", 401),
        ("Bearer ", 401),
        ("Bearer sk_live_1", 401),
        ("Bearer pk_test_1", 401),
        ("Basic c2tfbGl2ZV8xOg==", 401),
        ("Basic ***", 401),
    ],
)
def test_only_a_secret_test_key_opens(sandbox: Running, authorization: str, status: int) -> None:
    answer = requests.get(
        f"{sandbox.url}/v1/charges", headers={"Authorization": authorization}, timeout=10
    )

    assert answer.status_code == status
    assert answer.headers["Request-Id"].startswith("req_")


def test_the_version_is_told_back(sandbox: Running) -> None:
    headers = {"Authorization": "Bearer sk_test_1", "Stripe-Version": "2026-10-28.endive"}

    answer = requests.get(f"{sandbox.url}/v1/charges", headers=headers, timeout=10)

    assert answer.headers["Stripe-Version"] == "2026-10-28.endive"
    assert answer.json() == {
        "object": "list",
        "data": [],
        "has_more": False,
        "url": "/v1/charges",
    }


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/v1/gifts", "Unrecognized request URL (GET: /v1/gifts)."),
        ("/v1/coupons", "The sandbox does not offer GET /v1/coupons."),
    ],
)
def test_what_is_not_there_is_told_in_stripes_form(
    sandbox: Running, path: str, message: str
) -> None:
    headers = {"Authorization": "Bearer sk_test_1"}

    answer = requests.get(sandbox.url + path, headers=headers, timeout=10)

    assert answer.status_code == 400
    assert answer.json() == {"error": {"type": "invalid_request_error", "message": message}}


def test_a_connected_account_that_does_not_exist_is_refused(client: Client) -> None:
    with pytest.raises(stripe.PermissionError, match="account 'acct_1'"):
        client.v1.charges.list({}, {"stripe_account": "acct_1"})


def test_a_body_over_one_megabyte_is_refused(sandbox: Running) -> None:
    answer = requests.post(f"{sandbox.url}/v1/refunds", data=b"x" * (1024 * 1024 + 1), timeout=10)

    assert answer.status_code == 413
