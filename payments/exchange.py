"""Conversion from one currency to another: a rate is two whole numbers, and nothing is lost.

A rate says what one unit of one currency buys of another, in major units, as rates are published:
1 EUR = 1.0873 USD is 10873/10000. The product of amount and rate is exact until the single rounding
at the end, to the nearest minor unit. Parts that are converted together are rounded together: they
add up to what the whole converts to.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING

from payments.currency_table import currency
from payments.money import Money
from payments.splitting import largest_remainder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class NotARate(ValueError):
    """A rate is two whole numbers above zero, with a source and a time that has a zone."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit bought of another currency, who said so, and when. In major units."""

    numerator: int
    denominator: int
    source: str  # Such as the provider's object that states it: "stripe:txn_1".
    at: datetime

    def __post_init__(self) -> None:
        whole = type(self.numerator) is int and type(self.denominator) is int
        if not (whole and self.numerator > 0 < self.denominator and self.source and self.at.tzinfo):
            raise NotARate(f"{self.numerator}/{self.denominator} by {self.source!r} at {self.at}")

    @property
    def inverse(self) -> Rate:
        """Return the same rate seen from the other currency."""
        return Rate(self.denominator, self.numerator, self.source, self.at)


def rate_between(sold: Money, bought: Money, *, source: str, at: datetime) -> Rate:
    """Return the rate at which two amounts were exchanged.

    Raises:
        NotARate: One of them is not above zero.
    """
    numerator, denominator = bought.minor * 10**sold.exponent, sold.minor * 10**bought.exponent
    common = gcd(numerator, denominator) or 1
    return Rate(numerator // common, denominator // common, source, at)


def convert(amount: Money, rate: Rate, *, into: str) -> Money:
    """Return what an amount buys, to the nearest minor unit; a half goes away from zero."""
    numerator, denominator = _in_minor_units(rate, amount.currency, into)
    minor = (2 * abs(amount.minor) * numerator + denominator) // (2 * denominator)
    return Money(minor if amount.minor >= 0 else -minor, into)


def convert_parts(parts: Sequence[Money], rate: Rate, *, into: str) -> list[Money]:
    """Return what each part buys so that the parts add up to what their sum buys.

    By largest remainder, ties to the earlier part: pass the parts oldest id first.

    Raises:
        UnsplittableTotal: A part is negative, or none is above zero.
        CurrencyMismatch: The parts are not all in one currency.
    """
    if not parts:
        return []
    total = convert(sum(parts[1:], start=parts[0]), rate, into=into)
    shares = largest_remainder(total.minor, [part.minor for part in parts])
    return [Money(minor, into) for minor in shares]


def _in_minor_units(rate: Rate, sold: str, bought: str) -> tuple[int, int]:
    """Return the rate between the smallest units of two currencies."""
    return (
        rate.numerator * 10 ** currency(bought).exponent,
        rate.denominator * 10 ** currency(sold).exponent,
    )
