"""Bringing events to webhook endpoints: signed, in order, again and later when refused."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from payments.sandbox import clock, endpoints, events, faults, signing, wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.world import World

_TIMEOUT = 10.0
_PAUSES = (
    1,
    2,
    4,
    8,
    15,
    30,
    60,
    120,
    300,
    600,
    1_800,
    3_600,
    7_200,
)  # Seconds until the next try.
_TAKEN = range(200, 300)
_HELD = "held"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event owed to one endpoint."""

    serial: int
    attempts: int
    url: str
    secrets: tuple[str, ...]
    payload: bytes


def deliver_due(world: World, *, stopping: Callable[[], bool]) -> None:
    """Try every delivery whose time has come, each once, until `stopping`."""
    for serial in faults.in_order(world, _due(world)):
        delivery = None if stopping() else _load(world, serial)
        if delivery is None:
            continue
        if faults.is_lost(world):
            _lose(world, delivery)
            continue
        at = clock.machine_time(world)  # A clock turned forward must not make a signature strange.
        answers = [_post(delivery, at=at) for _ in range(faults.copies(world))]
        _record(world, delivery, taken=any(answers))


def hold(world: World, *, held: bool) -> None:
    """Stop or resume all deliveries. Events go on happening and wait."""
    with world.store.transaction() as connection:
        connection.execute("DELETE FROM settings WHERE name = ?", (_HELD,))
        if held:
            connection.execute("INSERT INTO settings (name, value) VALUES (?, '')", (_HELD,))
    world.wake()


def _due(world: World) -> list[int]:
    with world.store.transaction() as connection:
        if connection.execute("SELECT 1 FROM settings WHERE name = ?", (_HELD,)).fetchone():
            return []
        rows = connection.execute(
            "SELECT serial FROM deliveries WHERE due <= ? ORDER BY due, serial", (world.clock(),)
        )
        return [serial for (serial,) in rows]


def _load(world: World, serial: int) -> Delivery | None:
    """Return what to send, or None when the endpoint was removed meanwhile."""
    with world.store.transaction() as connection:
        row = connection.execute(
            "SELECT event, endpoint, attempts FROM deliveries WHERE serial = ?", (serial,)
        ).fetchone()
        if row is None:
            return None
        event, endpoint, attempts = row
        document = world.store.get(events.KIND, event).document
        target = world.store.get(endpoints.KIND, endpoint)
    return Delivery(
        serial=serial,
        attempts=attempts,
        url=target.document["url"],
        secrets=tuple(target.notes["secrets"]),
        payload=wire.render(document).encode(),
    )


def _post(delivery: Delivery, *, at: int) -> bool:
    """Send one event; only an answer from 200 to 299 means that it was taken.

    A redirect is not followed, as Stripe follows none.
    """
    parts = urlsplit(delivery.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signing.header(delivery.payload, delivery.secrets, at=at),
        "User-Agent": "Stripe/1.0 (sandbox)",
    }
    target = parts.path or "/"
    try:
        connection.request(
            "POST",
            f"{target}?{parts.query}" if parts.query else target,
            body=delivery.payload,
            headers=headers,
        )
        return connection.getresponse().status in _TAKEN
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _lose(world: World, delivery: Delivery) -> None:
    with world.store.transaction() as connection:
        connection.execute(
            "UPDATE deliveries SET state = 'lost', due = NULL WHERE serial = ?", (delivery.serial,)
        )


def _record(world: World, delivery: Delivery, *, taken: bool) -> None:
    last = delivery.attempts >= len(_PAUSES)
    pause = 0 if taken or last else _PAUSES[delivery.attempts]
    state = "delivered" if taken else "given_up" if last else "waiting"
    due = None if taken or last else world.clock() + pause
    with world.store.transaction() as connection:
        connection.execute(
            "UPDATE deliveries SET attempts = attempts + 1, state = ?, due = ? WHERE serial = ?",
            (state, due, delivery.serial),
        )
