"""What one programme has given and counted so far, by everything its rule can speak of.

A tally is a set of counters in minor units. Each counter has a key, so that the same arithmetic
works on a dictionary in a test and on rows of the database under the programme's lock. What money
moved is kept with its allocation; taking it back moves the counters the other way.
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Measure(StrEnum):
    MATCHED = "matched"  # Match given or held.
    COUNTED = "counted"  # Base of money, converted, before base caps and weight.
    USED = "used"  # Base that passed the base caps.
    DONORS = "donors"  # Distinct givers.
    PROJECTS = "projects"  # Distinct projects of an organisation that were matched.
    RESERVE = "reserve"  # Of the ring-fenced part of the pot, given.


class Key(NamedTuple):
    """`scope` is one of rules.Scope, or "role"; `whose` its subject, "" for the whole programme.

    `period` is "" or the first day of the period, as 2026-03-01. `layer` is "" for all together.
    """

    measure: str
    scope: str
    whose: str = ""
    period: str = ""
    layer: str = ""


Moves = tuple[tuple[Key, int], ...]
"""What one decision adds to the counters; never zero, each key once."""


class Tally:
    """Counters by key; an unknown key is zero."""

    def __init__(self, counters: Iterable[tuple[Key, int]] = ()) -> None:
        self._counters = Counter[Key]()
        for key, minor in counters:
            self._counters[key] += minor

    def __getitem__(self, key: Key) -> int:
        return self._counters[key]

    def move(self, moves: Iterable[tuple[Key, int]], *, back: bool = False) -> None:
        """Add what a decision moved, or take it back."""
        for key, minor in moves:
            self._counters[key] += -minor if back else minor

    def items(self) -> list[tuple[Key, int]]:
        return sorted((key, minor) for key, minor in self._counters.items() if minor)
