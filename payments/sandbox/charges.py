"""Charges: one attempt to take money from a card, which succeeds, fails or takes a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import balance, events, jobs, methods
from payments.sandbox.store import Record

if TYPE_CHECKING:
    from payments.sandbox.cards import Entry
    from payments.sandbox.declines import Reason
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

KIND = "charge"
_SECONDS_UNTIL_DISPUTED = 5


def open_charge(world: World, intent: Document, entry: Entry, billing: Document) -> Record:
    """Return a new charge of an intent, not saved and not decided yet."""
    charge: Document = {
        "id": world.name("ch"),
        "object": KIND,
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": billing,
        "calculated_statement_descriptor": world.payee.upper()[:22],
        "captured": False,
        "created": world.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": intent["payment_method"],
        "payment_method_details": _method_details(entry),
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "pending",
        "transfer_data": None,
        "transfer_group": intent["transfer_group"],
    }
    card = entry.card
    return Record(charge, {"refunding": card.refunding, "disputing": card.disputing})


def decline(world: World, record: Record, reason: Reason) -> None:
    """Record that the bank said no."""
    record.document |= {
        "status": "failed",
        "failure_code": reason.code,
        "failure_message": reason.message,
        "outcome": _outcome(
            kind="issuer_declined",
            network="declined_by_network",
            message=reason.message,
            reason=reason.decline_code or reason.code,
        )
        | {"advice_code": reason.advice_code},
    }
    _save(world, record, "charge.failed")


def wait(world: World, record: Record) -> None:
    """Record that the bank takes its time."""
    _save(world, record, "charge.pending")


def authorise(world: World, record: Record, *, until: int) -> None:
    """Record that the money is held and may be captured for a while."""
    record.document["payment_method_details"]["card"]["capture_before"] = until
    record.document |= {"status": "succeeded", "paid": True, "outcome": _approved()}
    _save(world, record, "charge.succeeded")


def succeed(world: World, record: Record, *, is_counted: bool = True) -> None:
    """Record that the whole amount was taken; its fee may be counted later, by `count`."""
    amount = record.document["amount"]
    record.document |= {
        "status": "succeeded",
        "paid": True,
        "captured": True,
        "amount_captured": amount,
        "outcome": _approved(),
    }
    if is_counted:
        record.document["balance_transaction"] = balance.for_charge(world, record.document)
    _save(world, record, "charge.succeeded")
    if record.notes.get("disputing"):
        due = world.now() + _SECONDS_UNTIL_DISPUTED
        jobs.plan(world, jobs.DISPUTE, f"{jobs.DISPUTE} {record.id}", due)


def count(world: World, record: Record) -> None:
    """Book what was taken some time ago."""
    record.document["balance_transaction"] = balance.for_charge(world, record.document)
    world.store.save(record)
    previous = {"balance_transaction": None}
    events.emit(world, "charge.updated", record.document, previous=previous)


def capture(world: World, record: Record, amount: int) -> None:
    """Take all or part of the held amount. What is left of it is released, as a refund."""
    record.document |= {
        "captured": True,
        "amount_captured": amount,
        "amount_refunded": record.document["amount"] - amount,
    }
    record.document["balance_transaction"] = balance.for_charge(world, record.document)
    _save(world, record, "charge.captured")


def release(world: World, record: Record) -> None:
    """Give up a hold."""
    record.document |= {"amount_refunded": record.document["amount"], "refunded": True}
    _save(world, record, "charge.refunded")


def lapse(world: World, record: Record) -> None:
    """End a hold whose time is over."""
    record.document |= {"amount_refunded": record.document["amount"], "refunded": True}
    _save(world, record, "charge.expired")


def refundable(charge: Document) -> int:
    """Return what was captured and not given back, in the provider's minor units."""
    released = charge["amount"] - charge["amount_captured"]
    return int(charge["amount_captured"] - (charge["amount_refunded"] - released))


def _save(world: World, record: Record, event: str) -> None:
    world.store.save(record)
    events.emit(world, event, record.document)


def _approved() -> Document:
    return _outcome(
        kind="authorized", network="approved_by_network", message="Payment complete.", reason=None
    )


def _outcome(*, kind: str, network: str, message: str, reason: str | None) -> Document:
    return {
        "network_status": network,
        "reason": reason,
        "risk_level": "normal",
        "seller_message": message,
        "type": kind,
    }


def _method_details(entry: Entry) -> Document:
    card = methods.card_details(entry) | {"network": entry.card.brand, "three_d_secure": None}
    return {"card": card, "type": "card"}
