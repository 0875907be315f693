"""Exchange rates as people type them. Understood exactly, or refused with a code; never guessed.

A rate has more decimals than money and no thousands separators: a sign between digits can then only
start the decimals, and it must be the one of the page's language. Digits may be ASCII,
Arabic-Indic, Persian or full-width, one kind at a time. In Arabic an ASCII point or comma before
exactly three digits is refused, because half of its readers would read thousands.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum

WHOLE_DIGITS = 9
DECIMALS = 12
_ARABIC_POINT = "\u066b"
_POINTS = {"en": ".", "ar": ".", "es": ",", "fr": ","}
_DIGITS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９")
_SIGNS = re.compile(r"[+\-\u2010-\u2015\u2212\ufe63\uff0b\uff0d]")
_BLANKS = " \u00a0\u2009\u202f"
_LONGEST = 40
_AMBIGUOUS = re.compile(r"[0-9]{1,3}[.,][0-9]{3}")


class RateRefusal(StrEnum):
    """Why a rate was not understood; faces translate these words."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    SIGNED = "signed"
    SEPARATOR = "separator"
    AMBIGUOUS = "ambiguous"
    TOO_LONG = "too_long"
    ZERO = "zero"


class RateNotUnderstood(ValueError):
    """What was typed is not a rate; `code` says why."""

    def __init__(self, code: RateRefusal) -> None:
        super().__init__(f"The rate was not understood: {code}.")
        self.code = code


def rate(text: str, *, language: str) -> Decimal:
    """Return the rate a person typed on a page in `language`, such as `en` or `ar`.

    Raises:
        RateNotUnderstood: With the `code` of the first rule it breaks.
    """
    typed = text.strip(_BLANKS)
    if not typed:
        raise RateNotUnderstood(RateRefusal.EMPTY)
    if len(typed) > _LONGEST:
        raise RateNotUnderstood(RateRefusal.TOO_LONG)
    if _SIGNS.match(typed):
        raise RateNotUnderstood(RateRefusal.SIGNED)
    return _number(_plain(typed), language.partition("-")[0].lower())


def _plain(typed: str) -> str:
    """Return the text in ASCII digits if its digits are of one kind and the rest separates."""
    others = {sign for sign in typed if sign not in f".,{_BLANKS}{_ARABIC_POINT}\u066c'"}
    for kind in _DIGITS:
        if others and others <= set(kind):
            return typed.translate(str.maketrans(kind, _DIGITS[0]))
    raise RateNotUnderstood(RateRefusal.UNREADABLE)


def _number(plain: str, language: str) -> Decimal:
    point = _ARABIC_POINT if _ARABIC_POINT in plain else _POINTS.get(language, ".")
    if not re.fullmatch(rf"[0-9]+({re.escape(point)}[0-9]+)?", plain):
        raise RateNotUnderstood(RateRefusal.SEPARATOR)
    if language == "ar" and _AMBIGUOUS.fullmatch(plain):
        raise RateNotUnderstood(RateRefusal.AMBIGUOUS)
    whole, _, decimals = plain.partition(point)
    if len(whole.lstrip("0")) > WHOLE_DIGITS or len(decimals) > DECIMALS:
        raise RateNotUnderstood(RateRefusal.TOO_LONG)
    number = Decimal(f"{whole}.{decimals or '0'}")
    if not number:
        raise RateNotUnderstood(RateRefusal.ZERO)
    return number
