"""Dividing a pot among wishes, under limits, down to the last unit.

A pot that is too small is divided in proportion to the wishes by the largest remainder. What a
limit cuts off is divided again among those that no limit has touched, until nothing moves; nobody
ever gets more than was wished. Limits may overlap, as one on a project and one on its organisation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from payments.splitting import largest_remainder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that some wishes, by their places, may get together, and the code that names it."""

    places: tuple[int, ...]
    room_minor: int
    reason: str


@dataclass(frozen=True, slots=True)
class Floor:
    """Some wishes, by their places, get this much together or nothing."""

    places: tuple[int, ...]
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under what a pot is divided.

    Narrow limits come before wide ones. Without `refill`, what a limit or a floor takes away stays
    in the pot.
    """

    unit: int | None = 1  # Points of a wish that make one minor unit; None: wishes are but weights.
    limits: Sequence[Limit] = ()
    floors: Sequence[Floor] = ()
    refill: bool = True


@dataclass(slots=True)
class Divided:
    """What each wish gets in minor units, and which limit or floor cut it."""

    parts: list[int]
    reasons: dict[int, str] = field(default_factory=dict)
    is_short: bool = False  # The pot was too small for what no limit touched.


PLAIN = Terms()


def divide(pot_minor: int, wishes: Sequence[int], terms: Terms = PLAIN) -> Divided:
    """Divide a pot; ties go to the earlier wish, so pass them in order.

    Of those below their floor the smallest drops out first, and the pot is divided again among the
    others; without a refill all of them drop out at once.
    """
    return above_floors(wishes, terms, lambda left: _within_limits(pot_minor, left, terms))


def above_floors(
    wishes: Sequence[int], terms: Terms, within: Callable[[Sequence[int]], Divided]
) -> Divided:
    """Divide as `within` does, until nobody is below a floor; who drops out wishes for nothing."""
    wishes, dropped = list(wishes), set[int]()
    while True:
        divided = within(wishes)
        below, before = _below(divided.parts, terms.floors), len(dropped)
        for floor in below[:1] if terms.refill else below:
            dropped.update(floor.places)
        if len(dropped) == before or not terms.refill:
            break
        for place in dropped:
            wishes[place] = 0
    for place in dropped:
        divided.parts[place] = 0
        divided.reasons[place] = "below_floor"
    return divided


def _below(parts: Sequence[int], floors: Sequence[Floor]) -> list[Floor]:
    """Return the floors that are not reached, the smallest part and the latest place first."""
    sums = [(sum(parts[place] for place in floor.places), floor) for floor in floors]
    below = [(got, floor) for got, floor in sums if 0 < got < floor.minor]
    return [floor for _, floor in sorted(below, key=lambda one: (one[0], -one[1].places[0]))]


def _within_limits(pot_minor: int, wishes: Sequence[int], terms: Terms) -> Divided:
    divided = Divided([0] * len(wishes))
    free = [place for place, wish in enumerate(wishes) if wish > 0]
    left = pot_minor
    while free:
        level, divided.is_short = _level(left, [wishes[place] for place in free], terms.unit)
        for place, part in zip(free, level, strict=True):
            divided.parts[place] = part
        if not _cut(divided, wishes, terms.limits) or not terms.refill:
            break
        free = [place for place in free if place not in divided.reasons]
        taken = sum(divided.parts) - sum(divided.parts[place] for place in free)
        left = pot_minor - taken
    return divided


def _level(left: int, wishes: Sequence[int], unit: int | None) -> tuple[list[int], bool]:
    """Return what each wish gets where there are no limits, and whether the pot is too small."""
    if unit is not None and sum(wishes) <= left * unit:
        return [wish // unit for wish in wishes], False
    return largest_remainder(left, wishes), True


def _cut(divided: Divided, wishes: Sequence[int], limits: Iterable[Limit]) -> bool:
    """Cut what is above a limit, in proportion; tell whether anything was."""
    was_cut = False
    for limit in limits:
        parts = [divided.parts[place] for place in limit.places]
        if sum(parts) <= limit.room_minor:
            continue
        was_cut = True
        untouched = all(place not in divided.reasons for place in limit.places)
        own = [wishes[place] for place in limit.places]
        less = cut_to(limit.room_minor, parts, own if untouched else parts)
        for place, part in zip(limit.places, less, strict=True):
            divided.parts[place] = part
            if wishes[place]:
                divided.reasons.setdefault(place, limit.reason)
    return was_cut


def cut_to(room_minor: int, parts: Sequence[int], weights: Sequence[int]) -> list[int]:
    """Return parts brought down to what there is room for, in proportion to weights.

    Where the last unit would make one of them larger than it was, and so might break a narrower
    limit, the parts themselves are the weights.
    """
    if not room_minor:
        return [0] * len(parts)
    less = largest_remainder(room_minor, weights)
    if any(now > before for now, before in zip(less, parts, strict=True)):
        return largest_remainder(room_minor, parts)
    return less
