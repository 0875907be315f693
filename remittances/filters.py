"""What somebody leaves out of a comparison: ways in, ways out, slow services, kinds of firm.

A filter admits a service or leaves it out by what the survey says of it, in any case. What is not
said is left out by a filter that asks for it. Filters change who is in a list, never the order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from remittances.ranking import speed_place

if TYPE_CHECKING:
    from collections.abc import Iterable

# How money goes in and comes out, by a part of the survey's words that no other way has.
WAYS = {"cash": "cash", "mobile": "mobile", "bank": "account", "card": "card"}
# The place of the slowest speed that is taken, as `ranking.speed_place` counts.
SPEEDS = {"hour": 0, "day": 1, "next-day": 2, "2-days": 3, "5-days": 4}
FIRMS = {
    "bank": "bank",
    "operator": "money transfer operator",
    "mobile": "mobile operator",
    "post": "post office",
}
OTHER_FIRM = "other"
_OPTIONS = {
    "pay_in": tuple(WAYS),
    "receive": tuple(WAYS),
    "speed": tuple(SPEEDS),
    "firm": (*FIRMS, OTHER_FIRM),
}


class Seen(Protocol):
    """What a filter looks at."""

    @property
    def pay_in(self) -> str | None: ...
    @property
    def pay_out(self) -> str | None: ...
    @property
    def speed(self) -> str | None: ...
    @property
    def provider_type(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is asked for, by the names of `OPTIONS`; None takes everything."""

    pay_in: str | None = None
    receive: str | None = None
    speed: str | None = None
    firm: str | None = None

    def admit(self, seen: Seen) -> bool:
        """Return whether a service is left in."""
        return all(
            _admits(name, option, seen)
            for name in _OPTIONS
            if (option := getattr(self, name)) is not None
        )

    def without(self, name: str) -> Filters:
        """Return the same filters but one."""
        return replace(self, **{name: None})

    @property
    def chosen(self) -> dict[str, str]:
        """Return the filters that are set, by their names."""
        return {name: option for name in _OPTIONS if (option := getattr(self, name)) is not None}


def options(name: str) -> tuple[str, ...]:
    """Return the options of one filter."""
    return _OPTIONS[name]


def counts(services: Iterable[Seen], filters: Filters) -> dict[str, dict[str, int]]:
    """Return how many services each option would leave, the other filters as they are."""
    found = list(services)
    counted: dict[str, dict[str, int]] = {}
    for name, known in _OPTIONS.items():
        left = [seen for seen in found if filters.without(name).admit(seen)]
        counted[name] = {
            option: sum(_admits(name, option, seen) for seen in left) for option in known
        }
    return counted


def _admits(name: str, option: str, seen: Seen) -> bool:
    if name == "speed":
        return speed_place(seen.speed) <= SPEEDS[option]
    if name == "firm":
        return firm(seen.provider_type) == option
    word = seen.pay_in if name == "pay_in" else seen.pay_out
    return WAYS[option] in (word or "").casefold()


def firm(provider_type: str | None) -> str:
    """Return what kind of firm it is: a name of `FIRMS`, or other."""
    word = (provider_type or "").casefold()
    return next((name for name, meant in FIRMS.items() if meant == word), OTHER_FIRM)
