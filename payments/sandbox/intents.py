"""PaymentIntents: one amount to collect, however many attempts it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import charges, events, faults, jobs, methods
from payments.sandbox.declines import REASONS, Reason, error_of
from payments.sandbox.errors import CardRefused, InvalidRequest
from payments.sandbox.store import Record

if TYPE_CHECKING:
    from payments.sandbox.cards import Card, Entry
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

KIND = "payment_intent"
CONFIRMABLE = frozenset({"requires_payment_method", "requires_confirmation"})
CANCELABLE = CONFIRMABLE | {"requires_action", "requires_capture"}
_SECONDS_PROCESSING = 5
_SECONDS_COUNTING = 1
_SECONDS_HELD = 7 * 24 * 3600


def open_intent(world: World, *, amount: int, currency: str, given: Document) -> Record:
    """Save a new intent in the provider's minor units; `given` overrides what is left empty."""
    identifier = world.name("pi")
    intent: Document = _EMPTY | {
        "id": identifier,
        "object": KIND,
        "amount": amount,
        "client_secret": f"{identifier}_secret_{world.token()}",
        "created": world.now(),
        "currency": currency.lower(),
        "metadata": {},
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    }
    record = Record(intent | given)
    world.store.save(record)
    events.emit(world, "payment_intent.created", record.document)
    return record


def attempt(
    world: World,
    record: Record,
    method: Record,
    *,
    off_session: bool = False,
    return_url: str | None = None,
) -> None:
    """Try to collect with a card, which ends in any state but the first.

    Raises:
        CardRefused: the bank said no, or wants its customer, who is away (`off_session`); the
            attempt is on record and may be repeated, also with another card.
    """
    check_state(record.document, CONFIRMABLE, "confirm")
    record.document |= {"payment_method": method.id, "last_payment_error": None}
    entry = methods.entry_of(method)
    outcome = entry.card.outcome
    if off_session:
        outcome = entry.card.when_away(is_set_up=method.notes["is_set_up"])
    if outcome == "authenticates" and not off_session:
        _ask_for_approval(world, record, return_url)
        return
    _decide(world, record, entry, outcome)


def answer_approval(world: World, record: Record, *, approved: bool) -> None:
    """Go on after the person approved the payment at the bank, or did not.

    Raises:
        CardRefused: not approved, or the bank says no afterwards.
    """
    check_state(record.document, {"requires_action"}, "authenticate")
    record.document["next_action"] = None
    if not approved:
        _refuse(world, record, REASONS["authentication_failed"], charge=None)
    entry = methods.entry_of(world.store.get(methods.KIND, record.document["payment_method"]))
    _decide(world, record, entry, entry.card.after_approval)


def settle(world: World, record: Record, *, succeeded: bool) -> None:
    """End the processing of an intent."""
    charge = world.store.get(charges.KIND, record.document["latest_charge"])
    if succeeded:
        charges.succeed(world, charge)
        _succeed(world, record, charge)
        return
    reason = REASONS["generic_decline"]
    charges.decline(world, charge, reason)
    _fail(world, record, reason, charge)


def capture(world: World, record: Record, amount: int | None) -> None:
    """Take the held amount, or less of it; the rest is released.

    Raises:
        InvalidRequest: nothing is held, or less than `amount`.
    """
    check_state(record.document, {"requires_capture"}, "capture")
    held = record.document["amount_capturable"]
    taken = held if amount is None else amount
    if not 0 < taken <= held:
        raise InvalidRequest(
            f"The remaining amount that can be captured is {held}; {taken} was requested.",
            code="amount_too_large" if taken > held else "parameter_invalid_integer",
            param="amount_to_capture",
        )
    charge = world.store.get(charges.KIND, record.document["latest_charge"])
    charges.capture(world, charge, taken)
    jobs.drop(world, record.id)
    _succeed(world, record, charge)


def end_hold(world: World, record: Record) -> None:
    """Let a hold lapse that nobody captured in time."""
    charges.lapse(world, world.store.get(charges.KIND, record.document["latest_charge"]))
    _give_up(world, record, "automatic")


def cancel(world: World, record: Record, reason: str | None) -> None:
    """Give the intent up; a hold is released.

    Raises:
        InvalidRequest: it has already ended or is with the bank.
    """
    check_state(record.document, CANCELABLE, "cancel")
    if record.document["status"] == "requires_capture":
        charges.release(world, world.store.get(charges.KIND, record.document["latest_charge"]))
        jobs.drop(world, record.id)
    _give_up(world, record, reason)


def _give_up(world: World, record: Record, reason: str | None) -> None:
    record.document |= {
        "status": "canceled",
        "canceled_at": world.now(),
        "cancellation_reason": reason,
        "amount_capturable": 0,
        "next_action": None,
    }
    _save(world, record, "payment_intent.canceled")


def check_state(intent: Document, allowed: frozenset[str] | set[str], action: str) -> None:
    """Check that an intent stands where an action is possible.

    Raises:
        InvalidRequest: it does not.
    """
    if intent["status"] not in allowed:
        raise InvalidRequest(
            f"You cannot {action} this PaymentIntent because it has a status of"
            f" {intent['status']}.",
            code="payment_intent_unexpected_state",
        )


def _decide(world: World, record: Record, entry: Entry, outcome: str) -> None:
    method = world.store.get(methods.KIND, record.document["payment_method"]).document
    charge = charges.open_charge(world, record.document, entry, method["billing_details"])
    record.document["latest_charge"] = charge.id
    if outcome == "authenticates":
        reason = REASONS["authentication_required"]
        charges.decline(world, charge, reason)
        _refuse(world, record, reason, charge=charge)
    elif outcome == "declined":
        reason = _reason(entry.card)
        charges.decline(world, charge, reason)
        _refuse(world, record, reason, charge=charge)
    elif outcome == "succeeds":
        _collect(world, record, charge)
    else:
        _process(world, record, charge, succeeds=outcome == "processes")


def _collect(world: World, record: Record, charge: Record) -> None:
    method = record.document["capture_method"]
    if method != "manual" and (late := faults.lateness(world)) is not None:
        _process(world, record, charge, succeeds=True, seconds=late)
        return
    if method != "manual":
        charges.succeed(world, charge, is_counted=method == "automatic")
        if method == "automatic_async":
            jobs.plan(world, jobs.COUNT, charge.id, world.now() + _SECONDS_COUNTING)
        _succeed(world, record, charge)
        return
    until = world.now() + _SECONDS_HELD
    charges.authorise(world, charge, until=until)
    jobs.plan(world, jobs.END_HOLD, record.id, until)
    record.document |= {
        "status": "requires_capture",
        "amount_capturable": record.document["amount"],
    }
    _save(world, record, "payment_intent.amount_capturable_updated")


def _succeed(world: World, record: Record, charge: Record) -> None:
    record.document |= {
        "status": "succeeded",
        "amount_received": charge.document["amount_captured"],
        "amount_capturable": 0,
        "processing": None,
    }
    _save(world, record, "payment_intent.succeeded")


def _process(
    world: World,
    record: Record,
    charge: Record,
    *,
    succeeds: bool,
    seconds: int = _SECONDS_PROCESSING,
) -> None:
    charges.wait(world, charge)
    record.document |= {"status": "processing"}
    _save(world, record, "payment_intent.processing")
    outcome = jobs.SETTLE if succeeds else jobs.FAIL
    jobs.plan(world, outcome, record.id, world.now() + seconds)


def _ask_for_approval(world: World, record: Record, return_url: str | None) -> None:
    address = f"{world.base_url}/c/approve/{record.id}"
    action = {
        "redirect_to_url": {"return_url": return_url, "url": address},
        "type": "redirect_to_url",
    }
    record.notes["return_url"] = return_url
    record.document |= {"status": "requires_action", "next_action": action}
    _save(world, record, "payment_intent.requires_action")


def _refuse(world: World, record: Record, reason: Reason, *, charge: Record | None) -> None:
    _fail(world, record, reason, charge)
    raise CardRefused(
        reason.message,
        code=reason.code,
        decline_code=reason.decline_code,
        intent=dict(record.document),
    )


def _fail(world: World, record: Record, reason: Reason, charge: Record | None) -> None:
    error = error_of(reason) | ({"charge": charge.id} if charge else {})
    record.document |= {
        "status": "requires_payment_method",
        "last_payment_error": error,
        "payment_method": None,
        "processing": None,
    }
    _save(world, record, "payment_intent.payment_failed")


def _reason(card: Card) -> Reason:
    return REASONS[card.decline_code or card.code]


def _save(world: World, record: Record, event: str) -> None:
    world.store.save(record)
    events.emit(world, event, record.document)


_EMPTY: Document = {
    "amount_capturable": 0,
    "amount_details": {"tip": {}},
    "amount_received": 0,
    "application": None,
    "application_fee_amount": None,
    "automatic_payment_methods": None,
    "canceled_at": None,
    "cancellation_reason": None,
    "capture_method": "automatic_async",
    "confirmation_method": "automatic",
    "customer": None,
    "description": None,
    "last_payment_error": None,
    "latest_charge": None,
    "livemode": False,
    "next_action": None,
    "on_behalf_of": None,
    "payment_method": None,
    "payment_method_configuration_details": None,
    "processing": None,
    "receipt_email": None,
    "review": None,
    "setup_future_usage": None,
    "shipping": None,
    "source": None,
    "statement_descriptor": None,
    "statement_descriptor_suffix": None,
    "transfer_data": None,
    "transfer_group": None,
}
