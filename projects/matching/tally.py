"""What one programme has given and counted so far, by everything its rule can speak of.

A tally is a set of counters in minor units. Each counter has a key, so that the same arithmetic
works on a dictionary in a test and on rows of the database under the programme's lock. What money
moved is kept with its allocation; taking it back moves the counters the other way.

Two counters count heads and not money: the distinct givers of a project, the distinct projects of
an organisation. No decision moves them. They follow: as long as one giver's counter for a project
is above zero, the giver counts once. So whatever is taken back, in whatever order, they stay right.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Measure(StrEnum):
    MATCHED = "matched"  # Match given or held.
    COUNTED = "counted"  # Base of money, converted, before base caps and weight.
    USED = "used"  # Base that passed the base caps.
    BASE = "base"  # Base that reached the formula; by role: that reached the pairing.
    RESERVE = "reserve"  # Of the ring-fenced part of the pot, given.
    UNLOCKED = "unlocked"  # One, once a project's threshold was reached for good.
    DONORS = "donors"  # Distinct givers of a project. Follows.
    PROJECTS = "projects"  # Distinct projects of an organisation that were matched. Follows.


class Key(NamedTuple):
    """`scope` is one of rules.Scope, or a word of the module that moves the counter.

    `whose` is its subject, "" for the whole programme; of two subjects the owner comes first, as
    project and giver, with a space between. `period` is "", a month as 2026-03, or the first day of
    a fiscal year as 2026-01-01. `layer` is "" for all together.
    """

    measure: str
    scope: str
    whose: str = ""
    period: str = ""
    layer: str = ""


Moves = tuple[tuple[Key, int], ...]
"""What one decision adds to the counters; never zero, each key once."""

_FOLLOWERS: dict[tuple[str, str], tuple[str, str]] = {
    (Measure.COUNTED, "donor_project"): (Measure.DONORS, "project"),
    (Measure.MATCHED, "organisation_project"): (Measure.PROJECTS, "organisation"),
}


def both(owner: str, other: str) -> str:
    """Return the subject of a counter that belongs to two."""
    return f"{owner} {other}"


def follower(key: Key) -> Key | None:
    """Return the counter of heads that follows this one, if one does."""
    found = _FOLLOWERS.get((key.measure, key.scope))
    return Key(*found, key.whose.partition(" ")[0]) if found else None


def touched(moves: Iterable[tuple[Key, int]]) -> frozenset[Key]:
    """Return every counter that must be at hand to make some moves, or to take them back."""
    keys = {key for key, _ in moves}
    return frozenset(keys | {head for key in keys if (head := follower(key))})


class Tally:
    """Counters by key; an unknown key is zero."""

    def __init__(self, counters: Iterable[tuple[Key, int]] = ()) -> None:
        """Take counters as they stand, heads included."""
        self._counters: dict[Key, int] = {}
        for key, minor in counters:
            self._counters[key] = self._counters.get(key, 0) + minor
        self._before = dict(self._counters)

    def __getitem__(self, key: Key) -> int:
        return self._counters.get(key, 0)

    def move(self, moves: Iterable[tuple[Key, int]], *, back: bool = False) -> None:
        """Add what a decision moved, or take it back."""
        counters = self._counters
        for key, minor in moves:
            old = counters.get(key, 0)
            counters[key] = new = old - minor if back else old + minor
            if (old > 0) != (new > 0) and (head := follower(key)):
                counters[head] = counters.get(head, 0) + (1 if new > 0 else -1)

    def items(self) -> list[tuple[Key, int]]:
        return sorted((key, minor) for key, minor in self._counters.items() if minor)

    def changed(self) -> list[tuple[Key, int]]:
        """Return by how much each counter has moved since the start, heads included."""
        differences = (
            (key, minor - self._before.get(key, 0)) for key, minor in self._counters.items()
        )
        return sorted((key, minor) for key, minor in differences if minor)


def as_rows(moves: Iterable[tuple[Key, int]]) -> list[list[str | int]]:
    """Return moves as plain JSON: measure, scope, whose, period, layer, minor units."""
    return [[*key, minor] for key, minor in moves]


def from_rows(rows: Iterable[Sequence[str | int]]) -> Moves:
    """Return moves from plain JSON as `as_rows` makes it."""
    return tuple((Key(*map(str, row[:-1])), int(row[-1])) for row in rows)
