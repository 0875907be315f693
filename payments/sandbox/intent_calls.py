"""The calls on PaymentIntents: reading their parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import amounts, customers, intents, methods, rules
from payments.sandbox.errors import InvalidRequest

if TYPE_CHECKING:
    from payments.sandbox.calls import Call
    from payments.sandbox.store import Document, Record
    from payments.sandbox.world import World

_TEXTS = frozenset({
    "description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix",
    "transfer_group", "capture_method", "customer",
})  # fmt: skip
_CREATE = _TEXTS | {
    "amount", "currency", "metadata", "payment_method", "allowed_payment_method_types",
    "confirm", "off_session", "return_url", "expand",
}  # fmt: skip
_CONFIRM = frozenset({"payment_method", "off_session", "return_url", "expand"})


def create(world: World, call: Call) -> Document:
    """Open an intent, and try its card at once when asked to.

    Raises:
        InvalidRequest: a rule is broken.
        CardRefused: confirmed at once, and the bank said no.
    """
    params = call.params
    rules.check_offered(params, _CREATE)
    amounts.check_charge(params["amount"], params["currency"])
    _check_types(params)
    _check_confirmed(params)
    if "customer" in params:
        world.store.get(customers.KIND, params["customer"], param="customer")
    given = {name: params[name] for name in _TEXTS & params.keys()}
    given["metadata"] = rules.metadata(params.get("metadata"))
    record = intents.open_intent(
        world, amount=params["amount"], currency=params["currency"], given=given
    )
    if params.get("confirm"):
        _attempt(world, record, params)
    elif "payment_method" in params:
        methods.find(world, params["payment_method"])
        record.document["status"] = "requires_confirmation"
        record.notes["token"] = params["payment_method"]
        world.store.save(record)
    return record.document


def confirm(world: World, call: Call) -> Document:
    """Try the card that the call or the intent names.

    Raises:
        InvalidRequest: there is no card, or the intent cannot be confirmed.
        CardRefused: the bank said no.
    """
    rules.check_offered(call.params, _CONFIRM)
    record = _intent(world, call)
    intents.check_state(record.document, intents.CONFIRMABLE, "confirm")
    _attempt(world, record, call.params)
    return record.document


def capture(world: World, call: Call) -> Document:
    """Take what is held.

    Raises:
        InvalidRequest: nothing is held, or less than asked.
    """
    rules.check_offered(call.params, {"amount_to_capture", "expand"})
    record = _intent(world, call)
    intents.capture(world, record, call.params.get("amount_to_capture"))
    return record.document


def cancel(world: World, call: Call) -> Document:
    """Give the intent up.

    Raises:
        InvalidRequest: it has ended or is with the bank.
    """
    rules.check_offered(call.params, {"cancellation_reason", "expand"})
    record = _intent(world, call)
    intents.cancel(world, record, call.params.get("cancellation_reason"))
    return record.document


def _intent(world: World, call: Call) -> Record:
    return world.store.get(intents.KIND, call.arguments[0], param="intent")


def _attempt(world: World, record: Record, params: Document) -> None:
    token = params.get("payment_method") or record.notes.get("token")
    if token is None:
        raise InvalidRequest(
            message="You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    method = methods.find(world, token)
    methods.check_usable(method)
    _check_owner(record.document, method.document, params)
    record.notes.pop("token", None)
    intents.attempt(
        world,
        record,
        method,
        off_session=bool(params.get("off_session")),
        return_url=params.get("return_url"),
    )


def _check_owner(intent: Document, method: Document, params: Document) -> None:
    """Check that a kept card is charged for its own customer, and one that is away has a card."""
    owner, asked = method["customer"], intent["customer"]
    if owner != asked and (owner or params.get("off_session")):
        raise InvalidRequest(
            f"The customer does not have a payment method with the ID {method['id']}. The payment"
            " method must be attached to the customer.",
            code="payment_method_customer_mismatch" if owner else "resource_missing",
            param="payment_method",
        )
    if params.get("off_session") and not asked:
        raise InvalidRequest(
            message="The sandbox offers off_session with a customer only.", param="off_session"
        )


def _check_confirmed(params: Document) -> None:
    for name in ("off_session", "return_url"):
        if name in params and not params.get("confirm"):
            raise InvalidRequest(f"{name} can be used with confirm=true only.", param=name)
    if "return_url" in params:
        rules.check_url(params["return_url"], param="return_url")


def _check_types(params: Document) -> None:
    if params.get("allowed_payment_method_types", ["card"]) != ["card"]:
        raise InvalidRequest(
            message="The sandbox offers cards only.", param="allowed_payment_method_types"
        )
