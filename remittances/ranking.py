"""The published order of services. Nothing but what a sender sees on the page has a part in it.

First who is in which list: a price above 120 days old is stale, and stands apart from the others;
without a total cost, or as a promotion, a service has no place in the order. In each list: the most
money received first, then the faster, then the provider's name by Unicode order, then how it is
paid in and out; then all else that the row of the source says, as text. Where the sum that should
arrive was asked, the least to be sent comes before all of that. Who pays whom is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from remittances.pricing import Freshness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal

_SPEEDS = (
    "less than one hour",
    "same day",
    "next day",
    "2 days",
    "3-5 days",
    "6 days or more",
)


class Listing(StrEnum):
    """The list a quote stands in, best list first."""

    CURRENT = "current"
    STALE = "stale"
    UNRANKED = "unranked"


@dataclass(frozen=True, slots=True)
class Standing:
    """All that decides a place: what is received, rounded as it is shown, and what breaks ties.

    `sent` is None where everybody sends the same.
    """

    listing: Listing
    received: Decimal | None
    speed: str | None
    provider: str
    pay_in: str | None
    pay_out: str | None
    sent: Decimal | None = None
    rest: tuple[str, ...] = ()


Item = TypeVar("Item")
_LISTINGS = tuple(Listing)


def listing(*, freshness: Freshness, has_price: bool) -> Listing:
    """Return the list for a price of that age."""
    if not has_price:
        return Listing.UNRANKED
    return Listing.STALE if freshness is Freshness.STALE else Listing.CURRENT


def in_order(items: Iterable[Item], standing: Callable[[Item], Standing]) -> list[Item]:
    """Return the items as the published rule orders them, whatever order they came in."""
    return sorted(items, key=lambda item: _key(standing(item)))


def speed_place(speed: str | None) -> int:
    """Return the place of a speed, 0 the fastest; one that is not known comes last."""
    word = (speed or "").casefold()
    return _SPEEDS.index(word) if word in _SPEEDS else len(_SPEEDS)


def _key(standing: Standing) -> tuple[object, ...]:
    received = standing.received
    return (
        _LISTINGS.index(standing.listing),
        received is None,
        standing.sent or 0,
        -received if received is not None else 0,
        speed_place(standing.speed),
        standing.provider,
        standing.pay_in or "",
        standing.pay_out or "",
        standing.rest,
    )
