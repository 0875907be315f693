"""Every call of the API as it was made, so that it can be held against the contract again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from payments.sandbox.store import Document
    from payments.sandbox.wire import Request
    from payments.sandbox.world import World

MOST = 5_000  # The oldest are forgotten.


def keep(world: World, request: Request, *, status: int) -> None:
    """Remember a call and how it was answered; neither its key nor what the answer said."""
    with world.store.transaction() as connection:
        connection.execute(
            "INSERT INTO requests (at, verb, path, form, account, idempotency_key, status)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                world.now(),
                request.verb,
                request.path,
                request.body.decode(errors="replace") if request.verb == "POST" else request.query,
                request.headers.get("stripe-account", ""),
                request.headers.get("idempotency-key", ""),
                status,
            ),
        )
        connection.execute(
            "DELETE FROM requests WHERE serial <= (SELECT max(serial) FROM requests) - ?", (MOST,)
        )


def every(world: World) -> Document:
    """Return the calls, oldest first."""
    names = ("at", "verb", "path", "form", "account", "idempotency_key", "status")
    with world.store.transaction() as connection:
        rows = connection.execute(
            "SELECT at, verb, path, form, account, idempotency_key, status"
            " FROM requests ORDER BY serial"
        ).fetchall()
    return {"requests": [dict(zip(names, row, strict=True)) for row in rows]}
