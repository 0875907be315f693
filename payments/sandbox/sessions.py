"""Checkout Sessions: a page to which a browser is sent to pay one amount."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import customers, events, intents, jobs, methods, setups
from payments.sandbox.errors import InvalidRequest

if TYPE_CHECKING:
    from payments.sandbox.cards import Entry
    from payments.sandbox.store import Document, Record
    from payments.sandbox.world import World

KIND = "checkout.session"
PLACEHOLDER = "{CHECKOUT_SESSION_ID}"


def address(world: World, session: Document) -> str:
    """Return where the hosted page of a session is."""
    return f"{world.base_url}/c/pay/{session['id']}"


def success_address(session: Document) -> str:
    return str(session["success_url"]).replace(PLACEHOLDER, session["id"])


def current(world: World, identifier: str) -> Record:
    """Return a session as it stands now: one whose time is over has expired.

    Raises:
        NotFound: there is none.
    """
    record = world.store.get(KIND, identifier)
    over = record.document["expires_at"] <= world.now()
    if record.document["status"] == "open" and over:
        expire(world, record)
    return record


def expire(world: World, record: Record) -> None:
    """Close an unfinished session; what was begun on it is given up.

    Raises:
        InvalidRequest: it is not open.
    """
    if record.document["status"] != "open":
        raise InvalidRequest(
            'Only Checkout Sessions with a status in ["open"] can be expired.'
            f" This Checkout Session has a status of {record.document['status']}."
        )
    intent = intent_of(world, record)
    if intent and intent.kind == setups.KIND:
        setups.cancel(world, intent, "abandoned")
    elif intent and intent.document["status"] in intents.CANCELABLE:
        intents.cancel(world, intent, "automatic")
    record.document["status"] = "expired"
    jobs.drop(world, record.id)
    _save(world, record, "checkout.session.expired")


def intent_of(world: World, record: Record) -> Record | None:
    """Return what a session collects with: a PaymentIntent once somebody tried, or a SetupIntent.

    Only a session in setup mode has one from the beginning.
    """
    if setup := record.document["setup_intent"]:
        return world.store.get(setups.KIND, setup)
    identifier = record.document["payment_intent"]
    return world.store.get(intents.KIND, identifier) if identifier else None


def pay(world: World, record: Record, entry: Entry) -> None:
    """Try a card on an open session. A finished session stays as it is.

    Raises:
        CardRefused: the bank said no; the session stays open.
    """
    intent = intent_of(world, record) or _begin(world, record)
    world.store.save(record)
    method = methods.keep(world, entry, {"email": record.document["customer_email"]})
    if intent.kind == setups.KIND:
        _give_customer(world, record, intent)
        setups.attempt(world, intent, method)
    else:
        intents.attempt(world, intent, method)
    after_attempt(world, record, intent)


def after_attempt(world: World, record: Record, intent: Record) -> None:
    """Complete the session if its intent has the money or the card, or the bank has it."""
    status = intent.document["status"]
    if status not in {"succeeded", "requires_capture", "processing"}:
        return
    record.document |= {
        "status": "complete",
        "customer": intent.document["customer"],
        "payment_status": _payment_status(intent),
        "customer_details": _customer(record.document),
    }
    jobs.drop(world, record.id)
    _save(world, record, "checkout.session.completed")


def after_settlement(world: World, intent: Record) -> None:
    """Tell how a payment that took its time has ended."""
    succeeded = intent.document["status"] == "succeeded"
    for record in world.store.every(KIND, payment_intent=intent.id):
        record.document["payment_status"] = "paid" if succeeded else "unpaid"
        outcome = "succeeded" if succeeded else "failed"
        _save(world, record, f"checkout.session.async_payment_{outcome}")


def _payment_status(intent: Record) -> str:
    if intent.kind == setups.KIND:
        return "no_payment_required"
    return "paid" if intent.document["status"] == "succeeded" else "unpaid"


def _give_customer(world: World, record: Record, setup: Record) -> None:
    """Make the customer whose the card is going to be, once, if the session makes one."""
    if record.document["customer_creation"] != "always" or setup.document["customer"]:
        return
    customer = customers.open_customer(world, given={"email": record.document["customer_email"]})
    setup.document["customer"] = customer.id
    world.store.save(setup)


def _begin(world: World, record: Record) -> Record:
    intent = intents.open_intent(
        world,
        amount=record.document["amount_total"],
        currency=record.document["currency"],
        given=record.notes["intent"],
    )
    record.document["payment_intent"] = intent.id
    return intent


def _save(world: World, record: Record, event: str) -> None:
    world.store.save(record)
    events.emit(world, event, shown(world, record.document))


def shown(world: World, session: Document) -> Document:
    """Return the session with its address, which only an open one has."""
    return session | {"url": address(world, session) if session["status"] == "open" else None}


def _customer(session: Document) -> Document:
    empty = dict.fromkeys(("address", "business_name", "individual_name", "name", "phone"))
    return empty | {"email": session["customer_email"], "tax_exempt": "none", "tax_ids": []}
