"""Faults planted on purpose, so that whoever compares books with the provider has what to find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox import balance, charges, intent_calls, intents, payouts, transfers
from payments.sandbox.errors import InvalidRequest
from payments.sandbox.lazy import contract
from payments.sandbox.store import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.store import Document
    from payments.sandbox.world import World

_STRANGER = {
    "amount": "4200",
    "currency": "eur",
    "capture_method": "automatic",
    "payment_method": "pm_card_visa",
}


def control(world: World, body: Document) -> Document:
    """Plant `fault`, on `object` or on the newest thing it can be planted on; nobody is told.

    Returns:
        The fault and the id of the object that is wrong now, or gone.

    Raises:
        InvalidRequest: no such fault, or nothing to plant it on.
    """
    plant = FAULTS.get(str(body.get("fault")))
    if plant is None:
        raise InvalidRequest(f"fault must be one of {', '.join(FAULTS)}.", param="fault")
    named = body.get("object")
    if named is not None and not isinstance(named, str):
        raise InvalidRequest(message="object must be an id.", param="object")
    return {"fault": body["fault"], "object": plant(world, named)}


def _unknown_charge(world: World, named: str | None) -> str:
    """Let somebody pay who was never asked to."""
    if named is not None:
        raise InvalidRequest(message="An unknown charge is made anew.", param="object")
    intent = _call(world, intent_calls.create, "/v1/payment_intents", _STRANGER)
    paid = _call(world, intent_calls.confirm, f"/v1/payment_intents/{intent['id']}/confirm", {})
    return str(paid["latest_charge"])


def _call(
    world: World, serve: Callable[..., Document], path: str, form: dict[str, str]
) -> Document:
    return serve(world, contract().read("POST", path, dict(form)))


def _missing_charge(world: World, named: str | None) -> str:
    """Forget a charge and what it did to the balance."""
    charge = _counted(world, named)
    intent = world.store.get(intents.KIND, charge.document["payment_intent"])
    intent.document["latest_charge"] = None
    world.store.save(intent)
    world.store.delete(charge.document["balance_transaction"])
    world.store.delete(charge.id)
    return charge.id


def _fee_off_by_one(world: World, named: str | None) -> str:
    """Keep one unit more of a charge than before."""
    charge = _counted(world, named)
    line = world.store.get(balance.KIND, charge.document["balance_transaction"])
    line.document["fee"] += 1
    line.document["net"] -= 1
    for detail in line.document["fee_details"]:
        detail["amount"] += 1
    world.store.save(line)
    return charge.id


def _currency_swapped(world: World, named: str | None) -> str:
    """Say that a charge was made in another currency, with the same digits."""
    charge = _counted(world, named)
    other = "usd" if charge.document["currency"] == "eur" else "eur"
    changed = [
        charge,
        world.store.get(balance.KIND, charge.document["balance_transaction"]),
        world.store.get(intents.KIND, charge.document["payment_intent"]),
    ]
    for record in changed:
        record.document["currency"] = other
        world.store.save(record)
    return charge.id


def _payout_twice(world: World, named: str | None) -> str:
    """Send a transfer, or a payout of our own balance, a second time."""
    found = [
        record
        for kind in (transfers.KIND, payouts.KIND)
        for record in world.store.every(kind)
        if named in {None, record.id} and not record.notes.get("account")
    ]
    if not found:
        raise InvalidRequest(message="Nothing has been paid out.", param="object")
    first = found[-1]
    again = first.document | {
        "id": world.name(first.id.partition("_")[0]),
        "created": world.now(),
    }
    line = world.store.get(balance.KIND, first.document["balance_transaction"]).document
    copied = line | {"id": world.name("txn"), "created": world.now(), "source": again["id"]}
    world.store.save(Record(copied))
    world.store.save(Record(again | {"balance_transaction": copied["id"]}, dict(first.notes)))
    return str(again["id"])


def _counted(world: World, named: str | None) -> Record:
    """Return the newest charge that has arrived on our balance, or the one that is named."""
    counted = [
        record
        for record in world.store.every(charges.KIND)
        if record.document["balance_transaction"] and named in {None, record.id}
    ]
    if not counted:
        raise InvalidRequest(message="There is no such charge.", param="object")
    return counted[-1]


FAULTS: dict[str, Callable[[World, str | None], str]] = {
    "unknown_charge": _unknown_charge,
    "missing_charge": _missing_charge,
    "fee_off_by_one": _fee_off_by_one,
    "currency_swapped": _currency_swapped,
    "payout_twice": _payout_twice,
}
