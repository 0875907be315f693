"""PaymentMethods: a card as the provider keeps it, attached to a customer or used once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import cards, customers, events, rules
from payments.sandbox.cards import Entry
from payments.sandbox.errors import InvalidRequest
from payments.sandbox.store import Record

if TYPE_CHECKING:
    from payments.sandbox.calls import Call
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

KIND = "payment_method"


def keep(world: World, entry: Entry, billing: Document) -> Record:
    """Save a card that was typed; nobody's yet."""
    method: Document = {
        "id": world.name("pm"),
        "object": KIND,
        "allow_redisplay": "unspecified",
        "billing_details": billing_details(billing),
        "card": card_details(entry)
        | {
            "display_brand": entry.card.brand,
            "fingerprint": f"fp{entry.card.number[-8:]}",
            "generated_from": None,
            "networks": {"available": [entry.card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
        },
        "created": world.now(),
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }
    notes = {
        "number": entry.card.number,
        "month": entry.exp_month,
        "year": entry.exp_year,
        "is_set_up": False,
    }
    record = Record(method, notes)
    world.store.save(record)
    return record


def entry_of(method: Record) -> Entry:
    """Return the card behind a method."""
    kept = method.notes
    return Entry(cards.by_number(kept["number"]), kept["month"], kept["year"])


def find(world: World, key: str, *, param: str = "payment_method") -> Record:
    """Return a method by its id; one of Stripe's test methods makes a new one, as at Stripe.

    Raises:
        NotFound: there is none.
    """
    card = cards.by_token(key)
    if card is None:
        return world.store.get(KIND, key, param=param)
    return keep(world, Entry(card, exp_month=12, exp_year=world.today().year + 1), {})


def attach(world: World, method: Record, customer: str) -> None:
    """Make a card a customer's.

    Raises:
        InvalidRequest: it is somebody's or was given up before.
        NotFound: there is no such customer.
    """
    world.store.get(customers.KIND, customer, param="customer")
    if method.document["customer"] == customer:
        return
    check_usable(method)
    if method.document["customer"]:
        raise InvalidRequest(
            message="The payment method you provided has already been attached to a customer.",
            param="payment_method",
        )
    method.document["customer"] = customer
    world.store.save(method)
    events.emit(world, "payment_method.attached", method.document)


def check_usable(method: Record) -> None:
    """Check that a card was not given up.

    Raises:
        InvalidRequest: it was detached from its customer.
    """
    if method.notes.get("is_spent"):
        raise InvalidRequest(
            message="This PaymentMethod was previously used without being attached to a Customer"
            " or was detached from a Customer, and may not be used again.",
            param="payment_method",
        )


def attach_call(world: World, call: Call) -> Document:
    """Serve a call to attach."""
    rules.check_offered(call.params, {"customer", "expand"})
    rules.check_required(call.params, "customer")
    method = find(world, call.arguments[0])
    attach(world, method, call.params["customer"])
    return method.document


def detach_call(world: World, call: Call) -> Document:
    """Take a card from its customer; it can never be charged again.

    Raises:
        InvalidRequest: it is nobody's.
    """
    rules.check_offered(call.params, {"expand"})
    method = world.store.get(KIND, call.arguments[0], param="payment_method")
    owner = method.document["customer"]
    if not owner:
        raise InvalidRequest(
            message="The payment method you provided is not attached to a customer so detachment"
            " is impossible."
        )
    method.document["customer"] = None
    method.notes["is_spent"] = True
    world.store.save(method)
    events.emit(world, "payment_method.detached", method.document, previous={"customer": owner})
    return method.document


def card_details(entry: Entry) -> Document:
    """Return what the API tells of a card."""
    return {
        "brand": entry.card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": "US",
        "exp_month": entry.exp_month,
        "exp_year": entry.exp_year,
        "funding": "credit",
        "last4": entry.card.last4,
        "wallet": None,
    }


def billing_details(given: Document) -> Document:
    empty = dict.fromkeys(("address", "email", "name", "phone", "tax_id"))
    return empty | given
