"""Answers have the shape that the official package declares for each object."""

from __future__ import annotations

import typing
from typing import TYPE_CHECKING, Any

import pytest
import stripe
from stripe.checkout import Session

from payments.sandbox.background import do_due
from payments.sandbox.showing import show
from tests.payments.sandbox import make

if TYPE_CHECKING:
    from payments.sandbox.server import Running
    from tests.payments.sandbox.make import Client

CLASSES: dict[str, type[stripe.StripeObject]] = {
    "balance_transaction": stripe.BalanceTransaction,
    "charge": stripe.Charge,
    "checkout.session": Session,
    "customer": stripe.Customer,
    "event": stripe.Event,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "refund": stripe.Refund,
    "setup_intent": stripe.SetupIntent,
    "webhook_endpoint": stripe.WebhookEndpoint,
}


@pytest.fixture
def objects(client: Client, sandbox: Running) -> list[dict[str, Any]]:
    """Make every kind of object there is and return them as the API shows them."""
    make.session(client)
    session = make.paid(client)
    make.paid(client, card="4000000000000002")
    make.paid(client, card="4000002500003155")
    make.saved(client)
    assert isinstance(session.payment_intent, stripe.PaymentIntent)
    client.v1.refunds.create({"payment_intent": session.payment_intent.id, "amount": 1_00})
    do_due(sandbox.world)
    return [
        show(sandbox.world, record)
        for kind in CLASSES
        for record in sandbox.world.store.every(kind)
    ]


def is_optional(declared: Any) -> bool:  # noqa: ANN401
    return type(None) in typing.get_args(declared)


def test_every_field_is_declared_and_every_declared_one_is_there(
    objects: list[dict[str, Any]],
) -> None:
    assert {shown["object"] for shown in objects} == CLASSES.keys()
    for shown in objects:
        declared = CLASSES[shown["object"]].__annotations__
        needed = {name for name, what in declared.items() if not is_optional(what)}

        assert shown.keys() <= declared.keys(), shown["object"]
        assert needed - {"OBJECT_NAME"} <= shown.keys(), shown["object"]


def test_no_field_is_empty_that_is_declared_as_full(objects: list[dict[str, Any]]) -> None:
    for shown in objects:
        declared = CLASSES[shown["object"]].__annotations__
        empty = {name for name, value in shown.items() if value is None}

        assert {name for name in empty if not is_optional(declared[name])} == set()


def test_nothing_is_live(objects: list[dict[str, Any]]) -> None:
    live = [shown["object"] for shown in objects if shown.get("livemode")]

    assert live == []
