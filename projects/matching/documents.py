"""Reading a programme document into a rule, or saying which field is wrong and what is allowed.

`programme.schema.json` beside this file defines the form; this reader accepts nothing that the
schema refuses. It refuses three things more, which a schema cannot say: a currency or zone that
does not exist, a time that is no time, a window that closes before it opens.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from payments.currencies import UnknownCurrency, currency
from projects.matching.caps import Cap, Scope
from projects.matching.formula import Rate
from projects.matching.rules import Condition, Operator, Partial, Rule, Window, type_of_fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LARGEST_MINOR = 10**15
LARGEST_RATE = 10**6
LARGEST_PRIORITY = 1000
ID = re.compile(r"[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*")
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})", re.ASCII)
REQUIRED = ("id", "currency", "window", "rate")
OPTIONAL = (
    "name",
    "tz",
    "priority",
    "eligible",
    "min_contribution",
    "caps",
    "pot",
    "allocation",
    "on_exhaustion",
    "refund",
)


class RuleNotUnderstood(ValueError):
    """A programme document that is not a rule: the field, and what is allowed there."""

    def __init__(self, *, field: str, allowed: str) -> None:
        super().__init__(f"{field}: {allowed}")
        self.field = field
        self.allowed = allowed


def read(document: object) -> Rule:
    """Return the rule that a programme document (parsed JSON) says.

    Raises:
        RuleNotUnderstood: naming the first field that is wrong and what is allowed there.
    """
    fields = _object(document, "programme", required=REQUIRED, optional=OPTIONAL)
    programme_id = _text(fields["id"], "id", longest=64)
    if not ID.fullmatch(programme_id):
        raise RuleNotUnderstood(
            field="id", allowed="must be letters, digits and single hyphens between them"
        )
    _word(fields.get("allocation", "instant"), "allocation", ["instant"])
    _word(fields.get("on_exhaustion", "partial"), "on_exhaustion", ["partial"])
    return Rule(
        programme_id=programme_id,
        name=_text(fields.get("name", programme_id), "name", longest=120),
        currency=_currency(fields["currency"]),
        window=_window(fields["window"], fields.get("tz", "UTC")),
        priority=_integer(fields.get("priority", 1), "priority", 1, LARGEST_PRIORITY),
        eligible=tuple(
            _condition(item, f"eligible[{n}]")
            for n, item in enumerate(_list(fields.get("eligible", []), "eligible", 0, 20))
        ),
        min_contribution_minor=_minor(fields.get("min_contribution", 1), "min_contribution"),
        rate=_rate(fields["rate"]),
        caps=tuple(
            _cap(item, f"caps[{n}]")
            for n, item in enumerate(_list(fields.get("caps", []), "caps", 0, 20))
        ),
        pot_minor=_integer(fields.get("pot", 0), "pot", 0, LARGEST_MINOR),
        partial=_partial(fields.get("refund", {})),
    )


def _partial(value: object) -> Partial:
    fields = _object(value, "refund", required=(), optional=("partial",))
    return Partial(_word(fields.get("partial", Partial.RECOMPUTE), "refund.partial", Partial))


def _cap(value: object, where: str) -> Cap:
    fields = _object(value, where, required=("scope", "amount"))
    scope = Scope(_word(fields["scope"], f"{where}.scope", Scope))
    return Cap(scope, _minor(fields["amount"], f"{where}.amount"))


def _condition(value: object, where: str) -> Condition:
    fields = _object(value, where, required=("field", "op", "value"))
    field = _word(fields["field"], f"{where}.field", type_of_fact)
    is_number = type_of_fact[field] is int
    op = Operator(_word(fields["op"], f"{where}.op", _operators(is_number=is_number)))
    read_one = _minor if is_number else _fact_word
    if op not in (Operator.IN, Operator.NOT_IN):
        return Condition(field, op, read_one(fields["value"], f"{where}.value"))
    items = _list(fields["value"], f"{where}.value", 1, 300)
    values = tuple(read_one(item, f"{where}.value[{n}]") for n, item in enumerate(items))
    return Condition(field, op, values)


def _operators(*, is_number: bool) -> list[str]:
    ordered = (Operator.GTE, Operator.LTE)
    return [op.value for op in Operator if is_number or op not in ordered]


def _fact_word(value: object, where: str) -> str:
    return _text(value, where, longest=100)


def _rate(value: object) -> Rate:
    items = _list(value, "rate", 2, 2)
    numerator, denominator = (
        _integer(item, f"rate[{n}]", 1, LARGEST_RATE) for n, item in enumerate(items)
    )
    return Rate(numerator, denominator)


def _currency(value: object) -> str:
    code = _text(value, "currency", longest=3)
    try:
        return currency(code).code
    except UnknownCurrency:
        raise RuleNotUnderstood(
            field="currency", allowed="must be a code of ISO 4217 that Weft knows"
        ) from None


def _window(value: object, zone: object) -> Window:
    items = _list(value, "window", 2, 2)
    opens_at, closes_at = (_instant(item, f"window[{n}]") for n, item in enumerate(items))
    if closes_at <= opens_at:
        raise RuleNotUnderstood(field="window[1]", allowed="must be a time after window[0]")
    name = _text(zone, "tz", longest=64)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise RuleNotUnderstood(
            field="tz", allowed="must be a zone of the IANA database, as Africa/Nairobi"
        ) from None
    return Window(opens_at, closes_at, name)


def _instant(value: object, where: str) -> datetime:
    text = _text(value, where, longest=32)
    if INSTANT.fullmatch(text):
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise RuleNotUnderstood(
        field=where, allowed="must be a time with its offset, as 2026-03-01T00:00:00+03:00"
    )


def _object(
    value: object, where: str, *, required: Sequence[str], optional: Sequence[str] = ()
) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise RuleNotUnderstood(field=where, allowed="must be an object")
    known = (*required, *optional)
    for key in value:
        if key not in known:
            raise RuleNotUnderstood(
                field=_inside(where, str(key)), allowed=f"unknown; known: {_list_of(known)}"
            )
    for key in required:
        if key not in value:
            raise RuleNotUnderstood(field=_inside(where, key), allowed="is missing")
    return value


def _inside(where: str, key: str) -> str:
    return key if where == "programme" else f"{where}.{key}"


def _list(value: object, where: str, fewest: int, most: int) -> list[object]:
    if not isinstance(value, list) or not fewest <= len(value) <= most:
        count = str(most) if fewest == most else f"{fewest} to {most}"
        raise RuleNotUnderstood(field=where, allowed=f"must be a list of {count}")
    return value


def _text(value: object, where: str, *, longest: int) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise RuleNotUnderstood(field=where, allowed=f"must be a text of 1 to {longest} characters")
    return value


def _word(value: object, where: str, allowed: Iterable[str]) -> str:
    words = list(allowed)
    if not isinstance(value, str) or value not in words:
        raise RuleNotUnderstood(field=where, allowed=f"allowed: {_list_of(words)}")
    return str(value)


def _integer(value: object, where: str, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise RuleNotUnderstood(
            field=where, allowed=f"must be a whole number from {least} to {most}"
        )
    return value


def _minor(value: object, where: str) -> int:
    return _integer(value, where, 1, LARGEST_MINOR)


def _list_of(words: Iterable[str]) -> str:
    return ", ".join(words)
