"""Balance transactions: what each charge and refund does to the account, fees included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import amounts
from payments.sandbox.store import Record

if TYPE_CHECKING:
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

KIND = "balance_transaction"
_DAYS_UNTIL_AVAILABLE = 2
_DAY = 86_400


def for_charge(world: World, charge: Document) -> str:
    """Book the captured amount of a charge less the fee; return the id."""
    amount = charge["amount_captured"]
    fee = amounts.fee(amount, charge["currency"])
    return _book(world, charge, amount, kind="charge", fee=fee)


def for_refund(world: World, refund: Document) -> str:
    """Book a refund. The fee of the charge is not given back."""
    return _book(world, refund, -refund["amount"], kind="refund")


def for_failed_refund(world: World, refund: Document) -> str:
    """Book that a refund came back."""
    return _book(world, refund, refund["amount"], kind="refund_failure")


def _book(world: World, source: Document, amount: int, *, kind: str, fee: int = 0) -> str:
    now = world.now()
    record = Record(
        {
            "id": world.name("txn"),
            "object": KIND,
            "amount": amount,
            "available_on": now + _DAYS_UNTIL_AVAILABLE * _DAY,
            "balance_type": "payments",
            "created": now,
            "currency": source["currency"],
            "description": source.get("description"),
            "exchange_rate": None,
            "fee": fee,
            "fee_details": _fee_details(fee, source["currency"]) if fee else [],
            "net": amount - fee,
            "reporting_category": kind,
            "source": source["id"],
            "status": "pending",
            "type": kind,
        }
    )
    world.store.save(record)
    return record.id


def _fee_details(fee: int, currency: str) -> list[Document]:
    details = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }
    return [details]


def aged(world: World, transaction: Document) -> Document:
    """Return the transaction with the status it has by now."""
    available = transaction["available_on"] <= world.now()
    return transaction | {"status": "available" if available else "pending"}
