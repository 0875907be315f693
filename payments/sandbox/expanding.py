"""`expand[]`: ids in an answer replaced by the objects they name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.sandbox.errors import InvalidRequest
from payments.sandbox.showing import PARTS, show

if TYPE_CHECKING:
    from payments.sandbox.store import Document
    from payments.sandbox.world import World

_DEEPEST = 4
_KINDS = {
    "balance_transaction": "balance_transaction",
    "charge": "charge",
    "customer": "customer",
    "failure_balance_transaction": "balance_transaction",
    "latest_charge": "charge",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
    "setup_intent": "setup_intent",
    "source": "",  # Any of those below.
}
# What moves a balance, by the beginning of its id. The sandbox keeps no object of anything else.
_OF_BALANCE = {
    "ch": "charge",
    "dp": "dispute",
    "po": "payout",
    "re": "refund",
    "tr": "transfer",
    "trr": "transfer_reversal",
}
# Objects that the sandbox does not have: such a field is null and stays so.
_ALWAYS_NULL = frozenset({"invoice", "review", "subscription"})


def expand(world: World, answer: Document, paths: list[str]) -> Document:
    """Return the answer with every named property expanded, at most four levels deep.

    Raises:
        InvalidRequest: a property that cannot be expanded.
    """
    for path in paths:
        steps = path.split(".")
        if len(steps) > _DEEPEST + (steps[0] == "data"):
            raise InvalidRequest(
                f"You cannot expand more than {_DEEPEST} levels of a property: {path}.",
                param="expand",
            )
        answer = _expanded(world, answer, steps, path)
    return answer


def _expanded(world: World, answer: Document, steps: list[str], path: str) -> Document:
    step, *rest = steps
    if step == "data" and answer.get("object") == "list":
        return answer | {"data": [_expanded(world, item, rest, path) for item in answer["data"]]}
    value = _value(world, answer, step, path)
    if rest and isinstance(value, dict):
        value = _expanded(world, value, rest, path)
    return answer | {step: value}


def _value(world: World, answer: Document, step: str, path: str) -> Document | str | None:
    part = PARTS.get((answer.get("object", ""), step))
    if part:
        return part(world, answer)
    value = answer.get(step)
    if isinstance(value, dict) or (value is None and step in answer and step in _KINDS):
        return value
    if value is None and step in answer and step in _ALWAYS_NULL:
        return value
    if not isinstance(value, str) or step not in _KINDS:
        raise InvalidRequest(f"This property cannot be expanded ({path}).", param="expand")
    kind = _OF_BALANCE.get(value.partition("_")[0]) if step == "source" else _KINDS[step]
    if kind is None:
        return value
    return show(world, world.store.get(kind, value))
