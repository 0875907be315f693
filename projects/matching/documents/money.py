"""Amounts of a programme document: fixed, tied to an index, or a share; currencies and rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.currencies import UnknownCurrency
from payments.currencies import currency as known_currency
from projects.matching.documents.reading import (
    LARGEST_MINOR,
    Contradiction,
    RuleNotUnderstood,
    code,
    day,
    inside,
    integer,
    items,
    minor,
    rate,
    share,
    text,
    whole,
)
from projects.matching.rules import Indexed, Share

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from projects.matching.formula import Rate
    from projects.matching.rules import Amount

ONE_OF = ("amount", "share_of_budget", "share_of_pot", "index")
AMOUNT_KEYS = (*ONE_OF, "times", "currency")
LARGEST_EXCHANGE_RATE = 10**12
MOST_CURRENCIES = 50


def currency(value: object, where: str = "currency") -> str:
    code_of_currency = text(value, where, longest=3)
    try:
        return known_currency(code_of_currency).code
    except UnknownCurrency:
        raise Contradiction(
            field=where, allowed="must be a code of ISO 4217 that Weft knows"
        ) from None


def amount(fields: Mapping[str, object], where: str, own_currency: str) -> Amount:
    """Return the amount that an object with the `AMOUNT_KEYS` says, in the programme's currency."""
    if "currency" in fields and text(fields["currency"], f"{where}.currency", longest=3) != (
        own_currency
    ):
        raise Contradiction(
            field=f"{where}.currency", allowed=f"must be {own_currency}, as the programme's"
        )
    given = [key for key in ONE_OF if key in fields]
    if len(given) != 1:
        raise RuleNotUnderstood(
            field=where if given else f"{where}.amount",
            allowed=f"{'is too much; ' if given else 'is missing; '}one of {', '.join(ONE_OF)}",
        )
    return _amount_by(given[0], fields, where)


def _amount_by(key: str, fields: Mapping[str, object], where: str) -> Amount:
    place = inside(where, key)
    if key == "index":
        if "times" not in fields:
            raise RuleNotUnderstood(field=f"{where}.times", allowed="is missing")
        return Indexed(code(fields["index"], place), rate(fields["times"], f"{where}.times"))
    if "times" in fields:
        raise RuleNotUnderstood(field=f"{where}.times", allowed="belongs beside an index")
    if key == "amount":
        return plain_amount(fields["amount"], place)
    return Share(key.removeprefix("share_of_"), share(fields[key], place))


def plain_amount(value: object, where: str) -> Amount:
    """Return minor units, or the index of {"index": name, "times": [n, d]}."""
    if not isinstance(value, dict):
        return minor(value, where)
    found = whole(value, where, required=("index", "times"))
    return Indexed(code(found["index"], f"{where}.index"), rate(found["times"], f"{where}.times"))


def pot(value: object, where: str) -> int:
    """Return what funders set aside, as a number or as {"amount": number}."""
    if isinstance(value, dict):
        value = whole(value, where, required=("amount",))["amount"]
        where = f"{where}.amount"
    return integer(value, where, 0, LARGEST_MINOR)


def exchange_rates(value: object, own_currency: str) -> dict[str, Rate]:
    if not isinstance(value, dict) or len(value) > MOST_CURRENCIES:
        raise RuleNotUnderstood(
            field="fx", allowed=f"must be an object of at most {MOST_CURRENCIES} currencies"
        )
    found = {}
    for key, pair in value.items():
        if currency(key, f"fx.{key}") == own_currency:
            raise Contradiction(field=f"fx.{key}", allowed="is the programme's own currency")
        found[key] = rate(pair, f"fx.{key}", most=LARGEST_EXCHANGE_RATE)
    return found


def indices(value: object) -> dict[str, tuple[tuple[date, int], ...]]:
    """Return dated amounts by the name of the index, such as a minimum wage."""
    if not isinstance(value, dict) or len(value) > MOST_CURRENCIES:
        raise RuleNotUnderstood(
            field="indices", allowed=f"must be an object of at most {MOST_CURRENCIES} indices"
        )
    return {
        code(key, f"indices.{key}"): _dated(rows, f"indices.{key}") for key, rows in value.items()
    }


def _dated(value: object, where: str) -> tuple[tuple[date, int], ...]:
    rows: list[tuple[date, int]] = []
    for n, row in enumerate(items(value, where, 1, 200)):
        since, amount_minor = items(row, f"{where}[{n}]", 2, 2)
        rows.append((day(since, f"{where}[{n}][0]"), minor(amount_minor, f"{where}[{n}][1]")))
        if n and rows[n - 1][0] >= rows[n][0]:
            raise Contradiction(field=f"{where}[{n}][0]", allowed="must be after the day before it")
    return tuple(rows)
