"""Which money counts: kinds, conditions on facts, roles that must come together, weights."""

from __future__ import annotations

import re

from projects.matching.documents.reading import (
    LARGEST_MINOR,
    Contradiction,
    RuleNotUnderstood,
    code,
    each,
    either,
    integer,
    items,
    text,
    whole,
    word,
)
from projects.matching.formula import Rate
from projects.matching.rules import Condition, Counts, Operator, Paired, Pairing, Weight

FACT = re.compile(r"(donor|project|organisation|contribution)\.[A-Za-z][A-Za-z0-9_]*|role")
KINDS = ("donation", "loan", "equity", "pledge", "own_investment")
GIVERS = ("individual", "club", "company", "organisation", "estate")
MOST_VALUES = 300
MOST_BANDS = 50
LARGEST_PERCENT = 1000
ORDERED = (Operator.GTE, Operator.LTE)
LISTED = (Operator.IN, Operator.NOT_IN)


def fact(value: object, where: str) -> str:
    """Return the name of a fact, as donor.residence."""
    found = text(value, where, longest=64)
    if not FACT.fullmatch(found):
        raise RuleNotUnderstood(
            field=where,
            allowed="must be role, or a name after donor., project., organisation. "
            "or contribution., as donor.residence",
        )
    return found


def condition(value: object, where: str) -> Condition:
    found = whole(value, where, required=("field", "op"), optional=("value", "value_field"))
    field = fact(found["field"], f"{where}.field")
    op = Operator(word(found["op"], f"{where}.op", Operator))
    if ("value" in found) == ("value_field" in found):
        raise RuleNotUnderstood(field=f"{where}.value", allowed="needs a value or a value_field")
    if "value_field" in found:
        return Condition(field, op, value_field=fact(found["value_field"], f"{where}.value_field"))
    return Condition(field, op, _compared(found["value"], f"{where}.value", op))


def conditions(value: object, where: str) -> tuple[Condition, ...]:
    return each(value, where, condition)


def one_or_more(value: object, where: str) -> tuple[Condition, ...]:
    """Return one condition, or the conditions of a list that is not empty."""
    if isinstance(value, dict):
        return (condition(value, where),)
    return each(value, where, condition, fewest=1)


def _compared(value: object, where: str, op: Operator) -> str | int | tuple[str | int, ...]:
    if op in LISTED:
        return each(value, where, _scalar, fewest=1, most=MOST_VALUES)
    if op in ORDERED:
        return integer(value, where, -LARGEST_MINOR, LARGEST_MINOR)
    return _scalar(value, where)


def _scalar(value: object, where: str) -> str | int:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return integer(value, where, -LARGEST_MINOR, LARGEST_MINOR)
    if not isinstance(value, str):
        raise RuleNotUnderstood(
            field=where, allowed="must be a text, a whole number, true or false"
        )
    return text(value, where)


def counts(value: object) -> Counts:
    found = whole(value, "counts", optional=("kinds", "kind", "channels", "channel", "by", "proof"))
    kinds, channels = (
        either(found, "counts", "kinds", "kind"),
        either(found, "counts", "channels", "channel"),
    )
    return Counts(
        kinds=_words(found[kinds], f"counts.{kinds}", KINDS) if kinds else (),
        channels=_words(found[channels], f"counts.{channels}", None) if channels else (),
        by=_words(found["by"], "counts.by", GIVERS) if "by" in found else (),
        proof=code(found["proof"], "counts.proof") if "proof" in found else None,
    )


def _words(value: object, where: str, allowed: tuple[str, ...] | None) -> tuple[str, ...]:
    def one(item: object, place: str) -> str:
        return code(item, place) if allowed is None else word(item, place, allowed)

    if isinstance(value, list):
        return each(value, where, one, fewest=1)
    return (one(value, where),)


def paired(value: object) -> Paired:
    found = whole(value, "paired", required=("roles", "rule"))
    roles = each(found["roles"], "paired.roles", code, fewest=2, most=10)
    if len(set(roles)) < len(roles):
        raise Contradiction(field="paired.roles", allowed="must be different roles")
    return Paired(roles, Pairing(word(found["rule"], "paired.rule", Pairing)))


def weight(value: object) -> Weight:
    """Return the weight by a score: `map` of [score, percent] or `bands` of [from, n, d]."""
    found = whole(value, "weight", required=("by",), optional=("map", "bands"))
    by = fact(found["by"], "weight.by")
    if ("map" in found) == ("bands" in found):
        raise RuleNotUnderstood(field="weight.map", allowed="needs a map or bands")
    if "map" in found:
        rows = each(found["map"], "weight.map", _percent, fewest=1, most=MOST_BANDS)
    else:
        rows = each(found["bands"], "weight.bands", _band, fewest=1, most=MOST_BANDS)
    starts = [start for start, _ in rows]
    if starts != sorted(set(starts)):
        key = "map" if "map" in found else "bands"
        raise Contradiction(field=f"weight.{key}", allowed="must ascend, each score once")
    return Weight(by, rows)


def _percent(value: object, where: str) -> tuple[int, Rate]:
    start, percent = items(value, where, 2, 2)
    return (
        integer(start, f"{where}[0]", -LARGEST_MINOR, LARGEST_MINOR),
        Rate(integer(percent, f"{where}[1]", 0, LARGEST_PERCENT), 100),
    )


def _band(value: object, where: str) -> tuple[int, Rate]:
    start, numerator, denominator = items(value, where, 3, 3)
    return (
        integer(start, f"{where}[0]", -LARGEST_MINOR, LARGEST_MINOR),
        Rate(
            integer(numerator, f"{where}[1]", 0, 10**6),
            integer(denominator, f"{where}[2]", 1, 10**6),
        ),
    )
