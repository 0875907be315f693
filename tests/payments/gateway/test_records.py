"""What Stripe has on record, in our words: each thing once, whole, and with the sign it had."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from payments.gateway.base import ProviderUnavailable
from payments.gateway.records import ProviderRecord, RecordKind, UnreadableRecord
from payments.gateway.stripe.client import client
from payments.gateway.stripe.records import StripeRecords
from payments.money import Money
from payments.sandbox import refunds
from payments.sandbox.store import Record
from tests.make import reconciliation as make
from tests.payments.line import nobody

if TYPE_CHECKING:
    import stripe

    from payments.gateway.records import ProviderRecords
    from payments.sandbox.server import Running

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


@pytest.fixture
def records(sandbox: Running) -> ProviderRecords:
    return StripeRecords(client(api_key="sk_test_sandbox", api_base=sandbox.url))


@pytest.fixture
def api(sandbox: Running) -> stripe.StripeClient:
    return client(api_key="sk_test_sandbox", api_base=sandbox.url)


def told(sandbox: Running, since: datetime = BEGINNING) -> dict[str, tuple[RecordKind, int, int]]:
    """Return kind, amount and fee of each record by key, from a reader that knows nothing yet."""
    reader = StripeRecords(client(api_key="sk_test_sandbox", api_base=sandbox.url))
    found = list(reader.since(since))
    assert len({one.key for one in found}) == len(found)
    return {
        one.key: (one.kind, one.amount.minor, one.fee.minor)
        for one in found
        if isinstance(one, ProviderRecord)
    }


def test_a_charge_is_told_with_its_fee(sandbox: Running, records: ProviderRecords) -> None:
    key = make.plant(sandbox, "unknown_charge")

    (found,) = records.since(BEGINNING)

    assert isinstance(found, ProviderRecord)
    assert (found.kind, found.key, found.charge_key) == (RecordKind.CHARGE, key, key)
    assert (found.amount, found.fee, found.our_key) == (euros(42_00), euros(88), "")
    assert abs(found.created_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert records.find(RecordKind.CHARGE, key) == found


def test_what_was_given_back_and_failed_comes_to_nothing(
    sandbox: Running, api: stripe.StripeClient
) -> None:
    intent = api.v1.payment_intents.create(
        {
            "amount": 50_00,
            "currency": "eur",
            "capture_method": "automatic",
            "payment_method": "pm_card_refundFail",
        }
    )
    charge = str(api.v1.payment_intents.confirm(intent.id).latest_charge)
    refund = api.v1.refunds.create(
        {"charge": charge, "amount": 20_00, "metadata": {"weft_payment": "refund-1"}}
    )
    assert told(sandbox)[refund.id] == (RecordKind.REFUND, -20_00, 0)

    refunds.fail(sandbox.world, sandbox.world.store.get("refund", refund.id))

    assert told(sandbox)[refund.id] == (RecordKind.REFUND, 0, 0)


def test_a_dispute_takes_and_gives_back_but_keeps_its_fee(sandbox: Running) -> None:
    charge = make.plant(sandbox, "unknown_charge")
    dispute = make.control(sandbox, "disputes", charge=charge)["id"]
    kind, amount, fee = told(sandbox)[dispute]
    assert (kind, amount) == (RecordKind.DISPUTE, -42_00)
    assert fee > 0

    make.control(sandbox, "disputes", dispute=dispute, outcome="won")

    assert told(sandbox)[dispute] == (RecordKind.DISPUTE, 0, fee)


def test_an_inquiry_that_moved_nothing_is_no_record(sandbox: Running) -> None:
    charge = make.plant(sandbox, "unknown_charge")
    make.control(sandbox, "disputes", charge=charge, inquiry=True)

    assert told(sandbox).keys() == {charge}


def test_what_moved_lately_is_read_whole_however_old_it_is(sandbox: Running) -> None:
    charge = make.plant(sandbox, "unknown_charge")
    dispute = make.control(sandbox, "disputes", charge=charge)["id"]
    store = sandbox.world.store
    for kind in ("charge", "dispute", "balance_transaction"):
        for record in store.every(kind):
            record.document["created"] -= 7200
            for line in record.document.get("balance_transactions", ()):
                line["created"] -= 7200
            store.save(record)
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    assert told(sandbox, an_hour_ago) == {}

    make.control(sandbox, "disputes", dispute=dispute, outcome="won")

    (found,) = told(sandbox, an_hour_ago).items()
    assert found[0] == dispute
    assert found[1][1] == 0


def test_a_transfer_is_told_less_what_was_reversed(
    sandbox: Running, api: stripe.StripeClient
) -> None:
    make.control(sandbox, "topups", amount=900_00, currency="eur")
    account = api.v1.accounts.create(
        {"country": "DE", "capabilities": {"transfers": {"requested": True}}}
    )
    record = sandbox.world.store.get("account", account.id)
    record.document["capabilities"]["transfers"] = "active"
    sandbox.world.store.save(record)
    transfer = api.v1.transfers.create(
        {
            "amount": 300_00,
            "currency": "eur",
            "destination": account.id,
            "metadata": {"weft_payment": "payout-1"},
        }
    )
    assert told(sandbox)[transfer.id] == (RecordKind.TRANSFER, -300_00, 0)

    api.v1.transfers.reversals.create(transfer.id, {"amount": 100_00})

    found = told(sandbox)
    assert found[transfer.id] == (RecordKind.TRANSFER, -200_00, 0)
    assert [kind for kind, _amount, _fee in found.values()] == [
        RecordKind.TRANSFER,
        RecordKind.MOVEMENT,
    ]


def test_what_else_moved_is_told_by_its_source(sandbox: Running, records: ProviderRecords) -> None:
    topup = make.control(sandbox, "topups", amount=9_00, currency="eur")["id"]

    (found,) = records.since(BEGINNING)

    assert isinstance(found, ProviderRecord)
    assert (found.kind, found.key, found.amount) == (RecordKind.MOVEMENT, topup, euros(9_00))
    fresh = StripeRecords(client(api_key="sk_test_sandbox", api_base=sandbox.url))
    assert fresh.find(RecordKind.MOVEMENT, topup) == found
    assert fresh.find(RecordKind.MOVEMENT, "tu_none") is None


@pytest.mark.parametrize("kind", list(RecordKind))
def test_nothing_is_found_where_nothing_is(records: ProviderRecords, kind: RecordKind) -> None:
    assert records.find(kind, "xx_none") is None


@pytest.mark.promise("M15")
def test_one_that_cannot_be_said_in_our_money_does_not_hide_the_others(
    sandbox: Running, records: ProviderRecords
) -> None:
    strange, sound = (make.plant(sandbox, "unknown_charge") for _ in range(2))
    record = sandbox.world.store.get("charge", strange)
    record.document["currency"] = "xau"
    sandbox.world.store.save(record)

    unreadable, readable = sorted(
        records.since(BEGINNING), key=lambda one: isinstance(one, ProviderRecord)
    )

    assert isinstance(unreadable, UnreadableRecord)
    assert (unreadable.kind, unreadable.key) == (RecordKind.CHARGE, strange)
    assert readable.key == sound


def test_balances_are_what_is_available_and_what_is_not_yet(
    sandbox: Running, records: ProviderRecords
) -> None:
    make.plant(sandbox, "unknown_charge")
    make.control(sandbox, "topups", amount=9_00, currency="eur")
    make.control(sandbox, "topups", amount=500, currency="jpy")
    line = sandbox.world.store.every("balance_transaction")[0]
    copied = line.document | {"id": "txn_strange", "currency": "xau"}
    sandbox.world.store.save(Record(copied))

    assert records.balances() == {"EUR": euros(50_12), "JPY": Money(500, "JPY")}


def test_more_than_one_page_is_read_to_its_end(sandbox: Running) -> None:
    for _ in range(103):
        make.control(sandbox, "topups", amount=1_00, currency="eur")

    assert len(told(sandbox)) == 103


def test_no_answer_is_said_to_be_none() -> None:
    reader = StripeRecords(client(api_key="sk_test_sandbox", api_base=nobody()))

    with pytest.raises(ProviderUnavailable):
        list(reader.since(BEGINNING))
    with pytest.raises(ProviderUnavailable):
        reader.find(RecordKind.CHARGE, "ch_1")
    with pytest.raises(ProviderUnavailable):
        reader.balances()
