"""What an officer says of one service, and the row it would become."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from remittances.feeds.priced import Named, Point, Priced

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from remittances.models import PriceEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A price as it was seen. Countries by their three-letter codes; `rate` is None if not told."""

    origin: str
    destination: str
    firm: str
    provider_type: str
    pay_in: str
    pay_out: str
    speed: str
    currency: str
    payout_currency: str
    amount_1: Decimal
    fee_1: Decimal
    amount_2: Decimal | None
    fee_2: Decimal | None
    rate: Decimal | None
    reference: Named | None  # What the officer read; None takes the one we know of that day.
    collected_on: date
    transparent: bool
    promotion: bool
    note: str


def priced(entry: PriceEntry) -> Priced:
    """Return the row that an entry becomes."""
    points = [Point(entry.amount_1, entry.fee_1, entry.rate)]
    if entry.amount_2 is not None and entry.fee_2 is not None:
        points.append(Point(entry.amount_2, entry.fee_2, entry.rate))
    return Priced(
        origin=entry.origin_id,
        destination=entry.destination_id,
        firm=entry.firm,
        provider_type=entry.provider_type,
        pay_in=entry.pay_in,
        pay_out=entry.pay_out,
        speed=entry.speed,
        currency=entry.currency,
        payout_currency=entry.payout_currency,
        points=tuple(points),
        reference=_named(entry),
        promotion=entry.promotion,
        transparent=entry.transparent,
        note=entry.note,
        collected_on=entry.collected_on,
    )


def row_key(entry: PriceEntry) -> str:
    """Return the key under which an entry stands."""
    return f"entry/{priced(entry).service_key}"


def _named(entry: PriceEntry) -> Named | None:
    if entry.reference_rate is None or entry.reference_on is None:
        return None
    return Named(entry.reference_rate, entry.reference_source, entry.reference_on)
