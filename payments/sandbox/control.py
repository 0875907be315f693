"""The addresses that Stripe does not have: for tests and for loading the demo world.

`POST /_sandbox/deliveries` with `{"held": true}` stops all webhooks until `false` comes.
`POST /_sandbox/paid-sessions` with `{"reference", "at", "session"}`, where `session` holds the
parameters of a new Checkout Session, makes one that was paid at `at` and answers with `session`
and with the `event` (`id`, `payload`) that tells of it and that nobody has been sent.
`POST /_sandbox/accounts` lets requirements of a connected account appear or clear, or stops its
payouts; `POST /_sandbox/payouts` with `{"payout", "failure_code"}` lets a bank send back one that
was paid; `POST /_sandbox/topups` with `{"amount", "currency"}` puts money into our balance.
`POST /_sandbox/faults` makes the next calls, payments or deliveries go wrong as
payments.sandbox.faults says; `GET` shows what will, `DELETE` forgets it.
`POST /_sandbox/clock` with `{"forward"}` turns the sandbox's clock forward by so many seconds.
`GET /_sandbox/requests` shows the calls of the API so far.
`POST /_sandbox/plant` with `{"fault"}` makes something wrong that reconciliation has to find.
`POST /_sandbox/disputes` with `{"charge"}` (and `reason`, `amount`, `inquiry`) lets a bank dispute
it, with `{"dispute", "outcome"}` ends the dispute as `won` or `lost`; `POST /_sandbox/refunds` with
`{"refund", "outcome"}` ends a refund as `succeeded` or `failed`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from payments.sandbox import (
    accounts,
    api,
    cards,
    clock,
    deliveries,
    disputes,
    events,
    faults,
    payouts,
    plants,
    recording,
    refunds,
    session_create,
    sessions,
    wire,
)
from payments.sandbox.errors import ApiError, InvalidRequest
from payments.sandbox.lazy import contract
from payments.sandbox.store import Record
from payments.sandbox.world import derived_tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.forms import Value
    from payments.sandbox.store import Document
    from payments.sandbox.wire import Answer, Request
    from payments.sandbox.world import World

PREFIX = "/_sandbox/"
_KIND = "sandbox.registration"
_LATEST = 4_102_444_800  # The year 2100.


def serve(world: World, request: Request) -> Answer:
    """Answer a control request: JSON in, JSON out, with a secret test key like the API."""
    try:
        api.check_key(request)
        action = _ACTIONS.get((request.verb, request.path))
        if action is None:
            raise InvalidRequest(f"Unrecognized control request ({request.verb}: {request.path}).")
        with world.store.transaction():
            return wire.document(200, action(world, _body(request)))
    except ApiError as refusal:
        return wire.document(refusal.status, refusal.document())


def _body(request: Request) -> Document:
    try:
        body: Any = json.loads(request.body or b"{}")
    except ValueError as problem:
        raise InvalidRequest(message="The body is not JSON.") from problem
    if not isinstance(body, dict):
        raise InvalidRequest(message="The body is not a JSON object.")
    return body


def _hold(world: World, body: Document) -> Document:
    held = body.get("held")
    if not isinstance(held, bool):
        raise InvalidRequest(message="held must be true or false.", param="held")
    deliveries.hold(world, held=held)
    return {"held": held}


def _register_paid(world: World, body: Document) -> Document:
    """Make a session that was paid at `at` and whose events nobody gets.

    `reference` is the caller's own name for it: the same one gives the same objects, whose ids
    are derived from it.
    """
    reference, at = body.get("reference"), body.get("at")
    if not isinstance(reference, str) or not reference:
        raise InvalidRequest(message="reference must be a text.", param="reference")
    if type(at) is not int or not 0 <= at <= _LATEST:
        raise InvalidRequest(message="at must be whole seconds since 1970.", param="at")
    past = replace(world, clock=lambda: at, token=derived_tokens(reference), delivers=False)
    return _paid(past, body)


def _paid(past: World, body: Document) -> Document:
    registration = f"registration_{past.token()}"
    known = past.store.find(_KIND, registration)
    if known:
        return known.document
    session = session_create.create(past, _session_params(body))
    card = cards.by_number("4242424242424242")
    entry = cards.Entry(card, exp_month=12, exp_year=past.today().year + 1)
    sessions.pay(past, session, entry)
    event = past.store.every(events.KIND)[-1]
    record = Record(
        {
            "id": registration,
            "object": _KIND,
            "session": sessions.shown(past, session.document),
            "event": {"id": event.id, "payload": wire.render(event.document)},
        }
    )
    past.store.save(record)
    return record.document


def _session_params(body: Document) -> Document:
    form = _as_form(body.get("session"))
    if not isinstance(form, dict):
        raise InvalidRequest(message="session must hold a session's parameters.", param="session")
    params = contract().read("POST", "/v1/checkout/sessions", form).params
    # Counted at once, so that nothing about it is left to happen.
    intent = {"capture_method": "automatic"} | params.get("payment_intent_data", {})
    return params | {"payment_intent_data": intent}


def _as_form(value: object) -> Value:
    """Return JSON as the form in which the API takes it."""
    if isinstance(value, dict):
        return {str(name): _as_form(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_as_form(part) for part in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


_ACTIONS: dict[tuple[str, str], Callable[[World, Document], Document]] = {
    ("POST", f"{PREFIX}accounts"): accounts.control,
    ("POST", f"{PREFIX}clock"): clock.control,
    ("POST", f"{PREFIX}deliveries"): _hold,
    ("POST", f"{PREFIX}disputes"): disputes.control,
    ("POST", f"{PREFIX}faults"): faults.plant,
    ("GET", f"{PREFIX}faults"): lambda world, _: faults.planted(world),
    ("DELETE", f"{PREFIX}faults"): lambda world, _: faults.clear(world),
    ("POST", f"{PREFIX}refunds"): refunds.control,
    ("POST", f"{PREFIX}paid-sessions"): _register_paid,
    ("POST", f"{PREFIX}payouts"): payouts.control,
    ("POST", f"{PREFIX}plant"): plants.control,
    ("GET", f"{PREFIX}requests"): lambda world, _: recording.every(world),
    ("POST", f"{PREFIX}topups"): payouts.top_up,
}
