"""What is odd about a quote: it waits for a person instead of standing in the comparison.

A rate is odd that is more than 10 % away from the reference rate, or from the rate the service gave
before. A fee or a total is odd that has moved by more than 3 points of the amount since.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from remittances.feeds.priced import Point, Priced

MOST_RATE_AWAY_PCT = 10
MOST_MOVE_POINTS = 3


class Oddity(StrEnum):
    """Why a quote waits."""

    RATE_FAR = "rate_far"
    RATE_MOVED = "rate_moved"
    FEE_MOVED = "fee_moved"
    TOTAL_MOVED = "total_moved"


def oddities(new: Priced, *, standing: Priced | None) -> list[Oddity]:
    """Return what is odd about a quote beside its reference rate and what stands of its service.

    An amount is compared with the same amount before; of an amount that is new, only the rate is.
    """
    found = {Oddity.RATE_FAR for point in new.points if _is_far(new, point)}
    if standing:
        before = {point.amount: point for point in standing.points}
        for point in new.points:
            found |= _moved(new, point, standing, before.get(point.amount, standing.points[0]))
    return [oddity for oddity in Oddity if oddity in found]


def _is_far(quote: Priced, point: Point) -> bool:
    if quote.reference is None or point.rate is None:
        return False
    return _apart(Fraction(point.rate), Fraction(quote.reference.rate)) > MOST_RATE_AWAY_PCT


def _moved(new: Priced, point: Point, old: Priced, before: Point) -> set[Oddity]:
    found = set()
    same_pair = (new.currency, new.payout_currency) == (old.currency, old.payout_currency)
    if same_pair and point.rate and before.rate:
        away = _apart(Fraction(point.rate), Fraction(before.rate))
        found |= {Oddity.RATE_MOVED} if away > MOST_RATE_AWAY_PCT else set()
    if point.amount != before.amount:
        return found
    if abs(point.fee_pct - before.fee_pct) > MOST_MOVE_POINTS:
        found.add(Oddity.FEE_MOVED)
    total, earlier = new.total_pct(point), old.total_pct(before)
    if total is not None and earlier is not None and abs(total - earlier) > MOST_MOVE_POINTS:
        found.add(Oddity.TOTAL_MOVED)
    return found


def _apart(rate: Fraction, measure: Fraction) -> Fraction:
    """Return how far a rate is from the measure, in per cent of it."""
    return abs(rate / measure - 1) * 100
