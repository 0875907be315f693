"""The small words of a programme document: texts, whole numbers, rates, times.

Each function takes a value and its place in the document, as `caps[0].amount`, and returns what the
value says, or refuses it by naming the place and what is allowed there.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeVar

from projects.matching.formula import Rate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

PROGRAMME = "programme"
LARGEST_MINOR = 10**15
LARGEST_RATE = 10**6
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
CODE = re.compile(r"[A-Za-z0-9]+([_-][A-Za-z0-9]+)*")

T = TypeVar("T")


class RuleNotUnderstood(ValueError):
    """A programme document that is not a rule: the field, and what is allowed there."""

    def __init__(self, *, field: str, allowed: str) -> None:
        super().__init__(f"{field}: {allowed}")
        self.field = field
        self.allowed = allowed


class Contradiction(RuleNotUnderstood):
    """Each word is allowed, but not this one beside the others: what a schema cannot say."""


def whole(
    value: object, where: str, *, required: Sequence[str] = (), optional: Sequence[str] = ()
) -> Mapping[str, object]:
    """Return an object that has all required keys and no unknown one."""
    if not isinstance(value, dict):
        raise RuleNotUnderstood(field=where, allowed="must be an object")
    known = (*required, *optional)
    for key in value:
        if key not in known:
            raise RuleNotUnderstood(
                field=inside(where, str(key)), allowed=f"unknown; known: {', '.join(known)}"
            )
    for key in required:
        if key not in value:
            raise RuleNotUnderstood(field=inside(where, key), allowed="is missing")
    return value


def inside(where: str, key: str) -> str:
    """Return the place of a key inside a place."""
    return key if where == PROGRAMME else f"{where}.{key}"


def either(fields: Mapping[str, object], where: str, *keys: str) -> str | None:
    """Return which of several spellings is given, refusing two of them."""
    given = [key for key in keys if key in fields]
    if len(given) > 1:
        raise Contradiction(
            field=inside(where, given[1]), allowed=f"says the same as {given[0]}: leave one out"
        )
    return given[0] if given else None


def items(value: object, where: str, fewest: int, most: int) -> list[object]:
    if not isinstance(value, list) or not fewest <= len(value) <= most:
        count = str(most) if fewest == most else f"{fewest} to {most}"
        raise RuleNotUnderstood(field=where, allowed=f"must be a list of {count}")
    return value


def each(
    value: object, where: str, read: Callable[[object, str], T], *, fewest: int = 0, most: int = 20
) -> tuple[T, ...]:
    """Return what every item of a list says."""
    return tuple(
        read(item, f"{where}[{n}]") for n, item in enumerate(items(value, where, fewest, most))
    )


def text(value: object, where: str, *, longest: int = 100) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise RuleNotUnderstood(field=where, allowed=f"must be a text of 1 to {longest} characters")
    return value


def code(value: object, where: str) -> str:
    """Return a short word made of letters, digits, and single hyphens or underscores."""
    found = text(value, where, longest=64)
    if not CODE.fullmatch(found):
        raise RuleNotUnderstood(
            field=where, allowed="must be letters, digits, and single - or _ between them"
        )
    return found


def word(value: object, where: str, allowed: Iterable[str]) -> str:
    words = list(allowed)
    if not isinstance(value, str) or value not in words:
        raise RuleNotUnderstood(field=where, allowed=f"allowed: {', '.join(words)}")
    return str(value)


def integer(value: object, where: str, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise RuleNotUnderstood(
            field=where, allowed=f"must be a whole number from {least} to {most}"
        )
    return value


def minor(value: object, where: str) -> int:
    """Return an amount above zero in minor units."""
    return integer(value, where, 1, LARGEST_MINOR)


def flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise RuleNotUnderstood(field=where, allowed="must be true or false")
    return value


def rate(value: object, where: str, *, least: int = 1, most: int = LARGEST_RATE) -> Rate:
    """Return a pair [numerator, denominator]; a numerator of 0 only where `least` is 0."""
    numerator, denominator = items(value, where, 2, 2)
    return Rate(
        integer(numerator, f"{where}[0]", least, most),
        integer(denominator, f"{where}[1]", 1, most),
    )


def share(value: object, where: str) -> Rate:
    """Return a rate of at most one."""
    found = rate(value, where)
    if found.numerator > found.denominator:
        raise Contradiction(field=where, allowed="must be at most one, as [1, 2]")
    return found


def instant(value: object, where: str) -> datetime:
    found = text(value, where, longest=32)
    if INSTANT.fullmatch(found):
        try:
            return datetime.fromisoformat(found).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Contradiction(field=where, allowed="must be a time that exists") from None
    raise RuleNotUnderstood(
        field=where, allowed="must be a time with its offset, as 2026-03-01T00:00:00+03:00"
    )


def day(value: object, where: str) -> date:
    found = text(value, where, longest=10)
    if DAY.fullmatch(found):
        try:
            return date.fromisoformat(found)
        except ValueError:
            raise Contradiction(field=where, allowed="must be a day that exists") from None
    raise RuleNotUnderstood(field=where, allowed="must be a day, as 2026-03-01")
