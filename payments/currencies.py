"""Currencies, and the exact way from our minor units to the provider's integer and back."""

from __future__ import annotations

from payments.currency_table import KNOWN, OFFERED, Currency, UnknownCurrency, currency
from payments.money import Money

__all__ = [
    "KNOWN",
    "OFFERED",
    "Currency",
    "NotChargeable",
    "UnknownCurrency",
    "currency",
    "from_provider",
    "to_provider",
]


class NotChargeable(ValueError):
    """The amount has no exact form at the provider, or the provider's has none with us."""


def to_provider(money: Money) -> int:
    """Return the integer the provider expects for an amount.

    Raises:
        NotChargeable: The provider does not take the currency, or not in steps that small.
    """
    row = currency(money.currency)
    if money.minor % row.charge_step_minor:
        step = Money(row.charge_step_minor, row.code).decimal
        raise NotChargeable(f"{money.decimal} {row.code} is not a multiple of {step}.")
    return int(money.minor * 10 ** _places_added(row))


def from_provider(amount: int, code: str) -> Money:
    """Return the money a provider's integer stands for; `code` is upper-case ISO 4217.

    Raises:
        UnknownCurrency: We do not know the currency.
        NotChargeable: The provider does not take it, or the integer is finer than our books.
    """
    minor, rest = divmod(amount, 10 ** _places_added(currency(code)))
    if rest:
        raise NotChargeable(f"{amount} is not a whole amount of {code}.")
    return Money(minor, code)


def _places_added(row: Currency) -> int:
    """Return how many decimals the provider counts beyond ours."""
    if row.provider_exponent is None:
        raise NotChargeable(f"{row.code} is not taken by the payment provider.")
    return row.provider_exponent - row.exponent
