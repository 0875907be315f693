"""Saying what would be matched, without holding anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.money import Money
from projects.matching import engine, wording
from projects.matching.gifts import Quote, QuoteLine
from projects.matching.models import Reservation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from projects.matching.engine import Offer
    from projects.matching.gifts import Gift


def quote(*, gift: Gift, now: datetime) -> Quote:
    """Return what a gift would get if its money arrived now.

    Programmes are asked in order of priority, then id; the first that gives anything gives alone.
    What is already held for this gift counts as free, and gives the quote its `valid_until`.
    """
    versions = engine.speaking_of(gift.facts, engine.in_force(now))
    own = Reservation.objects.active().filter(contribution_ref=gift.contribution_ref).first()
    found = engine.offers(gift, versions, own=own, now=now)
    return quote_of(gift, found, valid_until=own.expires_at if own else None)


def quote_of(gift: Gift, found: Sequence[Offer], *, valid_until: datetime | None) -> Quote:
    """Return offers as a quote in the reader's language."""
    lines = tuple(
        QuoteLine(
            programme_id=offer.version.programme_id,
            programme_name=offer.version.rule.name,
            match=Money(offer.outcome.minor, offer.version.rule.currency),
            reason=offer.outcome.reason,
            why=wording.why(
                offer.outcome.reason, offer.outcome.steps, currency=offer.version.rule.currency
            ),
            steps=offer.outcome.steps,
        )
        for offer in found
    )
    matches = [line.match for line in lines if line.match]
    return Quote(
        match=matches[0] if matches else Money(0, gift.amount.currency),
        lines=lines,
        valid_until=valid_until,
    )
