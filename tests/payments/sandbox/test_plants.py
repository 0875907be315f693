"""Faults on demand: each makes exactly one thing wrong, as the API shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
import stripe

from tests.make import reconciliation as make_reconciliation
from tests.payments.sandbox import make

if TYPE_CHECKING:
    from payments.sandbox.server import Running
    from tests.payments.sandbox.make import Client

plant = make_reconciliation.plant


def charges(client: Client) -> list[Any]:
    return client.v1.charges.list({"expand": ["data.balance_transaction"]}).data


def test_a_stranger_pays(client: Client, sandbox: Running) -> None:
    made = plant(sandbox, "unknown_charge")

    (charge,) = charges(client)
    assert (charge.id, charge.amount_captured, charge.currency) == (made, 42_00, "eur")
    assert charge.metadata.to_dict() == {}
    assert (charge.balance_transaction.amount, charge.balance_transaction.fee) == (42_00, 88)


def test_a_charge_is_forgotten_with_what_it_moved(client: Client, sandbox: Running) -> None:
    make.paid(client)
    (charge,) = charges(client)

    assert plant(sandbox, "missing_charge") == charge.id

    assert charges(client) == []
    assert client.v1.balance_transactions.list().data == []
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.charges.retrieve(charge.id)
    assert refusal.value.code == "resource_missing"


def test_one_unit_more_is_kept(client: Client, sandbox: Running) -> None:
    make.paid(client)

    charge = plant(sandbox, "fee_off_by_one")

    (line,) = client.v1.balance_transactions.list().data
    assert (line.source, line.amount, line.fee, line.net) == (charge, 100_00, 1_76, 98_24)
    assert [detail.amount for detail in line.fee_details] == [1_76]


def test_the_currency_is_another_one_with_the_same_digits(client: Client, sandbox: Running) -> None:
    make.paid(client)

    plant(sandbox, "currency_swapped")

    (charge,) = charges(client)
    assert (charge.currency, charge.amount_captured) == ("usd", 100_00)
    assert charge.balance_transaction.currency == "usd"


def test_a_payout_leaves_a_second_time(client: Client, sandbox: Running) -> None:
    make_reconciliation.control(sandbox, "topups", amount=500_00, currency="eur")
    first = client.v1.payouts.create(
        {"amount": 200_00, "currency": "eur", "metadata": {"weft_payment": "payout-1"}}
    )

    again = plant(sandbox, "payout_twice")

    found = client.v1.payouts.list().data
    assert [payout.id for payout in found] == [again, first.id]
    assert {payout.amount for payout in found} == {200_00}
    assert all(payout.metadata and payout.metadata["weft_payment"] for payout in found)
    lines = client.v1.balance_transactions.list({"type": "payout"}).data
    assert [(line.source, line.amount) for line in lines] == [(again, -200_00), (first.id, -200_00)]


def test_the_object_to_plant_on_may_be_named(client: Client, sandbox: Running) -> None:
    for _ in range(2):
        make.paid(client)
    newest, oldest = charges(client)

    assert plant(sandbox, "fee_off_by_one", object=oldest.id) == oldest.id

    assert [charge.balance_transaction.fee for charge in charges(client)] == [1_75, 1_76]
    assert newest.id != oldest.id


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "fault"),
        ({"fault": "flood"}, "fault"),
        ({"fault": "missing_charge"}, "object"),
        ({"fault": "missing_charge", "object": "ch_none"}, "object"),
        ({"fault": "missing_charge", "object": 7}, "object"),
        ({"fault": "payout_twice"}, "object"),
        ({"fault": "unknown_charge", "object": "ch_1"}, "object"),
    ],
)
def test_what_cannot_be_planted_is_refused(
    sandbox: Running,
    body: Any,  # noqa: ANN401  Any JSON.
    param: str,
) -> None:
    answer = requests.post(
        f"{sandbox.url}/_sandbox/plant",
        json=body,
        headers={"Authorization": "Bearer sk_test_1"},
        timeout=10,
    )

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert sandbox.world.store.every("charge") == []


def test_sources_of_every_kind_are_expanded_and_unknown_ones_left_as_they_are(
    client: Client, sandbox: Running
) -> None:
    charge = plant(sandbox, "unknown_charge")
    refund = client.v1.refunds.create({"charge": charge, "amount": 1_00})
    dispute = make_reconciliation.control(sandbox, "disputes", charge=charge)["id"]
    topup = make_reconciliation.control(sandbox, "topups", amount=500_00, currency="eur")["id"]
    payout = client.v1.payouts.create({"amount": 2_00, "currency": "eur"})

    lines = client.v1.balance_transactions.list({"expand": ["data.source"]}).data

    sources = [getattr(line.source, "id", line.source) for line in lines]
    kinds = [getattr(line.source, "object", "") for line in lines]
    assert sources == [payout.id, topup, dispute, refund.id, charge]
    assert kinds == ["payout", "", "dispute", "refund", "charge"]


def test_disputes_are_listed_by_charge_and_time(client: Client, sandbox: Running) -> None:
    charge = plant(sandbox, "unknown_charge")
    key = make_reconciliation.control(sandbox, "disputes", charge=charge)["id"]
    listing = client.v1.disputes.list

    assert [found.id for found in listing().data] == [key]
    assert [found.id for found in listing({"charge": charge}).data] == [key]
    assert listing({"charge": "ch_none"}).data == []
    (found,) = listing().data
    assert listing({"created": {"gt": found.created}}).data == []
    assert client.v1.disputes.retrieve(key).balance_transactions[0].amount == -42_00
