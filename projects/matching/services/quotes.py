"""Saying what would be matched, without holding anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.money import Money
from projects.matching import engine, wording
from projects.matching.gifts import Quote, QuoteLine
from projects.matching.models import Reservation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from projects.matching.engine import Offer, Standing
    from projects.matching.gifts import Gift
    from projects.matching.models import ProgrammeVersion


def quote(*, gift: Gift, now: datetime) -> Quote:
    """Return what a gift would get if its money arrived now.

    Programmes are asked in order of priority, then id; each sees what those before it would do.
    What is already held for this gift counts as free, and gives the quote its `valid_until`.
    """
    versions = engine.asked_about(gift.facts, engine.in_force(now))
    own = list(Reservation.objects.active().filter(contribution_ref=gift.contribution_ref))
    found, _ = offers(gift, versions, own=own, now=now)
    return quote_of(gift, found, valid_until=valid_until(own))


def offers(
    gift: Gift,
    versions: Sequence[ProgrammeVersion],
    *,
    own: Sequence[Reservation],
    now: datetime,
) -> tuple[list[Offer], Standing]:
    """Return what programmes would give to a gift whose money arrived now, and where they stand.

    What is held for the gift is given back in what is returned, not in the database.
    """
    money = gift.counted(settled_at=now, initiated_at=now)
    stand = engine.standing(
        [(version, money) for version in versions],
        moves=[(each.programme_id, each.moves) for each in own],
    )
    for each in own:
        if each.programme_id in stand.pots:  # Newer terms may leave the project out.
            stand.give_back(each)
    return engine.ask(versions, money, stand), stand


def valid_until(held: Iterable[Reservation]) -> datetime | None:
    """Return when the first of some reservations runs out; None where none does."""
    return min((each.expires_at for each in held if each.expires_at), default=None)


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
    matches: dict[str, Money] = {}
    for line in lines:
        if line.match:
            code = line.match.currency
            matches[code] = matches.get(code, Money(0, code)) + line.match
    return Quote(
        match=matches.get(gift.amount.currency, Money(0, gift.amount.currency)),
        matches=tuple(matches[code] for code in sorted(matches)),
        lines=lines,
        valid_until=valid_until,
    )
