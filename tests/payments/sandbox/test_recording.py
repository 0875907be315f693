"""The sandbox remembers what it was asked, for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
import stripe

from payments.sandbox import recording
from tests.payments.sandbox import make
from tests.payments.sandbox.conftest import NOON

if TYPE_CHECKING:
    from payments.sandbox.server import Running
    from tests.payments.sandbox.make import Client


def calls(sandbox: Running) -> list[dict[str, object]]:
    answer = requests.get(f"{sandbox.url}/_sandbox/requests", auth=(make.KEY, ""), timeout=10)
    kept: list[dict[str, object]] = answer.json()["requests"]
    return kept


def test_a_call_is_remembered_as_it_was_made(client: Client, sandbox: Running) -> None:
    client.v1.customers.create({"email": "a@example.org"}, {"idempotency_key": "k"})
    client.v1.customers.list({"limit": 3})

    created, listed = calls(sandbox)

    assert created == {
        "at": NOON,
        "verb": "POST",
        "path": "/v1/customers",
        "form": "email=a%40example.org",
        "account": "",
        "idempotency_key": "k",
        "status": 200,
    }
    assert (listed["verb"], listed["path"], listed["form"]) == ("GET", "/v1/customers", "limit=3")


def test_a_refused_call_is_remembered_too(client: Client, sandbox: Running) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.create({"amount": 1})  # type: ignore[typeddict-item]

    (refused,) = calls(sandbox)
    assert (refused["form"], refused["status"]) == ("amount=1", 400)


def test_a_key_is_not_remembered(client: Client, sandbox: Running) -> None:
    client.v1.balance.retrieve()

    with sandbox.world.store.transaction() as connection:
        rows = connection.execute("SELECT * FROM requests").fetchall()
    assert make.KEY not in repr(rows)


def test_the_oldest_calls_are_forgotten(
    client: Client, sandbox: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "MOST", 2)

    for limit in (1, 2, 3):
        client.v1.customers.list({"limit": limit})

    assert [call["form"] for call in calls(sandbox)] == ["limit=2", "limit=3"]
