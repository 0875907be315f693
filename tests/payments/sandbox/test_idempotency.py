from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import requests
import stripe

from payments.sandbox import idempotency
from payments.sandbox.calls import Call
from tests.payments.sandbox import make

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.server import Running
    from tests.payments.sandbox.make import Client

DAY = 24 * 3600
INTENT = {"amount": 50_00, "currency": "eur"}
DECLINED = INTENT | {"payment_method": "pm_card_chargeDeclined", "confirm": True}


def intent(client: Client, params: Any, key: str = "k") -> stripe.PaymentIntent:  # noqa: ANN401
    return client.v1.payment_intents.create(params, {"idempotency_key": key})


def post(sandbox: Running, **data: object) -> requests.Response:
    headers = {"Authorization": f"Bearer {make.KEY}", "Idempotency-Key": "k"}
    url = f"{sandbox.url}/v1/payment_intents"
    return requests.post(url, headers=headers, data=data, timeout=10)


def test_the_same_call_again_gets_the_first_answer(client: Client, sandbox: Running) -> None:
    first = post(sandbox, **INTENT)
    again = post(sandbox, **INTENT)

    assert again.content == first.content
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Original-Request"] == first.headers["Request-Id"]
    assert again.headers["Request-Id"] != first.headers["Request-Id"]
    assert len(client.v1.payment_intents.list().data) == 1


def test_a_refusal_is_replayed_too(client: Client, sandbox: Running) -> None:
    refusals = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as refusal:
            intent(client, DECLINED)
        refusals.append(refusal.value)

    assert refusals[0].json_body == refusals[1].json_body
    assert len(sandbox.world.store.every("charge")) == 1


def test_a_broken_rule_is_replayed_even_when_it_would_hold_now(client: Client) -> None:
    empty = client.v1.payment_intents.create(INTENT)  # type: ignore[arg-type]
    refund = partial(
        client.v1.refunds.create, {"payment_intent": empty.id}, {"idempotency_key": "k"}
    )
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        refund()
    client.v1.payment_intents.confirm(empty.id, {"payment_method": "pm_card_visa"})

    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        refund()


def test_a_call_outside_the_contract_uses_no_key(client: Client) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        intent(client, INTENT | {"colour": "red"})

    assert intent(client, INTENT).amount == 50_00


def test_other_parameters_with_the_same_key_are_refused(client: Client) -> None:
    first = intent(client, INTENT)

    with pytest.raises(stripe.IdempotencyError, match="same parameters") as refusal:
        intent(client, INTENT | {"amount": 50_01})

    assert refusal.value.http_status == 400
    assert [found.id for found in client.v1.payment_intents.list().data] == [first.id]


def test_the_order_of_parameters_does_not_matter(sandbox: Running) -> None:
    first = post(sandbox, amount=50_00, currency="eur")

    assert post(sandbox, currency="eur", amount=50_00).content == first.content


def test_another_address_with_the_same_key_is_refused(client: Client) -> None:
    first = intent(client, INTENT)

    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.v1.payment_intents.cancel(first.id, {}, {"idempotency_key": "k"})

    assert client.v1.payment_intents.retrieve(first.id).status == "requires_payment_method"


def test_a_key_dies_after_a_day(client: Client, later: Callable[[float], None]) -> None:
    first = intent(client, INTENT)

    later(DAY - 1)
    assert intent(client, INTENT).id == first.id
    later(1)

    assert intent(client, INTENT).id != first.id


def test_a_key_in_use_is_refused_and_not_served(client: Client, sandbox: Running) -> None:
    call = Call("POST", "/v1/payment_intents", (), dict(INTENT))
    claimed = idempotency.claim(sandbox.world, "k", call)

    with pytest.raises(stripe.APIError) as refusal:  # Not an answer: ask again.
        intent(client, INTENT)

    assert isinstance(claimed, idempotency.Claim)
    assert refusal.value.http_status == 409
    assert refusal.value.error is not None
    assert refusal.value.error.code == "idempotency_key_in_use"
    assert client.v1.payment_intents.list().data == []

    idempotency.release_unanswered(sandbox.world)
    assert intent(client, INTENT).amount == 50_00


def test_sixteen_calls_at_once_make_one_object(client: Client, sandbox: Running) -> None:
    with ThreadPoolExecutor(max_workers=16) as callers:
        answers = list(callers.map(lambda _: post(sandbox, **INTENT), range(16)))

    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len({answer.content for answer in answers if answer.status_code == 200}) == 1
    assert len(client.v1.payment_intents.list().data) == 1


def test_without_a_key_each_call_makes_its_own_object(client: Client) -> None:
    made = [client.v1.payment_intents.create(INTENT).id for _ in range(3)]  # type: ignore[arg-type]

    assert len(set(made)) == 3


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_has_up_to_255_characters(sandbox: Running, key: str) -> None:
    headers = {"Authorization": f"Bearer {make.KEY}", "Idempotency-Key": key}

    answer = requests.post(
        f"{sandbox.url}/v1/payment_intents", headers=headers, data=INTENT, timeout=10
    )

    assert answer.status_code == 400
    assert sandbox.world.store.every("payment_intent") == []
