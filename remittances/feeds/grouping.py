"""From the quotes of an answer to one row a service, with its one or two amounts."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from remittances.feeds.answers import NotUnderstood
from remittances.feeds.priced import Point, Priced

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from remittances.feeds.answers import Quote

MOST_AMOUNTS = 2
OLDEST = timedelta(days=366)


def services(quotes: Iterable[Quote]) -> list[Priced]:
    """Return one row a service, without reference rates, in the order of the answer.

    Of two moments of collection it is the earlier, in UTC, and so is the day.

    Raises:
        NotUnderstood: A service is quoted for an amount twice, for more than two, or with facts
            that do not agree.
    """
    groups: dict[tuple[str, ...], list[Quote]] = {}
    for quote in quotes:
        key = (
            quote.origin, quote.destination, quote.provider, quote.pay_in, quote.pay_out,
            quote.payout_currency,
        )  # fmt: skip
        groups.setdefault(key, []).append(quote)
    return [_service(group) for group in groups.values()]


def check_clock(quotes: Iterable[Quote], *, now: datetime, tolerance: timedelta) -> None:
    """Refuse an answer whose clock is ahead of ours, or that is more than a year old.

    Raises:
        NotUnderstood: A quote was collected in the future, or more than 366 days ago.
    """
    for number, quote in enumerate(quotes, 1):
        if quote.collected_at > now + tolerance:
            raise NotUnderstood(f"quote {number}, collected_at: this moment has not come yet")
        if quote.collected_at < now - OLDEST:
            raise NotUnderstood(f"quote {number}, collected_at: this is more than a year ago")


def check_agreed(
    quotes: Iterable[Quote], *, corridors: Iterable[str], firms: frozenset[str] | None
) -> None:
    """Refuse an answer about what the feed was not agreed for.

    No corridors are all corridors; `firms` are the spellings of the one firm it speaks for.

    Raises:
        NotUnderstood: A quote is of another corridor or another firm.
    """
    agreed = frozenset(corridors)
    for number, quote in enumerate(quotes, 1):
        if agreed and f"{quote.origin}{quote.destination}" not in agreed:
            raise NotUnderstood(
                f"quote {number}: {quote.origin} to {quote.destination} is not agreed"
            )
        if firms is not None and quote.provider not in firms:
            raise NotUnderstood(f"quote {number}: this feed does not speak for “{quote.provider}”")


def _service(group: list[Quote]) -> Priced:
    first = group[0]
    place = f"{first.provider}, {first.origin} to {first.destination}"
    points = sorted((Point(q.send_amount, q.fee, q.rate) for q in group), key=lambda p: p.amount)
    if len({point.amount for point in points}) < len(points):
        raise NotUnderstood(f"{place}: one amount is quoted twice for the same service")
    if len(points) > MOST_AMOUNTS:
        raise NotUnderstood(f"{place}: a service is quoted for at most {MOST_AMOUNTS} amounts")
    facts = {(q.currency, q.speed, q.promotion, q.rate is None) for q in group}
    if len(facts) > 1:
        raise NotUnderstood(f"{place}: currency, speed, rate or promotion differ for one service")
    collected = min(quote.collected_at for quote in group).astimezone(UTC)
    return Priced(
        origin=first.origin,
        destination=first.destination,
        firm=first.provider,
        pay_in=first.pay_in,
        pay_out=first.pay_out,
        speed=first.speed,
        currency=first.currency,
        payout_currency=first.payout_currency,
        points=tuple(points),
        reference=None,
        promotion=first.promotion,
        transparent=first.rate is not None,
        collected_on=collected.date(),
        collected_at=collected,
    )
