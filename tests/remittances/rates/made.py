"""Reference rates made up for one question."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from remittances.models import ReferenceRate
from remittances.rates.references import ECB

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


class Counting(Protocol):
    """The fixture that counts queries."""

    def __call__(self, num: int) -> AbstractContextManager[object]: ...


def rate(
    base: str, quote: str, rate: str, *, on: date = date(2026, 11, 23), source: str = ECB
) -> ReferenceRate:
    return ReferenceRate.objects.create(
        base=base,
        quote=quote,
        rate=Decimal(rate),
        on=on,
        source=source,
        fetched_at=datetime(2026, 11, 23, 16, tzinfo=UTC),
    )
