"""The calls on SetupIntents: reading their parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import customers, methods, rules, setups
from payments.sandbox.errors import InvalidRequest

if TYPE_CHECKING:
    from payments.sandbox.calls import Call
    from payments.sandbox.store import Document, Record
    from payments.sandbox.world import World

_KEPT = frozenset({"customer", "description", "usage"})
_CREATE = _KEPT | {"metadata", "payment_method", "confirm", "return_url", "expand"}


def create(world: World, call: Call) -> Document:
    """Open a setup, and try its card at once when asked to.

    Raises:
        InvalidRequest: a rule is broken.
        CardRefused: confirmed at once, and the bank said no.
    """
    params = call.params
    rules.check_offered(params, _CREATE)
    if "customer" in params:
        world.store.get(customers.KIND, params["customer"], param="customer")
    given: Document = {name: params[name] for name in _KEPT & params.keys()}
    given["metadata"] = rules.metadata(params.get("metadata"))
    record = setups.open_setup(world, given=given)
    if params.get("confirm"):
        _attempt(world, record, params)
    return record.document


def confirm(world: World, call: Call) -> Document:
    """Try the card that the call names.

    Raises:
        InvalidRequest: there is no card, or the setup cannot be confirmed.
        CardRefused: the bank said no.
    """
    rules.check_offered(call.params, {"payment_method", "return_url", "expand"})
    record = _setup(world, call)
    _attempt(world, record, call.params)
    return record.document


def cancel(world: World, call: Call) -> Document:
    """Give the setup up."""
    rules.check_offered(call.params, {"cancellation_reason", "expand"})
    record = _setup(world, call)
    setups.cancel(world, record, call.params.get("cancellation_reason"))
    return record.document


def _setup(world: World, call: Call) -> Record:
    return world.store.get(setups.KIND, call.arguments[0], param="intent")


def _attempt(world: World, record: Record, params: Document) -> None:
    if "payment_method" not in params:
        raise InvalidRequest(
            message="You cannot confirm this SetupIntent because it's missing a payment method.",
            code="setup_intent_unexpected_state",
        )
    method = methods.find(world, params["payment_method"])
    setups.attempt(world, record, method, return_url=params.get("return_url"))
