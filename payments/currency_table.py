"""The currencies we know, one row each. A currency without a row is refused, never guessed.

`exponent` is how many decimals people and our books use. `provider_exponent` is how many the
provider's integer has: usually the same, but Ugandan shillings and Icelandic krónur are whole here
and carry two zeros there. It is None where the provider does not take the currency; such a row can
be compared and shown but not charged. `charge_step_minor` is the smallest step the provider charges
(dinars and rials of three decimals must end in 0), `minimum_minor` the smallest charge: the
provider's own where it publishes one, else about half a dollar.
"""

from __future__ import annotations

from dataclasses import dataclass


class UnknownCurrency(ValueError):
    """The code is not one of the currencies we know."""


@dataclass(frozen=True, slots=True)
class Currency:
    """One currency as people write it, and as the provider counts it."""

    code: str
    exponent: int
    provider_exponent: int | None
    charge_step_minor: int
    minimum_minor: int


# Offered first; the order is the order in which people choose.
OFFERED = (
    "EUR", "USD", "GBP", "CHF", "CAD", "SEK", "MXN", "MDL", "KES", "GHS",
    "NGN", "XOF", "MAD", "PHP", "INR", "JPY", "TND", "KWD",
)  # fmt: skip

# Two decimals here and at the provider: code and minimum charge in minor units.
_TWO_DECIMALS = {
    "AED": 200, "AMD": 20000, "AUD": 50, "BDT": 6000, "BRL": 50, "BWP": 700, "CAD": 50,
    "CDF": 140000, "CHF": 50, "CNY": 400, "COP": 200000, "CZK": 1500, "DKK": 250, "DOP": 3000,
    "DZD": 7000, "EGP": 2500, "ETB": 7000, "EUR": 50, "GBP": 30, "GEL": 150, "GHS": 800,
    "GMD": 3500, "GTQ": 400, "HKD": 400, "HNL": 1300, "HTG": 7000, "HUF": 17500, "IDR": 800000,
    "ILS": 200, "INR": 5000, "JMD": 8000, "KES": 6500, "KGS": 4500, "LKR": 15000, "MAD": 500,
    "MDL": 900, "MWK": 90000, "MXN": 1000, "MYR": 200, "MZN": 3500, "NGN": 80000, "NOK": 300,
    "NPR": 7000, "NZD": 50, "PEN": 200, "PHP": 3000, "PKR": 14000, "PLN": 200, "QAR": 200,
    "RON": 200, "SAR": 200, "SEK": 300, "SGD": 50, "THB": 1000, "TJS": 600, "TRY": 2500,
    "TZS": 150000, "UAH": 2500, "USD": 50, "UZS": 650000, "ZAR": 1000, "ZMW": 1500,
}  # fmt: skip

# Whole units here and at the provider.
_WHOLE = {
    "BIF": 1500, "CLP": 500, "DJF": 100, "GNF": 5000, "JPY": 50, "KMF": 250, "KRW": 700,
    "MGA": 2500, "PYG": 4000, "RWF": 750, "VND": 13000, "VUV": 60, "XAF": 300, "XOF": 300,
    "XPF": 60,
}  # fmt: skip

# Whole units here, two decimals at the provider, which must be 00.
_WHOLE_SENT_WITH_TWO = {"ISK": 75, "UGX": 2000}

# Three decimals here and at the provider; the last digit of a charge must be 0.
_THREE_DECIMALS = {"BHD": 200, "JOD": 400, "KWD": 200, "OMR": 200, "TND": 1600}

# Received abroad and compared, but not taken by the provider.
_NOT_CHARGED = {"SDG": 2, "SSP": 2}

_BY_CODE = {
    row.code: row
    for row in (
        *(Currency(code, 2, 2, 1, minimum) for code, minimum in _TWO_DECIMALS.items()),
        *(Currency(code, 0, 0, 1, minimum) for code, minimum in _WHOLE.items()),
        *(Currency(code, 0, 2, 1, minimum) for code, minimum in _WHOLE_SENT_WITH_TWO.items()),
        *(Currency(code, 3, 3, 10, minimum) for code, minimum in _THREE_DECIMALS.items()),
        *(Currency(code, exponent, None, 1, 1) for code, exponent in _NOT_CHARGED.items()),
    )
}

KNOWN = tuple(sorted(_BY_CODE))


def currency(code: str) -> Currency:
    """Return the row of an ISO 4217 code, written exactly as the standard writes it.

    Raises:
        UnknownCurrency: The code has no row; `eur` and `EUR ` have none either.
    """
    try:
        return _BY_CODE[code]
    except (KeyError, TypeError):
        raise UnknownCurrency(f"{code!r} is not a currency we know.") from None
