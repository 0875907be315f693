"""The small words of a scenario file, each read at its place or refused by naming it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from payments import currencies
from projects.matching.replaying.scenarios import ScenarioNotUnderstood

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projects.matching.rules import Fact

LARGEST_MINOR = 10**15
LARGEST_RATE = 10**6
INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII
)
LONGEST = 100
YEARS = range(1970, 2200)


def whole(
    value: object, place: str, *, required: Sequence[str] = (), known: Sequence[str] | None = None
) -> dict[str, object]:
    """Return an object with all required keys; with `known`, no others than both."""
    if not isinstance(value, dict):
        raise ScenarioNotUnderstood(place, "must be an object")
    for key in required:
        if key not in value:
            raise ScenarioNotUnderstood(inside(place, key), "is missing")
    for key in value:
        if known is not None and key not in (*required, *known):
            words = ", ".join((*required, *known))
            raise ScenarioNotUnderstood(inside(place, key), f"unknown; known: {words}")
    return value


def inside(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def listed(value: object, place: str, *, fewest: int = 0) -> list[object]:
    if not isinstance(value, list) or len(value) < fewest:
        raise ScenarioNotUnderstood(place, "must be a list" + (" with something in it" * fewest))
    return value


def text(value: object, place: str) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST or not value.isprintable():
        raise ScenarioNotUnderstood(place, f"must be a text of 1 to {LONGEST} printable characters")
    return value


def word(value: object, place: str, allowed: Sequence[str]) -> str:
    if not isinstance(value, str) or value not in allowed:
        raise ScenarioNotUnderstood(place, f"must be one of {', '.join(allowed)}")
    return value


def integer(value: object, place: str, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ScenarioNotUnderstood(place, f"must be a whole number from {least} to {most}")
    return value


def currency(value: object, place: str) -> str:
    """Return the code of a currency that we know."""
    try:
        return currencies.currency(text(value, place)).code
    except currencies.UnknownCurrency as error:
        raise ScenarioNotUnderstood(place, "must be a code of ISO 4217 that Weft knows") from error


def minor(value: object, place: str, *, least: int = 1) -> int:
    return integer(value, place, least, LARGEST_MINOR)


def rate(value: object, place: str) -> tuple[int, int]:
    """Return a pair of whole numbers of which the second is not zero."""
    pair = listed(value, place)
    if len(pair) != 2:  # noqa: PLR2004  A pair.
        raise ScenarioNotUnderstood(place, "must be a pair of whole numbers, as [4, 5]")
    numerator, denominator = (
        integer(part, f"{place}[{n}]", n, LARGEST_RATE) for n, part in enumerate(pair)
    )
    return numerator, denominator


def instant(value: object, place: str) -> datetime:
    if isinstance(value, str) and INSTANT.fullmatch(value):
        try:
            found = datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ScenarioNotUnderstood(place, "must be a time that exists") from None
        if found.year in YEARS:
            return found
        raise ScenarioNotUnderstood(place, f"must be from {YEARS[0]} to {YEARS[-1]}")
    raise ScenarioNotUnderstood(place, "must be a time with its offset, as 2026-03-02T10:00:00Z")


def fact(value: object, place: str) -> Fact:
    """Return a fact: a text, a whole number, true, false or null."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return integer(value, place, -LARGEST_MINOR, LARGEST_MINOR)
    if isinstance(value, str) and value.isprintable():
        return value
    raise ScenarioNotUnderstood(place, "must be a text, a whole number, true, false or null")


def attributes(value: object, place: str) -> dict[str, Fact]:
    return {key: fact(item, inside(place, key)) for key, item in whole(value, place).items()}
