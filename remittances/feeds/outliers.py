"""What is odd about a quote: it waits for a person instead of standing in the comparison.

A rate is odd that is more than 10 % away from the reference rate, or from the rate the service gave
before, or more than 1 % better than the reference rate. A fee or a total is odd that has moved by
more than 3 points of the amount since, whatever the amount, and so is a total below zero.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from remittances.feeds.priced import Point, Priced

MOST_RATE_AWAY_PCT = 10
MOST_MOVE_POINTS = 3
LEAST_MARGIN_PCT = -1


class Oddity(StrEnum):
    """Why a quote waits."""

    FIRST = "first"  # Nothing stands of its service; who sorts quotes says so.
    RATE_FAR = "rate_far"
    RATE_GIVES = "rate_gives"
    RATE_MOVED = "rate_moved"
    FEE_MOVED = "fee_moved"
    TOTAL_MOVED = "total_moved"
    TOTAL_BELOW = "total_below"


def oddities(new: Priced, *, standing: Priced | None) -> list[Oddity]:
    """Return what is odd about a quote beside its reference rate and what stands of its service.

    An amount is compared with the nearest amount before.
    """
    found: set[Oddity] = set()
    for point in new.points:
        found |= _unlikely(new, point)
        if standing:
            found |= _moved(new, point, standing, _nearest(standing, point))
    return [oddity for oddity in Oddity if oddity in found]


def _unlikely(quote: Priced, point: Point) -> set[Oddity]:
    """Return what is odd about a price by itself."""
    found = set()
    if quote.reference is not None and point.rate is not None:
        away = _apart(Fraction(point.rate), Fraction(quote.reference.rate))
        found |= {Oddity.RATE_FAR} if away > MOST_RATE_AWAY_PCT else set()
    margin, total = quote.margin_pct(point), quote.total_pct(point)
    if margin is not None and margin < LEAST_MARGIN_PCT:
        found.add(Oddity.RATE_GIVES)
    if total is not None and total < 0:
        found.add(Oddity.TOTAL_BELOW)
    return found


def _nearest(standing: Priced, point: Point) -> Point:
    return min(standing.points, key=lambda one: abs(one.amount - point.amount))


def _moved(new: Priced, point: Point, old: Priced, before: Point) -> set[Oddity]:
    found = set()
    same_pair = (new.currency, new.payout_currency) == (old.currency, old.payout_currency)
    if same_pair and point.rate and before.rate:
        away = _apart(Fraction(point.rate), Fraction(before.rate))
        found |= {Oddity.RATE_MOVED} if away > MOST_RATE_AWAY_PCT else set()
    if abs(point.fee_pct - before.fee_pct) > MOST_MOVE_POINTS:
        found.add(Oddity.FEE_MOVED)
    total, earlier = new.total_pct(point), old.total_pct(before)
    if total is not None and earlier is not None and abs(total - earlier) > MOST_MOVE_POINTS:
        found.add(Oddity.TOTAL_MOVED)
    return found


def _apart(rate: Fraction, measure: Fraction) -> Fraction:
    """Return how far a rate is from the measure, in per cent of it."""
    return abs(rate / measure - 1) * 100
