"""One API request from the wire to its answer: who asks, what, has it been asked before."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import TYPE_CHECKING

from payments.sandbox import accounts, forms, idempotency, offers, recording, wire
from payments.sandbox.errors import ApiError, InvalidRequest, NotAllowed, NotAuthenticated
from payments.sandbox.expanding import expand
from payments.sandbox.lazy import contract

if TYPE_CHECKING:
    from payments.sandbox.calls import Call
    from payments.sandbox.wire import Answer, Request
    from payments.sandbox.world import World

_KEY = "sk_test_"


def serve(world: World, request: Request) -> Answer:
    """Answer an API request, in Stripe's error form when it is refused."""
    key = request.headers.get("idempotency-key")
    asked = replace(
        world,
        request_id=world.name("req"),
        idempotency_key=key,
        account=request.headers.get("stripe-account"),
    )
    try:
        check_key(request)
        check_account(asked)
        answer = _once(asked, _read(request))
    except ApiError as refusal:
        answer = wire.document(refusal.status, refusal.document())
    recording.keep(world, request, status=answer.status)
    version = request.headers.get("stripe-version") or contract().API_VERSION
    answer = answer.adding(request_id=asked.request_id or "", stripe_version=version)
    return answer.adding(idempotency_key=key) if key else answer


def check_key(request: Request) -> None:
    """Check that the caller shows a secret test key.

    Raises:
        NotAuthenticated: no key, or none of this mode.
    """
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    secret = credentials.strip()
    if scheme.lower() == "basic":
        secret = _basic_user(secret)
    if not secret:
        raise NotAuthenticated(message="You did not provide an API key.")
    if not secret.startswith(_KEY):
        raise NotAuthenticated(f"Invalid API Key provided: the sandbox takes {_KEY}… only.")


def check_account(world: World) -> None:
    """Check that the connected account that a call is made for exists.

    Raises:
        NotAllowed: it does not.
    """
    with world.store.transaction():
        if world.account and world.store.find(accounts.KIND, world.account) is None:
            raise NotAllowed(
                f"The provided key does not have access to account '{world.account}' (or that"
                " account does not exist).",
                code="account_invalid",
            )


def _basic_user(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _read(request: Request) -> Call:
    text = request.query
    if request.verb == "POST":
        if request.query:
            raise InvalidRequest(message="Parameters of a POST belong into its body.")
        text = _form_body(request)
    try:
        form = forms.decode(text)
    except forms.FormNotUnderstood as problem:
        raise InvalidRequest(str(problem)) from problem
    return contract().read(request.verb, request.path, form)


def _form_body(request: Request) -> str:
    try:
        return request.body.decode()
    except UnicodeDecodeError as problem:
        raise InvalidRequest(message="The body is not UTF-8.") from problem


def _once(world: World, call: Call) -> Answer:
    """Serve a call, or replay its answer. What was checked before this is never replayed."""
    serve_call = offers.handler(call, connected=world.account is not None)
    key = world.idempotency_key
    if key and world.account:  # Keys of one account are unknown to every other.
        key = f"{world.account}:{key}"
    claimed = idempotency.claim(world, key, call)
    if not isinstance(claimed, idempotency.Claim):
        return claimed
    try:
        with world.store.transaction():
            answer = _attempted(world, call, serve_call)
            idempotency.keep(world, claimed, answer)
    finally:
        if claimed.key:
            idempotency.release_unanswered(world, claimed.key)
    return answer


def _attempted(world: World, call: Call, serve_call: offers.Handler) -> Answer:
    try:
        with world.store.transaction():
            return wire.document(200, expand(world, serve_call(world, call), call.expand))
    except ApiError as refusal:
        return wire.document(refusal.status, refusal.document())
