"""Drawing days of the past, with their money, for the days of a programme's window.

The draws follow from the seed alone.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

from projects.matching.simulating.trial import INSTANT, day_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projects.matching.rules import Counted, Rule

DAY = timedelta(days=1)
LONGEST = 1100  # Days of a fan.
MOST_DECISIONS = 100_000  # Of all draws together.
FEWEST = 10


@dataclass(frozen=True, slots=True)
class Spread:
    """What is left after a day, in the worst tenth of draws, in the middle, and in the best."""

    on: date
    p10: int
    p50: int
    p90: int


def moved(money: Counted, days: int, ref: str) -> Counted:
    by = days * DAY
    started = None if money.initiated_at is None else money.initiated_at + by
    return replace(money, ref=ref, settled_at=money.settled_at + by, initiated_at=started)


def number_of(samples: int, money: int, past: int, horizon: int) -> int:
    """Return how many draws are made: fewer of much money, and none where so few say nothing."""
    if not (samples and money and horizon):
        return 0
    each = max(1, money * horizon // past)
    most = min(samples, MOST_DECISIONS // each)
    return most if most >= min(samples, FEWEST) else 0


def by_day(rule: Rule, money: Sequence[Counted]) -> list[tuple[date, list[Counted]]]:
    """Return every day from the first to the last with its money, the empty ones included."""
    days: dict[date, list[Counted]] = defaultdict(list)
    for each in money:
        days[day_of(rule, each.settled_at)].append(each)
    if not days:
        return []
    first, last = min(days), max(days)
    count = min(LONGEST, (last - first).days + 1)
    return [(first + n * DAY, days.get(first + n * DAY, [])) for n in range(count)]


def window_of(rule: Rule) -> list[date]:
    first = day_of(rule, rule.window.opens_at)
    last = day_of(rule, rule.window.closes_at - INSTANT)
    return [first + n * DAY for n in range(min(LONGEST, (last - first).days + 1))]


def drawn(
    past: Sequence[tuple[date, list[Counted]]], horizon: Sequence[date], *, seed: int, draw: int
) -> list[Counted]:
    """Return money of days of the past, drawn for each day of the window."""
    found: list[Counted] = []
    for on in horizon:
        chance = blake2b(f"{seed}:{draw}:{on}".encode(), digest_size=8).digest()
        day, money = past[int.from_bytes(chance) % len(past)]
        for each in money:
            found.append(moved(each, (on - day).days, f"{len(found):09}"))
    return sorted(found, key=lambda each: each.order)


def spread(on: date, lefts: Sequence[int]) -> Spread:
    """Return the nearest ranks of what is left; `lefts` ascend."""
    ranks = (len(lefts) * tenth // 10 for tenth in (1, 5, 9))
    return Spread(on, *(lefts[min(rank, len(lefts) - 1)] for rank in ranks))
