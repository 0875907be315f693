"""Events: what happened, as an object of its own, and to whom it must be delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import endpoints
from payments.sandbox.lazy import contract
from payments.sandbox.store import Record

if TYPE_CHECKING:
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

KIND = "event"


def emit(
    world: World, name: str, subject: Document, *, previous: Document | None = None
) -> Document:
    """Record that something happened and owe it to every endpoint that listens; return the event.

    `subject` is copied as it stands now; `previous` holds the earlier values of changed fields.
    """
    listening = _listening(world, name) if world.delivers else []
    event = {
        "id": world.name("evt"),
        "object": KIND,
        "api_version": contract().API_VERSION,
        "created": world.now(),
        "data": {"object": subject} | ({"previous_attributes": previous} if previous else {}),
        "livemode": False,
        "pending_webhooks": len(listening),
        "request": world.calls,
        "type": name,
    } | ({"account": world.account} if world.account else {})
    world.store.save(Record(event))
    with world.store.transaction() as connection:
        connection.executemany(
            "INSERT INTO deliveries (event, endpoint, due) VALUES (?, ?, ?)",
            [(event["id"], endpoint.id, world.clock()) for endpoint in listening],
        )
    world.wake()
    return event


def _listening(world: World, name: str) -> list[Record]:
    return [
        endpoint
        for endpoint in world.store.every(endpoints.KIND)
        if {"*", name} & set(endpoint.document["enabled_events"])
    ]


def pending(world: World, event: Document) -> Document:
    """Return the event with the number of endpoints that have not taken it yet."""
    with world.store.transaction() as connection:
        (waiting,) = connection.execute(
            "SELECT count(*) FROM deliveries WHERE event = ? AND state <> 'delivered'",
            (event["id"],),
        ).fetchone()
    return event | {"pending_webhooks": waiting}
