"""SetupIntents: a card to be kept for later, and the bank's agreement to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import events, methods
from payments.sandbox.declines import REASONS, Reason, error_of
from payments.sandbox.errors import CardRefused, InvalidRequest
from payments.sandbox.store import Record

if TYPE_CHECKING:
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

KIND = "setup_intent"
CONFIRMABLE = frozenset({"requires_payment_method", "requires_confirmation"})
CANCELABLE = CONFIRMABLE | {"requires_action"}


def open_setup(world: World, *, given: Document) -> Record:
    """Save a new setup intent; `given` overrides what is left empty."""
    identifier = world.name("seti")
    setup: Document = _EMPTY | {
        "id": identifier,
        "object": KIND,
        "client_secret": f"{identifier}_secret_{world.token()}",
        "created": world.now(),
        "metadata": {},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    }
    record = Record(setup | given)
    world.store.save(record)
    events.emit(world, "setup_intent.created", record.document)
    return record


def attempt(world: World, record: Record, method: Record, *, return_url: str | None = None) -> None:
    """Try to keep a card, which succeeds, asks for approval or is refused.

    Raises:
        CardRefused: the bank said no; another card may be tried.
    """
    check_state(record.document, CONFIRMABLE, "confirm")
    record.document |= {"payment_method": method.id, "last_setup_error": None}
    outcome = methods.entry_of(method).card.when_saved
    if outcome == "authenticates":
        address = f"{world.base_url}/c/approve/{record.id}"
        action = {
            "redirect_to_url": {"return_url": return_url, "url": address},
            "type": "redirect_to_url",
        }
        record.document |= {"status": "requires_action", "next_action": action}
        _save(world, record, "setup_intent.requires_action")
        return
    _decide(world, record, method, outcome)


def answer_approval(world: World, record: Record, *, approved: bool) -> None:
    """Go on after the person approved at the bank, or did not.

    Raises:
        CardRefused: not approved, or the bank says no afterwards.
    """
    check_state(record.document, {"requires_action"}, "authenticate")
    record.document["next_action"] = None
    if not approved:
        _refuse(world, record, REASONS["setup_authentication_failed"])
    method = world.store.get(methods.KIND, record.document["payment_method"])
    # Keeping 4000 0082 6000 3178 works; it is a charge for which it has no money.
    card = methods.entry_of(method).card
    _decide(world, record, method, "succeeds" if card.asking != "always" else card.after_approval)


def cancel(world: World, record: Record, reason: str | None) -> None:
    """Give the setup up.

    Raises:
        InvalidRequest: it has ended.
    """
    check_state(record.document, CANCELABLE, "cancel")
    record.document |= {
        "status": "canceled",
        "cancellation_reason": reason,
        "next_action": None,
    }
    _save(world, record, "setup_intent.canceled")


def check_state(setup: Document, allowed: frozenset[str] | set[str], action: str) -> None:
    """Check that a setup stands where an action is possible.

    Raises:
        InvalidRequest: it does not.
    """
    if setup["status"] not in allowed:
        raise InvalidRequest(
            f"You cannot {action} this SetupIntent because it has a status of {setup['status']}.",
            code="setup_intent_unexpected_state",
        )


def _decide(world: World, record: Record, method: Record, outcome: str) -> None:
    if outcome == "declined":
        card = methods.entry_of(method).card
        _refuse(world, record, REASONS[card.decline_code or card.code])
    method.notes["is_set_up"] = True
    world.store.save(method)
    if record.document["customer"]:
        methods.attach(world, method, record.document["customer"])
    record.document["status"] = "succeeded"
    _save(world, record, "setup_intent.succeeded")


def _refuse(world: World, record: Record, reason: Reason) -> None:
    record.document |= {
        "status": "requires_payment_method",
        "last_setup_error": error_of(reason),
        "payment_method": None,
    }
    _save(world, record, "setup_intent.setup_failed")
    raise CardRefused(
        reason.message,
        code=reason.code,
        decline_code=reason.decline_code,
        intent=dict(record.document),
    )


def _save(world: World, record: Record, event: str) -> None:
    world.store.save(record)
    events.emit(world, event, record.document)


_EMPTY: Document = {
    "application": None,
    "automatic_payment_methods": None,
    "cancellation_reason": None,
    "customer": None,
    "description": None,
    "flow_directions": None,
    "last_setup_error": None,
    "latest_attempt": None,
    "livemode": False,
    "mandate": None,
    "next_action": None,
    "on_behalf_of": None,
    "payment_method": None,
    "payment_method_configuration_details": None,
    "payment_method_options": {},
    "single_use_mandate": None,
    "usage": "off_session",
}
