"""Short ways to write a document with one thing wrong."""

from __future__ import annotations

from typing import Any

from tests.make import rules as make

SEX = {"field": "donor.sex", "op": "eq", "value": "f"}
LAYERS = [{"id": "federal", "rate": [1, 1]}, {"id": "state", "rate": [1, 1]}]
LUMP = {"metric": "raised", "at": 1, "mode": "lump"}
WAGE = {"wage": [["2026-01-01", 5]]}
SLAB = {"mode": "slab"}


def cap(**changes: object) -> dict[str, Any]:
    """Return a document with one cap, of 1 for each donor but for the changes."""
    return make.document(caps=[{"scope": "donor", "amount": 1} | changes])


def condition(field: object = "donor.sex", op: object = "eq", **more: object) -> dict[str, Any]:
    return make.document(eligible=[{"field": field, "op": op} | more])


def tiers(*bands: object, **more: object) -> dict[str, Any]:
    return make.document(tiers={"mode": "slab", "bands": list(bands)} | more)


def close(kind: str, **changes: object) -> dict[str, Any]:
    return make.document(allocation=f"{kind}_close", **changes)
