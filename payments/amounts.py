"""Amounts as people type them. Understood exactly, or refused with a code; never guessed.

A number is read strictly by the language of the page: `1,000.50` is English, `1.000,50` and
`1 000,50` are Spanish or French, and none of them is read in the other's way. Digits may be ASCII,
Arabic-Indic, Persian or full-width, but one kind at a time; Arabic-Indic digits and their own
separators are understood in every language because they can mean one thing only. In Arabic the
ASCII point and comma are read as in English, but one of them before three digits is refused for a
currency of three decimals, because half of the Arabic world writes it the other way round.

Programs write plainly: ASCII digits and one point.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from payments.currency_table import Currency
from payments.currency_table import currency as currency_row
from payments.money import Money


class Refusal(StrEnum):
    """Why an amount was not understood. Stable: faces translate these words."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    SIGNED = "signed"
    GROUPING = "grouping"
    AMBIGUOUS = "ambiguous"
    TOO_LONG = "too_long"
    TOO_MANY_DECIMALS = "too_many_decimals"
    ZERO = "zero"
    CHARGE_STEP = "charge_step"
    BELOW_MINIMUM = "below_minimum"


class AmountNotUnderstood(ValueError):
    """What was typed is not an amount we take; `code` says why, `minimum` what would do."""

    def __init__(self, code: Refusal, *, currency: Currency) -> None:
        super().__init__(f"The amount in {currency.code} was not understood: {code}.")
        self.code = code
        self.minimum = Money(currency.minimum_minor, currency.code)
        self.step = Money(currency.charge_step_minor, currency.code)


@dataclass(frozen=True, slots=True)
class _Reading:
    """How one language writes a number: which signs group and which one starts the decimals."""

    groups: str
    point: str
    settled: bool = True  # False: other readers of the language swap the two signs.


MAX_DIGITS = 15
_GROUP = 3
_LONGEST = 40  # Characters: 15 digits, their separators and room to mistype.
_SPACES = " \u00a0\u2009\u202f"
_COMMA_DECIMALS = _Reading(groups="." + _SPACES, point=",")
_READINGS = {
    "en": _Reading(groups=",", point="."),
    "es": _COMMA_DECIMALS,
    "fr": _COMMA_DECIMALS,
    "ar": _Reading(groups=",", point=".", settled=False),
}
_PLAIN = _Reading(groups="", point=".")
_ARABIC = _Reading(groups="\u066c", point="\u066b")

_SIGNS = re.compile(r"[+\-\u2010-\u2015\u2212\ufe63\uff0b\uff0d]")
_DIGITS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９")
_SEPARATORS = frozenset(",." + _SPACES + _ARABIC.groups + _ARABIC.point)


def parse(text: object, *, currency: str, language: str, for_charge: bool = True) -> Money:
    """Return the money a person typed on a page in `language`, such as `en` or `ar`.

    `for_charge=False` is for amounts that are only compared: no charge step, no minimum.

    Raises:
        AmountNotUnderstood: With the `code` of the first rule it breaks.
        UnknownCurrency: The currency has no row in our table.
    """
    row = currency_row(currency)
    typed = text.strip(_SPACES) if isinstance(text, str) else text
    plain = _with_ascii_digits(_checked(typed, row), row)
    reading = _READINGS.get(language.partition("-")[0].lower(), _PLAIN)
    if set(plain) & set(_ARABIC.groups + _ARABIC.point):
        reading = _ARABIC
    return _money(*_parts(plain, reading, row), row, for_charge=for_charge)


def parse_plain(text: object, *, currency: str, for_charge: bool = True) -> Money:
    """Return the money a program wrote in major units: ASCII digits and at most one point.

    Raises:
        AmountNotUnderstood: With the `code` of the first rule it breaks.
        UnknownCurrency: The currency has no row in our table.
    """
    row = currency_row(currency)
    plain = _checked(text, row)
    if set(plain) - set("0123456789."):
        raise AmountNotUnderstood(Refusal.UNREADABLE, currency=row)
    return _money(*_parts(plain, _PLAIN, row), row, for_charge=for_charge)


def _checked(text: object, row: Currency) -> str:
    """Return the text if it can be a number at all."""
    if not isinstance(text, str):
        raise AmountNotUnderstood(Refusal.UNREADABLE, currency=row)
    if not text:
        raise AmountNotUnderstood(Refusal.EMPTY, currency=row)
    if len(text) > _LONGEST:
        raise AmountNotUnderstood(Refusal.TOO_LONG, currency=row)
    if _SIGNS.match(text):
        raise AmountNotUnderstood(Refusal.SIGNED, currency=row)
    return text


def _with_ascii_digits(text: str, row: Currency) -> str:
    """Return the text in ASCII digits if its digits are of one kind and the rest separates."""
    others = {character for character in text if character not in _SEPARATORS}
    for kind in _DIGITS:
        if others and others <= set(kind):
            return text.translate(str.maketrans(kind, _DIGITS[0]))
    raise AmountNotUnderstood(Refusal.UNREADABLE, currency=row)


def _parts(text: str, reading: _Reading, row: Currency) -> tuple[str, str]:
    """Return the digits before and after the decimal sign."""
    whole, point, decimals = text.partition(reading.point)
    separators = [character for character in whole if not character.isdecimal()]
    if separators:
        groups = whole.split(separators[0])
        regular = re.fullmatch("[1-9][0-9]{0,2}", groups[0]) and all(
            re.fullmatch("[0-9]{3}", group) for group in groups[1:]
        )
        if not regular or separators[0] not in reading.groups:
            raise AmountNotUnderstood(Refusal.GROUPING, currency=row)
        whole = "".join(groups)
    if not re.fullmatch("[0-9]+", whole) or (point and not re.fullmatch("[0-9]+", decimals)):
        raise AmountNotUnderstood(Refusal.UNREADABLE, currency=row)
    if not reading.settled and row.exponent == _GROUP and _could_be_either(separators, decimals):
        raise AmountNotUnderstood(Refusal.AMBIGUOUS, currency=row)
    return whole, decimals


def _could_be_either(separators: list[str], decimals: str) -> bool:
    """Return whether the only separator stands before exactly three digits."""
    return len(decimals) == _GROUP if not separators else len(separators) == 1 and not decimals


def _money(whole: str, decimals: str, row: Currency, *, for_charge: bool) -> Money:
    """Return the money, if the currency and the provider take such an amount."""
    if len(whole) + len(decimals) > MAX_DIGITS:
        raise AmountNotUnderstood(Refusal.TOO_LONG, currency=row)
    if len(decimals) > row.exponent:
        raise AmountNotUnderstood(Refusal.TOO_MANY_DECIMALS, currency=row)
    minor = int(whole + decimals.ljust(row.exponent, "0"))
    if minor == 0:
        raise AmountNotUnderstood(Refusal.ZERO, currency=row)
    if for_charge and minor % row.charge_step_minor:
        raise AmountNotUnderstood(Refusal.CHARGE_STEP, currency=row)
    if for_charge and minor < row.minimum_minor:
        raise AmountNotUnderstood(Refusal.BELOW_MINIMUM, currency=row)
    return Money(minor, row.code)
