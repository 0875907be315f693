"""The hosted pages: where a person pays or saves a card, gives up, or answers the bank."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from payments.sandbox import (
    amounts,
    cards,
    forms,
    intents,
    onboarding,
    rendering,
    sessions,
    setups,
    wire,
    words,
)
from payments.sandbox.errors import CardRefused, NotFound
from payments.sandbox.rendering import Ask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from payments.sandbox.store import Document, Record
    from payments.sandbox.wire import Answer, Request
    from payments.sandbox.world import World

_ROUTE = re.compile(r"/c/(pay|approve|onboard)/([A-Za-z0-9_]{1,80})")
_ERRORS = {intents.KIND: "last_payment_error", setups.KIND: "last_setup_error"}
_FIELD_OF = {"expired_card": "expiry", "incorrect_cvc": "cvc"}


def serve(world: World, request: Request) -> Answer:
    """Answer a browser."""
    found = _ROUTE.fullmatch(request.path)
    accepted = request.headers.get("accept-language", "")
    if not found:
        return rendering.note("unknown", language=words.language(None, accepted), status=404)
    show, act = _PAGES[found[1]]
    try:
        with world.store.transaction():
            if request.verb == "POST":
                return act(world, found[2], _fields(request), accepted)
            return show(world, found[2], accepted)
    except NotFound:
        return rendering.note("unknown", language=words.language(None, accepted), status=404)


def _show_pay(world: World, identifier: str, accepted: str) -> Answer:
    record = sessions.current(world, identifier)
    elsewhere = _elsewhere(world, record, accepted)
    if elsewhere:
        return elsewhere
    intent = sessions.intent_of(world, record)
    error = _last_error(intent.document) if intent else None
    ask = _ask(world, record.document, problems=_problem(error))
    return rendering.pay(ask, language=_language(record.document, accepted))


def _act_pay(world: World, identifier: str, fields: Mapping[str, str], accepted: str) -> Answer:
    record = sessions.current(world, identifier)
    session = record.document
    elsewhere = _elsewhere(world, record, accepted)
    if elsewhere:
        return elsewhere
    action = fields.get("action")
    if action == "pay":
        return _pay(world, record, fields, accepted)
    if action == "cancel" and session["cancel_url"]:
        return wire.redirect(session["cancel_url"])
    again = (sessions.address(world, session), "open_again")
    return rendering.note("closed", language=_language(session, accepted), link=again)


def _pay(world: World, record: Record, fields: Mapping[str, str], accepted: str) -> Answer:
    language = _language(record.document, accepted)
    try:
        entry = cards.read(fields, today=world.today())
        sessions.pay(world, record, entry)
    except cards.CardNotUnderstood as mistake:
        ask = _ask(world, record.document, values=fields, problems=mistake.problems)
        return rendering.pay(ask, language=language, status=422)
    except CardRefused as refusal:
        error = _last_error(refusal.intent)
        ask = _ask(world, record.document, values=fields, problems=_problem(error))
        return rendering.pay(ask, language=language, status=402)
    return _elsewhere(world, record, accepted) or wire.redirect(
        sessions.address(world, record.document)
    )


def _elsewhere(world: World, record: Record, accepted: str) -> Answer | None:
    """Return where a session that cannot be paid now leads, or None for one that can."""
    session = record.document
    if session["status"] == "complete":
        return wire.redirect(sessions.success_address(session))
    if session["status"] == "expired":
        link = (session["cancel_url"], "back") if session["cancel_url"] else None
        language = _language(session, accepted)
        return rendering.note("expired", language=language, status=410, link=link)
    intent = sessions.intent_of(world, record)
    if intent and intent.document["status"] == "requires_action":
        return wire.redirect(_approval_address(world, intent.id))
    return None


def _show_approve(world: World, identifier: str, accepted: str) -> Answer:
    intent = _asking(world, identifier)
    if intent.document["status"] != "requires_action":
        return _after_approval(world, identifier, accepted)
    return rendering.approve(
        payee=world.payee,
        amount=_amount(intent.document),
        action=_approval_address(world, identifier),
        language=words.language(None, accepted),
    )


def _act_approve(world: World, identifier: str, fields: Mapping[str, str], accepted: str) -> Answer:
    session = _session_of(world, identifier)  # It may expire here, and the intent with it.
    intent = _asking(world, identifier)
    answer = setups.answer_approval if intent.kind == setups.KIND else intents.answer_approval
    if intent.document["status"] == "requires_action":
        try:
            answer(world, intent, approved=fields.get("action") == "approve")
        except CardRefused:
            return _after_approval(world, identifier, accepted)
        if session:
            sessions.after_attempt(world, session, intent)
    return _after_approval(world, identifier, accepted)


def _after_approval(world: World, identifier: str, accepted: str) -> Answer:
    session = _session_of(world, identifier)
    if session:
        return wire.redirect(sessions.address(world, session.document))
    intent = _asking(world, identifier)
    if intent.notes.get("return_url"):
        return wire.redirect(_return_address(intent))
    return rendering.note("done", language=words.language(None, accepted))


def _return_address(intent: Record) -> str:
    """Return where the bank's answer leads, with what Stripe adds to the address."""
    succeeded = intent.document["status"] in {"succeeded", "requires_capture", "processing"}
    told = urlencode(
        {
            "payment_intent": intent.id,
            "payment_intent_client_secret": intent.document["client_secret"],
            "redirect_status": "succeeded" if succeeded else "failed",
        }
    )
    address = str(intent.notes["return_url"])
    return f"{address}{'&' if '?' in address else '?'}{told}"


def _session_of(world: World, identifier: str) -> Record | None:
    """Return the session that an intent belongs to, if it is one's."""
    for field in ("payment_intent", "setup_intent"):
        for found in world.store.every(sessions.KIND, **{field: identifier}):
            return sessions.current(world, found.id)
    return None


def _asking(world: World, identifier: str) -> Record:
    """Return the intent, of either kind, for which the bank asks the person."""
    setup = world.store.find(setups.KIND, identifier)
    return setup or world.store.get(intents.KIND, identifier)


def _amount(intent: Document) -> str:
    """Return what is asked for, which for a card that is only saved is nothing."""
    if intent["object"] == setups.KIND:
        return ""
    return amounts.shown(intent["amount"], intent["currency"])


def _terms(session: Document) -> str:
    """Return what a person agrees to by saving a card."""
    text = session["custom_text"]["submit"]
    return text["message"] if text else ""


def _last_error(intent: Document) -> Document | None:
    error: Document | None = intent[_ERRORS[intent["object"]]]
    return error


def _approval_address(world: World, identifier: str) -> str:
    return f"{world.base_url}/c/approve/{identifier}"


def _ask(
    world: World,
    session: Document,
    *,
    problems: Mapping[str, str],
    values: Mapping[str, str] | None = None,
) -> Ask:
    lines = world.store.get(sessions.KIND, session["id"]).notes["lines"]
    kept = {name: value for name, value in (values or {}).items() if name != "cvc"}
    return Ask(
        payee=world.payee,
        amount=amounts.shown(session["amount_total"], session["currency"]) if lines else "",
        what=", ".join(line["description"] for line in lines) or _terms(session),
        action=sessions.address(world, session),
        cancellable=bool(session["cancel_url"]),
        values=kept,
        problems=problems,
    )


def _problem(error: Document | None) -> dict[str, str]:
    """Return the field that a refusal concerns, with the code of its message."""
    if error is None:
        return {}
    return {_FIELD_OF.get(error["code"], "number"): error.get("decline_code") or error["code"]}


def _fields(request: Request) -> dict[str, str]:
    try:
        form = forms.decode(request.body.decode())
    except (forms.FormNotUnderstood, UnicodeDecodeError):
        return {}
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _language(session: Document, accepted: str) -> str:
    return words.language(session["locale"], accepted)


_PAGES = {
    "pay": (_show_pay, _act_pay),
    "approve": (_show_approve, _act_approve),
    "onboard": (onboarding.show, onboarding.act),
}
