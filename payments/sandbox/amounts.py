"""Which amounts may be charged, what a charge costs, and how an amount is shown.

Amounts here are the provider's integers: its exponent counts, not ours.
"""

from __future__ import annotations

from payments.currencies import Currency, UnknownCurrency
from payments.currencies import currency as known
from payments.sandbox.errors import InvalidRequest

_PERMILLE = 15  # The fee is 1.5 % …
_FIXED_THOUSANDTHS = 250  # … and a quarter of a unit.
_MOST = 99_999_999  # Eight digits, as the provider documents for nearly every currency.


def check_currency(code: str, *, param: str = "currency") -> Currency:
    """Return our row of a currency that the provider takes; `code` may be in any case.

    Raises:
        InvalidRequest: a currency that the provider does not take.
    """
    try:
        row = known(code.upper())
    except UnknownCurrency:
        row = None
    if row is None or row.provider_exponent is None:
        raise InvalidRequest(f"Invalid currency: {code.lower()}.", param=param)
    return row


def check_charge(amount: int, code: str, *, param: str = "amount") -> None:
    """Check the amount of a charge, in the provider's minor units.

    Raises:
        InvalidRequest: too small, too large, or not in the currency's steps.
    """
    row = check_currency(code)
    if amount < 1:
        raise InvalidRequest(
            message="This value must be greater than or equal to 1.",
            code="parameter_invalid_integer",
            param=param,
        )
    check_step(amount, row, param=param)
    least = _scaled(row.minimum_minor, row)
    if amount < least:
        raise InvalidRequest(
            f"Amount must be at least {shown(least, code)}", code="amount_too_small", param=param
        )
    if amount > _MOST:
        raise InvalidRequest(
            f"Amount must be no more than {shown(_MOST, code)}",
            code="amount_too_large",
            param=param,
        )


def check_step(amount: int, row: Currency, *, param: str) -> None:
    """Check that the amount ends as its currency asks: 00 for UGX and ISK, 0 for dinars.

    Raises:
        InvalidRequest: it does not.
    """
    step = _scaled(row.charge_step_minor, row)
    if amount % step:
        raise InvalidRequest(
            f"Invalid amount: in {row.code} it must be a multiple of {step}.",
            code="parameter_invalid_integer",
            param=param,
        )


def fee(amount: int, code: str) -> int:
    """Return what the provider keeps of a charge, rounded half up, in its minor units.

    Where the currency has no such small coins (UGX, ISK) it is a whole number of those there are.
    """
    coin = 1000 * _scaled(1, check_currency(code))
    thousandths = amount * _PERMILLE + _FIXED_THOUSANDTHS * int(10 ** _exponent(code))
    return (thousandths + coin // 2) // coin * coin // 1000


def dispute_fee(code: str) -> int:
    """Return what the provider wants for a dispute: forty times the smallest charge, 20.00 EUR."""
    row = check_currency(code)
    return 40 * _scaled(row.minimum_minor, row)


def shown(amount: int, code: str) -> str:
    """Return the amount for people: `1,234.50 EUR`."""
    exponent = _exponent(code)
    units, rest = divmod(amount, int(10**exponent))
    decimals = f".{rest:0{exponent}d}" if exponent else ""
    return f"{units:,}{decimals} {code.upper()}"


def _exponent(code: str) -> int:
    return check_currency(code).provider_exponent or 0


def _scaled(minor: int, row: Currency) -> int:
    return int(minor * 10 ** ((row.provider_exponent or 0) - row.exponent))
