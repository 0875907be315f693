"""Idempotency keys: the second call with a key gets the first one's answer, for 24 hours."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.sandbox.errors import IdempotencyConflict, InvalidRequest, KeyInUse
from payments.sandbox.wire import Answer

if TYPE_CHECKING:
    from payments.sandbox.calls import Call
    from payments.sandbox.world import World

_LIFETIME = 24 * 3600
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to answer for a key. Without a key there is nothing to keep."""

    key: str | None


def claim(world: World, key: str | None, call: Call) -> Claim | Answer:
    """Take a key for this call, or return the answer that it already has.

    Raises:
        IdempotencyConflict: the key stands for another call.
        KeyInUse: its first call is still being served.
    """
    if key is None or call.verb != "POST":
        return Claim(None)
    if not 0 < len(key) <= _LONGEST:
        raise InvalidRequest(f"Idempotency keys have from 1 to {_LONGEST} characters.")
    now = world.now()
    with world.store.transaction() as connection:
        connection.execute("DELETE FROM keys WHERE created <= ?", (now - _LIFETIME,))
        row = connection.execute(
            "SELECT path, params, request, status, body FROM keys WHERE key = ?", (key,)
        ).fetchone()
        if row:
            return _earlier(key, call, row)
        connection.execute(
            "INSERT INTO keys (key, path, params, created, request) VALUES (?, ?, ?, ?, ?)",
            (key, call.path, _digest(call), now, world.request_id or ""),
        )
    return Claim(key)


def keep(world: World, claimed: Claim, answer: Answer) -> None:
    """Store the answer for every later call with the key."""
    with world.store.transaction() as connection:
        connection.execute(
            "UPDATE keys SET status = ?, body = ? WHERE key = ?",
            (answer.status, answer.body.decode(), claimed.key),
        )


def release_unanswered(world: World, key: str | None = None) -> None:
    """Forget a claim that ended without an answer; without `key` all of them, as after a crash."""
    with world.store.transaction() as connection:
        connection.execute(
            "DELETE FROM keys WHERE status IS NULL AND (? IS NULL OR key = ?)", (key, key)
        )


def _earlier(key: str, call: Call, row: tuple[str, str, str, int | None, str]) -> Answer:
    path, params, request, status, body = row
    hint = f"Try using a key other than '{key}' if you meant to execute a different request."
    if path != call.path:
        raise IdempotencyConflict(
            "Keys for idempotent requests can only be used for the same endpoint they were first"
            f" used for ('{call.path}' vs '{path}'). {hint}"
        )
    if params != _digest(call):
        raise IdempotencyConflict(
            "Keys for idempotent requests can only be used with the same parameters they were"
            f" first used with. {hint}"
        )
    if status is None:
        raise KeyInUse(
            message="There is currently another in-progress request using this Idempotent Key.",
            code="idempotency_key_in_use",
        )
    replay = Answer(status, body.encode(), "application/json")
    return replay.adding(idempotent_replayed="true", original_request=request)


def _digest(call: Call) -> str:
    canonical = json.dumps(call.params, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
