"""What a feed answers: the one JSON form we read, strictly. `docs/feeds.md` says it to providers.

A single part that cannot be read refuses the whole answer: half a price list is a wrong one.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from payments.currencies import UnknownCurrency, currency
from remittances import countries, words
from remittances.datasets.cells import LONGEST_TEXT
from remittances.entries.numbers import WHOLE_DIGITS

if TYPE_CHECKING:
    from collections.abc import Collection

FORMAT = "weft-quotes/1"
MOST_QUOTES = 5000
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,24})?", re.ASCII)
_LINE = re.compile(r"[^\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


class NotUnderstood(ValueError):
    """The answer is not what a feed may say; the message names the place."""


def _number(value: object) -> Decimal:
    """Return an exact number, written as text or as a JSON number, never below zero."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        msg = 'write a number, like "12.50"'
        raise ValueError(msg)  # noqa: TRY004  What pydantic expects.
    text = value if isinstance(value, str) else f"{value:f}"
    if not _NUMBER.fullmatch(text):
        msg = 'write digits and at most one point, like "12.50"'
        raise ValueError(msg)
    return Decimal(text)


def _rate(rate: Decimal | None) -> Decimal | None:
    if rate is not None and rate >= 10**WHOLE_DIGITS:
        raise ValueError(f"a rate has at most {WHOLE_DIGITS} digits before its point")
    return rate


def _country(code: str) -> str:
    try:
        return countries.country(code).iso3
    except countries.UnknownCountry as unknown:
        msg = "write the three-letter code of a country, like KEN"
        raise ValueError(msg) from unknown


def _currency(code: str) -> str:
    try:
        return currency(code).code
    except UnknownCurrency as unknown:
        msg = "write the code of a currency that we know, like KES"
        raise ValueError(msg) from unknown


def line(text: str) -> str:
    """Return a name on one line, blanks made one.

    Raises:
        ValueError: It is empty, too long, or holds signs that are no letters of any language.
    """
    plain = " ".join(text.split())
    if not plain or len(plain) > LONGEST_TEXT or not _LINE.fullmatch(plain):
        raise ValueError(f"write a name of 1 to {LONGEST_TEXT} characters")
    return plain


def _one_of(known: Collection[str]) -> AfterValidator:
    def check(word: str) -> str:
        if word not in known:
            raise ValueError(f"write one of: {', '.join(known)}")
        return word

    return AfterValidator(check)


def _plain_day(value: object) -> object:
    """Let through a moment written as text: a bare number is no moment that a person can read."""
    if not isinstance(value, str):
        msg = "write a moment with its zone, like 2026-11-24T09:30:00Z"
        raise ValueError(msg)  # noqa: TRY004
    return value


Number = Annotated[Decimal, BeforeValidator(_number)]
CountryCode = Annotated[str, AfterValidator(_country)]
CurrencyCode = Annotated[str, AfterValidator(_currency)]


class Quote(BaseModel):
    """What one service takes for one amount, at one moment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: Annotated[str, AfterValidator(line)]
    origin: CountryCode = Field(alias="from")
    destination: CountryCode = Field(alias="to")
    send_amount: Number = Field(gt=0)
    currency: CurrencyCode
    fee: Number
    rate: Annotated[Number | None, Field(gt=0), AfterValidator(_rate)]
    payout_currency: CurrencyCode
    pay_in: Annotated[str, _one_of(words.PAID_IN)]
    pay_out: Annotated[str, _one_of(words.PAID_OUT)]
    speed: Annotated[str, _one_of(words.SPEEDS)]
    collected_at: Annotated[AwareDatetime, BeforeValidator(_plain_day)]
    promotion: Annotated[bool, Field(strict=True)]

    @model_validator(mode="after")
    def _is_possible(self) -> Quote:
        if self.origin == self.destination:
            msg = "a corridor joins two countries"
            raise ValueError(msg)
        if self.fee >= self.send_amount:
            msg = "the fee is as much as what is sent"
            raise ValueError(msg)
        exponent = currency(self.currency).exponent
        for name in ("send_amount", "fee"):
            value: Decimal = getattr(self, name)
            if value != round(value, exponent):
                raise ValueError(f"{name} has more decimals than {self.currency} has")
        return self


class Answer(BaseModel):
    """A whole answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["weft-quotes/1"]
    quotes: Annotated[tuple[Quote, ...], Field(min_length=1, max_length=MOST_QUOTES)]


def read(body: bytes) -> tuple[Quote, ...]:
    """Return the quotes of an answer.

    Raises:
        NotUnderstood: It is not JSON, or a part of it is not as agreed.
    """
    try:
        return Answer.model_validate(_parsed(body)).quotes
    except ValidationError as wrong:
        raise NotUnderstood(_first(wrong)) from wrong


def _parsed(body: bytes) -> object:
    try:
        return json.loads(
            body.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_each_key_once,
        )
    except NotUnderstood:
        raise
    except (ValueError, RecursionError) as broken:
        msg = "this is not JSON in UTF-8, or not a whole one"
        raise NotUnderstood(msg) from broken


def _refuse_constant(name: str) -> object:
    raise NotUnderstood(f"{name} is not a number")


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        msg = "a key stands twice in one object"
        raise NotUnderstood(msg)
    return found


def _first(wrong: ValidationError) -> str:
    """Return the first fault with its place, counted as people count, and how many there are."""
    faults = wrong.errors(include_url=False, include_input=False, include_context=False)
    place = ", ".join(
        f"quote {part + 1}" if isinstance(part, int) else part
        for part in faults[0]["loc"]
        if part != "quotes"
    )
    sentence = faults[0]["msg"].removeprefix("Value error, ")
    more = f" ({len(faults)} faults in all)" if len(faults) > 1 else ""
    return f"{place}: {sentence}{more}" if place else f"{sentence}{more}"
