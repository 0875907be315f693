"""How money, numbers and days are written in a language.

Babel knows the habits of each language; decimals come from our own currency table. A sign that
more than one currency uses is replaced by the ISO code, so "$" never has to be guessed.
"""

from __future__ import annotations

from copy import copy
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

if TYPE_CHECKING:
    from datetime import date, datetime

    from payments.money import Money

SIGNS = {"EUR": "€", "GBP": "£", "GHS": "GH₵", "INR": "₹", "NGN": "₦", "PHP": "₱", "UAH": "₴"}
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
ISOLATE, END_ISOLATE = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"

Number = int | Decimal | Fraction
KEPT = 4096  # Texts of one kind; a page of prices writes the same amounts many times.
HABITS = {"en": "en-GB"}  # Days before months.


@cache
def locale_of(language: str) -> Locale:
    return Locale.parse(HABITS.get(language, language), sep="-")


@lru_cache(maxsize=KEPT)
def money_text(amount: Money, *, language: str, short: bool = False) -> str:
    """Return the amount as people of that language write it; `short` drops decimals that are 0."""
    locale = locale_of(language)
    decimals = 0 if short and amount.decimal == int(amount.decimal) else amount.exponent
    pattern = copy(locale.currency_formats["standard"])
    pattern.frac_prec = (decimals, decimals)
    sign = SIGNS.get(amount.currency, amount.currency)
    text: str = pattern.apply(
        amount.decimal, locale, currency=amount.currency, currency_digits=False
    )
    return _with_sign(text, locale, amount.currency, sign)


def _with_sign(text: str, locale: Locale, code: str, sign: str) -> str:
    """Put our sign where Babel put its own, with a space between letters and digits."""
    theirs = locale.currency_symbols.get(code, code)
    before, _, after = text.partition(theirs)
    gap_before = NO_BREAK_SPACE if sign[0].isalpha() and before[-1:].isdigit() else ""
    gap_after = NO_BREAK_SPACE if sign[-1].isalpha() and after[:1].isdigit() else ""
    return f"{before}{gap_before}{sign}{gap_after}{after}"


def number_text(value: Number, *, language: str, decimals: int | None = None) -> str:
    """Return the number with the language's separators; `decimals` fixes how many follow."""
    exact = _decimal(value)
    if decimals is None:
        return format_decimal(exact, locale=locale_of(language))
    pattern = copy(locale_of(language).decimal_formats[None])
    pattern.frac_prec = (decimals, decimals)
    written: str = pattern.apply(exact, locale_of(language))
    return written


@lru_cache(maxsize=KEPT)
def percent_text(value: Number, *, language: str, decimals: int = 0) -> str:
    """Return "68%" for 68: the value is in per cent, not a share of one."""
    locale = locale_of(language)
    pattern = copy(locale.percent_formats[None])
    pattern.frac_prec = (decimals, decimals)
    written: str = pattern.apply(_decimal(value) / 100, locale)
    return written


@lru_cache(maxsize=KEPT)
def day_text(value: date, *, language: str, style: str = "long") -> str:
    """Return the day; Babel's styles are short, medium, long, full."""
    return format_date(value, format=style, locale=locale_of(language))


def moment_text(value: datetime, *, language: str) -> str:
    """Return the day and the time of day, with the time zone."""
    day = format_date(value, format="long", locale=locale_of(language))
    return f"{day}, {format_datetime(value, format='HH:mm z', locale=locale_of(language))}"


def isolated(text: str) -> str:
    """Wrap text in direction isolates, for attributes and titles where no element can."""
    return f"{ISOLATE}{text}{END_ISOLATE}"


def _decimal(value: Number) -> Decimal:
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    return Decimal(value)
