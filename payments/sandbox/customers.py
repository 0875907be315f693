"""Customers: whose the kept cards are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import events, rules
from payments.sandbox.store import Record

if TYPE_CHECKING:
    from payments.sandbox.calls import Call
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

KIND = "customer"
_OFFERED = frozenset({"email", "name", "description", "metadata", "expand"})


def create(world: World, call: Call) -> Document:
    """Save a customer.

    Raises:
        InvalidRequest: the address is none, or something is not offered.
    """
    rules.check_offered(call.params, _OFFERED)
    if call.params.get("email"):
        rules.check_email(call.params["email"], param="email")
    given = {name: call.params.get(name) for name in ("email", "name", "description")}
    given["metadata"] = rules.metadata(call.params.get("metadata"))
    return open_customer(world, given=given).document


def open_customer(world: World, *, given: Document) -> Record:
    """Save a new customer; `given` overrides what is left empty."""
    customer: Document = {
        "id": world.name("cus"),
        "object": KIND,
        "address": None,
        "created": world.now(),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "email": None,
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
    }
    record = Record(customer | given)
    world.store.save(record)
    events.emit(world, "customer.created", record.document)
    return record
