"""Money as whole minor units of one currency. Nothing here ever touches a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypedDict

from payments.currency_table import currency


class CurrencyMismatch(ValueError):
    """Two amounts in different currencies met in one sum or comparison."""


class MoneyDocument(TypedDict):
    """Money as every JSON answer shows it."""

    amount: str
    currency: str
    minor: int
    exponent: int


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `Money(10050, "EUR")` is 100.50 euro."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"Minor units are whole numbers, not {self.minor!r}.")
        currency(self.currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other).minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other).minor

    def __bool__(self) -> bool:
        return self.minor != 0

    @property
    def exponent(self) -> int:
        """Return how many decimals people write in this currency."""
        return currency(self.currency).exponent

    @property
    def decimal(self) -> Decimal:
        """Return the amount in major units, with exactly `exponent` decimals."""
        sign, digits = int(self.minor < 0), tuple(int(digit) for digit in str(abs(self.minor)))
        return Decimal((sign, digits, -self.exponent))

    def times(self, numerator: int, denominator: int = 1) -> Money:
        """Return this amount times a ratio of integers, rounded down to a whole minor unit."""
        return Money(self.minor * numerator // denominator, self.currency)

    def document(self) -> MoneyDocument:
        """Return the JSON form, `{"amount": "100.50", "currency": "EUR", …}`."""
        return {
            "amount": f"{self.decimal:f}",
            "currency": self.currency,
            "minor": self.minor,
            "exponent": self.exponent,
        }

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return other
