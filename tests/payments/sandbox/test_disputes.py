from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
import stripe

from tests.payments.sandbox import make
from tests.payments.sandbox.test_refunds import charged

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.server import Running
    from payments.sandbox.store import Record
    from tests.payments.sandbox.make import Client
    from tests.payments.sandbox.receiver import Receiver

DISPUTED, NOT_RECEIVED, INQUIRED = "4000000000000259", "4000000000002685", "4000000000001976"
OPENED = ["charge.dispute.created", "charge.dispute.funds_withdrawn"]


def control(sandbox: Running, what: str = "disputes", **body: Any) -> requests.Response:  # noqa: ANN401
    return requests.post(
        f"{sandbox.url}/_sandbox/{what}", json=body, auth=(make.KEY, ""), timeout=10
    )


def opened(client: Client, sandbox: Running, **more: Any) -> stripe.Dispute:  # noqa: ANN401
    answer = control(sandbox, charge=charged(client).id, **more)
    assert answer.status_code == 200, answer.text
    return client.v1.disputes.retrieve(answer.json()["id"])


def kinds(sandbox: Running) -> list[str]:
    events: list[Record] = sandbox.world.store.every("event")
    return [event.document["type"] for event in events if "dispute" in event.document["type"]]


@pytest.mark.parametrize(
    ("card", "reason"), [(DISPUTED, "fraudulent"), (NOT_RECEIVED, "product_not_received")]
)
def test_a_charge_of_a_certain_card_succeeds_and_is_disputed(
    client: Client,
    later: Callable[[float], None],
    receiver: Receiver,
    card: str,
    reason: str,
) -> None:
    charge = charged(client, card=card)
    assert (charge.status, charge.disputed) == ("succeeded", False)

    later(5)

    (dispute,) = client.v1.disputes.list({"charge": charge.id}).data
    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", reason, 100_00)
    assert client.v1.charges.retrieve(charge.id).disputed
    assert receiver.types[-2:] == OPENED


def test_a_dispute_takes_the_amount_and_costs_a_fee(client: Client, sandbox: Running) -> None:
    dispute = opened(client, sandbox)

    (withdrawn,) = dispute.balance_transactions
    assert (withdrawn.type, withdrawn.reporting_category) == ("adjustment", "dispute")
    assert (withdrawn.amount, withdrawn.fee, withdrawn.net) == (-100_00, 20_00, -120_00)
    line = client.v1.balance_transactions.retrieve(withdrawn.id, {"expand": ["source"]})
    assert isinstance(line.source, stripe.Dispute)
    assert line.source.id == dispute.id


def test_a_dispute_that_is_won_gives_the_amount_back_and_keeps_the_fee(
    client: Client, sandbox: Running
) -> None:
    dispute = opened(client, sandbox)

    assert control(sandbox, dispute=dispute.id, outcome="won").status_code == 200

    won = client.v1.disputes.retrieve(dispute.id)
    assert won.status == "won"
    assert [(line.amount, line.fee) for line in won.balance_transactions] == [
        (-100_00, 20_00),
        (100_00, 0),
    ]
    assert won.balance_transactions[1].reporting_category == "dispute_reversal"
    ended = ["charge.dispute.closed", "charge.dispute.funds_reinstated"]
    assert kinds(sandbox) == [*OPENED, *ended]


def test_a_dispute_that_is_lost_moves_nothing_more(client: Client, sandbox: Running) -> None:
    dispute = opened(client, sandbox)

    control(sandbox, dispute=dispute.id, outcome="lost")

    lost = client.v1.disputes.retrieve(dispute.id)
    assert (lost.status, len(lost.balance_transactions)) == ("lost", 1)
    assert kinds(sandbox) == [*OPENED, "charge.dispute.closed"]


@pytest.mark.parametrize(
    ("text", "status"),
    [("winning_evidence", "won"), ("losing_evidence", "lost"), ("A letter.", "under_review")],
)
def test_evidence_decides_or_is_looked_at(
    client: Client, sandbox: Running, text: str, status: str
) -> None:
    dispute = opened(client, sandbox)

    client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": text}})

    found = client.v1.disputes.retrieve(dispute.id)
    assert (found.status, found.evidence_details.submission_count) == (status, 1)
    assert kinds(sandbox)[2] == "charge.dispute.updated"


def test_evidence_may_be_staged_and_submitted_later(client: Client, sandbox: Running) -> None:
    dispute = opened(client, sandbox)

    staged = client.v1.disputes.update(
        dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": False}
    )

    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    assert staged.evidence_details.submission_count == 0


def test_a_dispute_that_is_given_up_is_lost(client: Client, sandbox: Running) -> None:
    dispute = opened(client, sandbox)

    assert client.v1.disputes.close(dispute.id).status == "lost"
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        client.v1.disputes.close(dispute.id)


def test_what_a_bank_has_taken_back_cannot_be_refunded(client: Client, sandbox: Running) -> None:
    dispute = opened(client, sandbox)
    charge = str(dispute.charge)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"charge": charge})
    assert refusal.value.code == "charge_disputed"

    control(sandbox, dispute=dispute.id, outcome="won")

    assert client.v1.refunds.create({"charge": charge}).amount == 100_00


def test_an_inquiry_moves_no_money_and_leaves_the_charge_refundable(
    client: Client, later: Callable[[float], None]
) -> None:
    charge = charged(client, card=INQUIRED)

    later(5)

    (inquiry,) = client.v1.disputes.list({"charge": charge.id}).data
    assert (inquiry.status, inquiry.balance_transactions) == ("warning_needs_response", [])
    assert inquiry.is_charge_refundable
    assert client.v1.refunds.create({"charge": charge.id}).amount == 100_00


def test_a_bank_may_take_back_what_was_refunded_before(client: Client, sandbox: Running) -> None:
    charge = charged(client)
    client.v1.refunds.create({"charge": charge.id, "amount": 60_00})

    dispute = control(sandbox, charge=charge.id, reason="credit_not_processed").json()

    assert (dispute["amount"], dispute["reason"]) == (100_00, "credit_not_processed")


@pytest.mark.parametrize(
    "body",
    [
        {"charge": "ch_none"},
        {"charge": None, "amount": 100_01},
        {"charge": None, "amount": 0},
        {"charge": None, "amount": "10"},
        {"dispute": "dp_none", "outcome": "won"},
        {"dispute": None, "outcome": "drawn"},
    ],
)
def test_a_control_request_that_makes_no_sense_changes_nothing(
    client: Client, sandbox: Running, body: dict[str, Any]
) -> None:
    charge = charged(client)
    if "charge" in body:
        body = body | {"charge": body["charge"] or charge.id}
    else:
        dispute = control(sandbox, charge=charge.id).json()
        body = body | {"dispute": body["dispute"] or dispute["id"]}
    before = kinds(sandbox)

    assert control(sandbox, **body).status_code in {400, 404}
    assert kinds(sandbox) == before


def test_a_charge_is_taken_back_once(client: Client, sandbox: Running) -> None:
    dispute = opened(client, sandbox)

    assert control(sandbox, charge=dispute.charge).status_code == 400
    assert len(sandbox.world.store.every("dispute")) == 1
