"""Faults on demand: what goes wrong with the next calls, payments and deliveries.

| fault | with | what happens to the `next` ones (1 if not said) |
|---|---|---|
| `latency` | `seconds` | a call is served so much later |
| `fail` | `status`: 409, 429 or 500 | a call is refused and not served |
| `cut` | `bytes` | a call is served, and its answer breaks off after so many bytes |
| `settle_later` | `seconds` | a card that would pay at once is processed for so long |
| `drop` | | an event is delivered to nobody, ever |
| `duplicate` | `copies` | an event is delivered so many times more |
| `reorder` | `seed` | that many events wait for each other, then go in another order: backwards, \
or shuffled by a seed |

The first three may name a `verb` and the beginning of a `path`; other calls then pass unharmed.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.sandbox import wire
from payments.sandbox.errors import InvalidRequest

if TYPE_CHECKING:
    from payments.sandbox.store import Document
    from payments.sandbox.wire import Answer, Request
    from payments.sandbox.world import World

_MOST = 10_000
_LONGEST = 365 * 24 * 3600
_FIELDS: dict[str, dict[str, range]] = {
    "latency": {"seconds": range(61)},
    "fail": {"status": range(409, 501)},
    "cut": {"bytes": range(1_048_577)},
    "settle_later": {"seconds": range(_LONGEST)},
    "drop": {},
    "duplicate": {"copies": range(1, 101)},
    "reorder": {},
}
_OF_CALLS = frozenset({"latency", "fail", "cut"})
_REFUSALS = {
    409: ("invalid_request_error", "lock_timeout", "This object cannot be accessed right now."),
    429: ("invalid_request_error", "rate_limit", "Too many requests hit the API too quickly."),
    500: ("api_error", None, "An error occurred on our side."),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong with one call."""

    seconds: float = 0
    refusal: Answer | None = None
    cut_after: int | None = None


def plant(world: World, body: Document) -> Document:
    """Have something go wrong from now on; return everything that will.

    Raises:
        InvalidRequest: no such fault, or not so.
    """
    kind, times = body.get("fault"), body.get("next", 1)
    if not isinstance(kind, str) or kind not in _FIELDS:
        raise InvalidRequest(f"fault must be one of {', '.join(_FIELDS)}.", param="fault")
    if not _is_whole(times) or not 0 < times <= _MOST:
        raise InvalidRequest(f"next must be from 1 to {_MOST}.", param="next")
    settings = _settings(kind, body)
    with world.store.transaction() as connection:
        connection.execute(
            "INSERT INTO faults (kind, times, settings) VALUES (?, ?, ?)",
            (kind, times, json.dumps(settings)),
        )
    return planted(world)


def planted(world: World) -> Document:
    """Return what will go wrong, in the order in which it was asked for."""
    with world.store.transaction() as connection:
        rows = connection.execute("SELECT kind, times, settings FROM faults ORDER BY serial")
        return {
            "faults": [
                {"fault": kind, "next": times} | json.loads(settings)
                for kind, times, settings in rows
            ]
        }


def clear(world: World) -> Document:
    """Let nothing go wrong any more."""
    with world.store.transaction() as connection:
        connection.execute("DELETE FROM faults")
    world.wake()
    return {"faults": []}


def meet(world: World, request: Request) -> Trouble:
    """Return what goes wrong with a call, and count it."""
    slow = _take(world, "latency", request)
    failing = _take(world, "fail", request)
    cut = None if failing else _take(world, "cut", request)
    return Trouble(
        seconds=slow["seconds"] if slow else 0,
        refusal=_refusal(failing["status"]) if failing else None,
        cut_after=cut["bytes"] if cut else None,
    )


def lateness(world: World) -> int | None:
    """Return for how many seconds the next payment is processed, if not at once."""
    late = _take(world, "settle_later")
    return late["seconds"] if late else None


def is_lost(world: World) -> bool:
    """Say whether the next delivery never happens."""
    return _take(world, "drop") is not None


def copies(world: World) -> int:
    """Return how often the next event is delivered."""
    more = _take(world, "duplicate")
    return 1 + (more["copies"] if more else 0)


def in_order(world: World, serials: list[int]) -> list[int]:
    """Return deliveries in the order in which they go; none while some wait for others."""
    with world.store.transaction() as connection:
        row = connection.execute(
            "SELECT serial, times, settings FROM faults WHERE kind = 'reorder' ORDER BY serial"
        ).fetchone()
        if row is None or not serials:
            return serials
        serial, times, settings = row
        if len(serials) < times:
            return []
        connection.execute("DELETE FROM faults WHERE serial = ?", (serial,))
    first, rest = serials[:times], serials[times:]
    seed = json.loads(settings).get("seed")
    if seed is None:
        return [*reversed(first), *rest]
    random.Random(seed).shuffle(first)  # noqa: S311  The same every time.
    return first + rest


def _settings(kind: str, body: Document) -> Document:
    settings: Document = {}
    for name, allowed in _FIELDS[kind].items():
        value = body.get(name)
        is_fit = _is_whole(value) or (kind == "latency" and isinstance(value, float))
        if value is None or not is_fit:
            raise InvalidRequest(f"{name} must be a number.", param=name)
        if not allowed.start <= value < allowed.stop:
            raise InvalidRequest(
                f"{name} must be from {allowed.start} to {allowed.stop - 1}.", param=name
            )
        settings[name] = value
    if kind == "fail" and settings["status"] not in _REFUSALS:
        raise InvalidRequest(message="status must be 409, 429 or 500.", param="status")
    more = {"verb", "path"} if kind in _OF_CALLS else {"seed"} if kind == "reorder" else set()
    settings |= {name: body[name] for name in more & body.keys()}
    if unknown := body.keys() - settings.keys() - {"fault", "next"}:
        name = min(unknown)
        raise InvalidRequest(f"{kind} has no {name}.", param=name)
    return settings


def _is_whole(value: object) -> bool:
    return type(value) is int


def _take(world: World, kind: str, request: Request | None = None) -> Document | None:
    """Return the settings of the first fault of a kind that fits, and use it once."""
    with world.store.transaction() as connection:
        rows = connection.execute(
            "SELECT serial, times, settings FROM faults WHERE kind = ? ORDER BY serial", (kind,)
        ).fetchall()
        for serial, times, text in rows:
            settings: Document = json.loads(text)
            if request is None or _fits(settings, request):
                connection.execute(
                    "DELETE FROM faults WHERE serial = ?"
                    if times == 1
                    else "UPDATE faults SET times = times - 1 WHERE serial = ?",
                    (serial,),
                )
                return settings
    return None


def _fits(settings: Document, request: Request) -> bool:
    is_verb = settings.get("verb", request.verb) == request.verb
    return is_verb and request.path.startswith(str(settings.get("path", "/")))


def _refusal(status: int) -> Answer:
    kind, code, message = _REFUSALS[status]
    error = {"type": kind, "message": message} | ({"code": code} if code else {})
    return wire.document(status, {"error": error})
