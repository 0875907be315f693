"""Payouts to banks: on their way, paid, refused by test numbers, sent back afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
import stripe

from tests.payments.sandbox.hosted import post
from tests.payments.sandbox.test_connect import DETAILS, KEY, link, opened, told_by
from tests.payments.sandbox.test_shapes import is_optional
from tests.payments.sandbox.test_transfers import held, top_up, transfer

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.server import Running
    from tests.payments.sandbox.make import Client
    from tests.payments.sandbox.receiver import Receiver


def holding(client: Client, sandbox: Running, number: str = "000123456789") -> stripe.Account:
    """Return an account that holds 600.00 EUR and pays out to a number."""
    top_up(sandbox, 600_00)
    account = opened(client)
    post(link(client, account), **(DETAILS | {"account_number": number}))
    transfer(client, account)
    return account


def paying(client: Client, account: stripe.Account, amount: int = 600_00) -> stripe.Payout:
    return client.v1.payouts.create(
        {"amount": amount, "currency": "eur"}, {"stripe_account": account.id}
    )


def again(client: Client, account: stripe.Account, payout: stripe.Payout) -> stripe.Payout:
    return client.v1.payouts.retrieve(payout.id, {}, {"stripe_account": account.id})


@pytest.mark.parametrize("number", ["000123456789", "DE89370400440532013000"])
def test_a_payout_is_under_way_and_then_paid(
    client: Client,
    sandbox: Running,
    receiver: Receiver,
    later: Callable[[float], None],
    number: str,
) -> None:
    account = holding(client, sandbox, number)
    payout = paying(client, account)
    seen = [payout.status]

    for _ in range(2):
        later(5)
        seen.append(again(client, account, payout).status)

    assert seen == ["pending", "in_transit", "paid"]
    assert held(client, account) == {"eur": 0}
    told = [event for event in told_by(receiver) if event["type"].startswith("payout.")]
    assert [event["type"] for event in told] == ["payout.created", "payout.updated", "payout.paid"]
    assert {event["account"] for event in told} == {account.id}


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("000111111116", "no_account"),
        ("000111111113", "account_closed"),
        ("000222222227", "insufficient_funds"),
        ("000333333335", "debit_not_authorized"),
        ("000444444440", "invalid_currency"),
        ("DE62370400440532013001", "no_account"),
    ],
)
def test_the_test_numbers_fail_as_documented(
    client: Client, sandbox: Running, later: Callable[[float], None], number: str, code: str
) -> None:
    account = holding(client, sandbox, number)
    payout = paying(client, account)
    later(5)
    later(5)

    failed = again(client, account, payout)

    assert (failed.status, failed.failure_code) == ("failed", code)
    assert failed.failure_balance_transaction is not None
    assert held(client, account) == {"eur": 600_00}
    after = client.v1.accounts.retrieve(account.id)
    assert after.payouts_enabled is False
    assert after.requirements is not None
    assert after.requirements.currently_due == ["external_account"]
    with pytest.raises(stripe.InvalidRequestError, match="not enabled"):
        paying(client, account)


def test_a_bank_sends_back_what_was_paid(
    client: Client, sandbox: Running, receiver: Receiver, later: Callable[[float], None]
) -> None:
    account = holding(client, sandbox)
    payout = paying(client, account)
    assert refuse(sandbox, payout).status_code == 400
    later(5)
    later(5)

    assert refuse(sandbox, payout).status_code == 200

    returned = again(client, account, payout)
    assert (returned.status, returned.failure_code) == ("failed", "account_closed")
    assert held(client, account) == {"eur": 600_00}
    later(0)
    names = [event["type"] for event in told_by(receiver)]
    assert names[-2:] == ["payout.failed", "account.updated"]
    assert refuse(sandbox, payout).status_code == 400


def refuse(sandbox: Running, payout: stripe.Payout) -> requests.Response:
    body = {"payout": payout.id, "failure_code": "account_closed"}
    return requests.post(f"{sandbox.url}/_sandbox/payouts", json=body, headers=KEY, timeout=10)


def test_a_payout_is_cancelled_until_it_is_on_its_way(
    client: Client, sandbox: Running, later: Callable[[float], None]
) -> None:
    account = holding(client, sandbox)
    early, late = paying(client, account, 100_00), paying(client, account, 200_00)

    cancelled = client.v1.payouts.cancel(early.id, {}, {"stripe_account": account.id})

    assert cancelled.status == "canceled"
    assert held(client, account) == {"eur": 400_00}
    later(5)
    with pytest.raises(stripe.InvalidRequestError, match="no longer be canceled"):
        client.v1.payouts.cancel(late.id, {}, {"stripe_account": account.id})


def test_an_account_sees_its_own_payouts_only(client: Client, sandbox: Running) -> None:
    account = holding(client, sandbox)
    payout = paying(client, account)
    top_up(sandbox, 50_00)
    ours = client.v1.payouts.create({"amount": 50_00, "currency": "eur"})

    assert [one.id for one in client.v1.payouts.list({}).data] == [ours.id]
    theirs = client.v1.payouts.list({}, {"stripe_account": account.id})
    assert [one.id for one in theirs.data] == [payout.id]
    with pytest.raises(stripe.InvalidRequestError, match="No such payout"):
        client.v1.payouts.retrieve(payout.id)
    with pytest.raises(stripe.InvalidRequestError, match="No such payout"):
        client.v1.payouts.cancel(payout.id)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"amount": 600_01, "currency": "eur"}, "balance_insufficient"),
        ({"amount": 1_00, "currency": "usd"}, "payouts_not_allowed"),
        ({"amount": 0, "currency": "eur"}, "parameter_invalid_integer"),
    ],
)
def test_a_payout_that_cannot_be_is_refused(
    client: Client,
    sandbox: Running,
    asked: Any,  # noqa: ANN401  As the API takes it.
    code: str,
) -> None:
    account = holding(client, sandbox)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payouts.create(asked, {"stripe_account": account.id})

    assert refused.value.code == code
    assert held(client, account) == {"eur": 600_00}


def test_the_same_key_of_two_accounts_is_two_keys(client: Client, sandbox: Running) -> None:
    accounts = [holding(client, sandbox), holding(client, sandbox)]

    made = {
        client.v1.payouts.create(
            {"amount": 1_00, "currency": "eur"},
            {"stripe_account": account.id, "idempotency_key": "k"},
        ).id
        for account in accounts
    }

    assert len(made) == 2


@pytest.fixture
def objects(client: Client, sandbox: Running) -> list[dict[str, Any]]:
    """Make every kind of object of Connect and return them as the API shows them."""
    account = holding(client, sandbox)
    moved = transfer_of(client)
    paying(client, account, 1_00)
    client.v1.transfers.reversals.create(moved, {"amount": 1_00})
    stored = [record.document for kind in CLASSES for record in sandbox.world.store.every(kind)]
    balance = client.v1.balance.retrieve().to_dict()
    return [
        *stored,
        balance,
        *client.v1.accounts.retrieve(account.id).to_dict()["external_accounts"]["data"],
    ]


def transfer_of(client: Client) -> str:
    return client.v1.transfers.list({}).data[0].id


CLASSES: dict[str, type[stripe.StripeObject]] = {
    "account": stripe.Account,
    "transfer": stripe.Transfer,
    "transfer_reversal": stripe.TransferReversal,
    "payout": stripe.Payout,
}
PARTS = {"balance": stripe.Balance, "bank_account": stripe.BankAccount}


def test_every_field_is_declared_and_every_declared_one_is_there(
    objects: list[dict[str, Any]],
) -> None:
    assert {shown["object"] for shown in objects} == {*CLASSES, *PARTS}
    for shown in objects:
        declared = (CLASSES | PARTS)[shown["object"]].__annotations__
        needed = {name for name, what in declared.items() if not is_optional(what)}
        empty = {name for name, value in shown.items() if value is None}

        assert shown.keys() <= declared.keys(), shown["object"]
        assert needed - {"OBJECT_NAME"} <= shown.keys(), shown["object"]
        assert not empty & needed, shown["object"]
        assert not shown.get("livemode")
