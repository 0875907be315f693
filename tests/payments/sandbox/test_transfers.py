"""Transfers and reversals, and what they do to both balances."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import requests
import stripe

from tests.payments.sandbox.hosted import post
from tests.payments.sandbox.test_connect import DETAILS, KEY, link, opened, told_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.server import Running
    from tests.payments.sandbox.make import Client
    from tests.payments.sandbox.receiver import Receiver


@pytest.fixture
def account(client: Client, sandbox: Running) -> stripe.Account:
    """Return an account that may be paid, with 1,000.00 EUR in our balance."""
    top_up(sandbox, 1_000_00)
    made = opened(client)
    post(link(client, made), **DETAILS)
    return made


def top_up(sandbox: Running, amount: int) -> None:
    url, body = f"{sandbox.url}/_sandbox/topups", json.dumps({"amount": amount, "currency": "eur"})
    answer = requests.post(url, data=body, headers=KEY, timeout=10)
    assert answer.status_code == 200


def transfer(client: Client, account: stripe.Account, amount: int = 600_00) -> stripe.Transfer:
    return client.v1.transfers.create(
        {
            "amount": amount,
            "currency": "eur",
            "destination": account.id,
            "transfer_group": "stage-1",
            "metadata": {"weft_payment": "p"},
        }
    )


def held(client: Client, account: stripe.Account | None = None) -> dict[str, int]:
    """Return what is available to us or to an account, by currency."""
    balance = client.v1.balance.retrieve({}, {"stripe_account": account.id} if account else {})
    return {part.currency: part.amount for part in balance.available}


def test_a_transfer_moves_money_from_our_balance_to_the_accounts(
    client: Client, account: stripe.Account, receiver: Receiver, later: Callable[[float], None]
) -> None:
    made = transfer(client, account)

    assert held(client) == {"eur": 400_00}
    assert held(client, account) == {"eur": 600_00}
    line = client.v1.balance_transactions.retrieve(str(made.balance_transaction))
    assert (line.type, line.amount, line.fee, line.net, line.source) == (
        "transfer",
        -600_00,
        0,
        -600_00,
        made.id,
    )
    later(0)
    told = told_by(receiver)[-1]
    assert told["type"] == "transfer.created"
    assert "account" not in told


def test_what_an_account_holds_is_not_in_our_list(client: Client, account: stripe.Account) -> None:
    transfer(client, account)

    ours = client.v1.balance_transactions.list({})

    assert [line.type for line in ours.data] == ["transfer", "topup"]


def test_more_than_our_balance_is_refused(client: Client, account: stripe.Account) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        transfer(client, account, 1_000_01)

    assert refused.value.code == "balance_insufficient"
    assert held(client) == {"eur": 1_000_00}


def test_an_account_that_is_still_asked_for_something_receives_nothing(client: Client) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        transfer(client, opened(client))

    assert refused.value.code == "insufficient_capabilities_for_transfer"


@pytest.mark.parametrize("amount", [0, -5])
def test_nothing_cannot_be_transferred(
    client: Client, account: stripe.Account, amount: int
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="greater than or equal to 1"):
        transfer(client, account, amount)


def test_reversals_take_back_part_by_part_and_never_more(
    client: Client, account: stripe.Account, receiver: Receiver, later: Callable[[float], None]
) -> None:
    made = transfer(client, account)

    first = client.v1.transfers.reversals.create(made.id, {"amount": 100_00})
    with pytest.raises(stripe.InvalidRequestError, match="unreversed amount"):
        client.v1.transfers.reversals.create(made.id, {"amount": 500_01})
    second = client.v1.transfers.reversals.create(made.id)

    after = client.v1.transfers.retrieve(made.id)
    assert (after.amount_reversed, after.reversed) == (600_00, True)
    assert [reversal.id for reversal in after.reversals.data] == [second.id, first.id]
    assert held(client) == {"eur": 1_000_00}
    assert held(client, account) == {"eur": 0}
    listed = client.v1.transfers.reversals.list(made.id)
    assert [reversal.amount for reversal in listed.data] == [500_00, 100_00]
    with pytest.raises(stripe.InvalidRequestError, match="already fully reversed"):
        client.v1.transfers.reversals.create(made.id)
    later(0)
    assert [event["type"] for event in told_by(receiver)][-2:] == ["transfer.reversed"] * 2


def test_money_that_the_account_paid_out_is_not_taken_back(
    client: Client, account: stripe.Account
) -> None:
    made = transfer(client, account)
    client.v1.payouts.create({"amount": 1_00, "currency": "eur"}, {"stripe_account": account.id})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.transfers.reversals.create(made.id)

    assert refused.value.code == "balance_insufficient"


def test_transfers_are_found_by_group_and_destination(
    client: Client, account: stripe.Account
) -> None:
    made = transfer(client, account, 1_00)

    for asked in ({"transfer_group": "stage-1"}, {"destination": account.id}):
        found = client.v1.transfers.list(asked)  # type: ignore[arg-type]
        assert [one.id for one in found.data] == [made.id]
    assert client.v1.transfers.list({"transfer_group": "other"}).data == []


def test_the_same_key_moves_money_once(client: Client, account: stripe.Account) -> None:
    asked = {"amount": 1_00, "currency": "eur", "destination": account.id}

    made = [
        client.v1.transfers.create(asked, {"idempotency_key": "k"}).id  # type: ignore[arg-type]
        for _ in range(2)
    ]

    assert made[0] == made[1]
    assert held(client) == {"eur": 999_00}
