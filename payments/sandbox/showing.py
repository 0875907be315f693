"""Objects as the API shows them now, and lists of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import balance, charges, events, sessions
from payments.sandbox.errors import InvalidRequest
from payments.sandbox.rules import check_offered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from payments.sandbox.calls import Call
    from payments.sandbox.store import Document, Record
    from payments.sandbox.world import World

_SIGNS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_PAGING = frozenset({"limit", "starting_after", "ending_before", "created", "expand"})
_SHORT, _LONGEST = 10, 100
OF_ACCOUNTS = frozenset({balance.KIND, "payout"})  # Kinds that connected accounts have, too.
_NOW: dict[str, Callable[[World, Document], Document]] = {
    balance.KIND: balance.aged,
    events.KIND: events.pending,
    sessions.KIND: sessions.shown,
}


def show(world: World, record: Record) -> Document:
    """Return the document of a record, with what depends on the time or on the address."""
    now = _NOW.get(record.kind)
    return now(world, record.document) if now else record.document


def as_list(path: str, items: list[Document], *, has_more: bool = False) -> Document:
    return {"object": "list", "data": items, "has_more": has_more, "url": path}


def listed(
    world: World, call: Call, kind: str, *, filters: Mapping[str, tuple[str, str]]
) -> Document:
    """Return one page of the objects of a kind, newest first.

    `filters` says for each parameter which field it concerns, and with which sign.

    Raises:
        InvalidRequest: a limit out of range, or a filter that is not offered.
    """
    check_offered(call.params, _PAGING | filters.keys())
    limit = call.params.get("limit", _SHORT)
    if not 1 <= limit <= _LONGEST:
        raise InvalidRequest(f"Limit must be from 1 to {_LONGEST}.", param="limit")
    asked = [(*filters[name], call.params[name]) for name in filters if name in call.params]
    whose = [("notes.account", "IS", world.account)] if kind in OF_ACCOUNTS else []
    found = world.store.page(
        kind,
        [*asked, *whose, *_created(call.params.get("created"))],
        limit=limit,
        after=call.params.get("starting_after"),
        before=call.params.get("ending_before"),
    )
    items = [show(world, record) for record in found.records]
    return as_list(call.path, items, has_more=found.has_more)


def lines_of(world: World, session: Document) -> Document:
    """Return the line items of a session as a list."""
    lines = world.store.get(sessions.KIND, session["id"]).notes["lines"]
    return as_list(f"/v1/checkout/sessions/{session['id']}/line_items", lines)


def refunds_of(world: World, charge: Document) -> Document:
    """Return the refunds of a charge as a list, newest first."""
    found = reversed(world.store.every("refund", charge=charge["id"]))
    return as_list(f"/v1/charges/{charge['id']}/refunds", [record.document for record in found])


# Lists that an object shows only when asked to.
PARTS: dict[tuple[str, str], Callable[[World, Document], Document]] = {
    (charges.KIND, "refunds"): refunds_of,
    (sessions.KIND, "line_items"): lines_of,
}


def _created(asked: int | dict[str, int] | None) -> list[tuple[str, str, int]]:
    if asked is None:
        return []
    if isinstance(asked, int):
        return [("created", "=", asked)]
    return [("created", _SIGNS[name], moment) for name, moment in asked.items()]
