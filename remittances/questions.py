"""What somebody asks the comparison, checked: or the one sentence that says what is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from payments.amounts import AmountNotUnderstood, parse_plain
from payments.currencies import UnknownCurrency, currency
from remittances import countries

if TYPE_CHECKING:
    from payments.money import Money
    from remittances.countries import CountryFacts

# How people say it, and the words of the survey that mean it.
METHODS = {
    "mobile": ("mobile wallet", "mobile money"),
    "bank": ("bank account", "bank account transfer", "account"),
    "cash": ("cash",),
    "card": ("debit card", "credit card", "card", "prepaid card"),
}
_LONGEST_ECHO = 40
_QUARTER = re.compile("20[0-9]{2}_[1-4]Q")


class Wrong(StrEnum):
    """What can be wrong with a question. Stable: faces translate these words."""

    COUNTRY_MISSING = "country_missing"
    UNKNOWN_COUNTRY = "unknown_country"
    SAME_COUNTRY = "same_country"
    UNKNOWN_METHOD = "unknown_method"
    INVALID_CURRENCY = "invalid_currency"
    INVALID_AMOUNT = "invalid_amount"
    INVALID_QUARTER = "invalid_quarter"
    INVALID_DIRECTION = "invalid_direction"
    ASKED_TWICE = "asked_twice"


class QuoteRequestRefused(ValueError):
    """The question cannot be answered as asked; `field` is the part that is wrong."""

    def __init__(self, code: Wrong, message: str, field: str | None) -> None:
        super().__init__(message)
        self.code = code.value
        self.message = message
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a program asks, each part as it wrote it."""

    origin: str | None
    destination: str | None
    amount: str | None
    currency: str | None = None
    receive: str | None = None


def corridor(origin: str | None, destination: str | None) -> tuple[CountryFacts, CountryFacts]:
    """Return the two countries of a corridor, by their three-letter codes.

    Raises:
        QuoteRequestRefused: A code is missing or unknown, or both are the same.
    """
    sending, receiving = country(origin, "from"), country(destination, "to")
    if sending.iso3 == receiving.iso3:
        message = "The two countries are the same; choose where the money goes."
        raise QuoteRequestRefused(Wrong.SAME_COUNTRY, message, "to")
    return sending, receiving


def country(code: str | None, field: str) -> CountryFacts:
    """Return the country asked for in a field.

    Raises:
        QuoteRequestRefused: The code is missing or unknown.
    """
    if not code:
        message = f"Say which country with “{field}”, by its three-letter code such as KEN."
        raise QuoteRequestRefused(Wrong.COUNTRY_MISSING, message, field)
    try:
        return countries.country(code)
    except countries.UnknownCountry as unknown:
        raise QuoteRequestRefused(Wrong.UNKNOWN_COUNTRY, str(unknown), field) from unknown


def quarter(text: str | None) -> str | None:
    """Return the quarter asked for; None when none was.

    Raises:
        QuoteRequestRefused: It is not written like 2025_3Q.
    """
    if text is not None and not _QUARTER.fullmatch(text):
        message = f"“{text[:_LONGEST_ECHO]}” is not a quarter; write it like 2025_3Q."
        raise QuoteRequestRefused(Wrong.INVALID_QUARTER, message, "period")
    return text


def method(receive: str | None) -> str | None:
    """Return the way to receive that was asked for, as a word of `METHODS`; None for any way.

    Raises:
        QuoteRequestRefused: It is no way to receive that we know.
    """
    word = (receive or "").strip().casefold()
    if word in {"", "any"}:
        return None
    for name, meanings in METHODS.items():
        if word == name or word in meanings:
            return name
    ways = ", ".join(METHODS)
    message = f"“{word[:_LONGEST_ECHO]}” is no way to receive money; ask for {ways} or any."
    raise QuoteRequestRefused(Wrong.UNKNOWN_METHOD, message, "receive")


def currency_code(text: str | None) -> str | None:
    """Return the ISO code of a currency that was asked for; None when none was.

    Raises:
        QuoteRequestRefused: It is not the code of a currency we know.
    """
    if text is None:
        return None
    try:
        return currency(text).code
    except UnknownCurrency as unknown:
        message = f"“{text[:_LONGEST_ECHO]}” is not the code of a currency we know (KES, EUR)."
        raise QuoteRequestRefused(Wrong.INVALID_CURRENCY, message, "currency") from unknown


def plain_amount(text: object, *, currency: str) -> Money:
    """Return an amount as a program writes it: major units, ASCII digits and at most one point.

    Raises:
        QuoteRequestRefused: It is not such an amount above zero.
    """
    try:
        return parse_plain(text, currency=currency, for_charge=False)
    except AmountNotUnderstood as refusal:
        shape = "digits and at most one point, above zero, at most 15 digits, like 18000 or 99.50"
        message = f"The amount is not understood ({refusal.code}): write {shape}."
        raise QuoteRequestRefused(Wrong.INVALID_AMOUNT, message, "amount") from refusal
    except UnknownCurrency as unknown:
        message = f"Amounts in {currency} cannot be compared; name another currency."
        raise QuoteRequestRefused(Wrong.INVALID_CURRENCY, message, "currency") from unknown
