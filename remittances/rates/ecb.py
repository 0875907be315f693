"""The European Central Bank's reference rates, from the copy that CurrencyConverter carries.

Nothing is fetched. Each number is the bank's own, read as it is written.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from currency_converter import CurrencyConverter, RateNotFoundError

from remittances.rates.references import ECB, EURO, Published

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date


def published(*, since: date, until: date) -> Iterator[Published]:
    """Yield the rates of every day from `since` to `until`, newest first; gaps stay gaps."""
    bank = _bank()
    for code in sorted(bank.currencies - {EURO}):
        first, last = bank.bounds[code]
        on = min(last, until)
        while on >= max(first, since):
            rate = _rate(bank, code, on)
            if rate:
                yield Published(base=EURO, quote=code, rate=Fraction(rate), on=on, source=ECB)
            on -= timedelta(days=1)


def newest_day() -> date:
    """Return the last day the copy knows."""
    day: date = _bank().bounds[EURO].last_date
    return day


@cache
def _bank() -> CurrencyConverter:
    return CurrencyConverter(decimal=True)


def _rate(bank: CurrencyConverter, code: str, on: date) -> Decimal | None:
    try:
        rate: Decimal = bank.convert(Decimal(1), EURO, code, date=on)
    except RateNotFoundError:
        return None
    return rate
