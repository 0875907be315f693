"""Dividing the pots of several layers among wishes, under limits on what projects get of all.

Joint layers pay in step: the shortest sets the part of the wishes that all of them pay. Other
layers divide each its own pot. What a limit cuts off goes back to the pots it came from and is
divided again among those that no limit has touched, as where there is one pot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.splitting import largest_remainder
from projects.matching.closes.dividing import Divided, above_floors, cut_to
from projects.matching.rules import Coupling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projects.matching.closes.dividing import Limit, Terms

ByLayer = dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wished of each layer, and what its pot has left, in minor units."""

    wishes: Mapping[str, Sequence[int]]
    left: Mapping[str, int]
    coupling: Coupling

    def totals(self) -> list[int]:
        return [sum(of_one) for of_one in zip(*self.wishes.values(), strict=True)]

    def of_those(self, wishes: Sequence[int]) -> Asked:
        """Return the same without those that wish for nothing any more."""
        own = {
            layer: [minor if wish else 0 for minor, wish in zip(of_one, wishes, strict=True)]
            for layer, of_one in self.wishes.items()
        }
        return Asked(own, self.left, self.coupling)


@dataclass(slots=True)
class Paid:
    """What each layer pays for each wish, what all do together, and which layers are short."""

    by_layer: ByLayer
    divided: Divided
    short: tuple[str, ...] = ()  # The first is the one that sets the part, of joint layers.


def divide(asked: Asked, terms: Terms) -> Paid:
    """Divide the pots; ties go to the earlier wish, so pass them in order."""
    last: list[Paid] = []

    def within(wishes: Sequence[int]) -> Divided:
        last[:] = [_within_limits(asked.of_those(wishes), terms)]
        return last[0].divided

    divided = above_floors(asked.totals(), terms, within)
    (paid,) = last
    for place, part in enumerate(divided.parts):
        if not part:
            for parts in paid.by_layer.values():
                parts[place] = 0
    return paid


def _within_limits(asked: Asked, terms: Terms) -> Paid:
    """Divide among those who wish for anything, and again what limits cut off."""
    wishes = asked.totals()
    free = [place for place, wish in enumerate(wishes) if wish > 0]
    paid = Paid({layer: [0] * len(wishes) for layer in asked.wishes}, Divided([0] * len(wishes)))
    while free:
        left = {layer: minor - sum(paid.by_layer[layer]) for layer, minor in asked.left.items()}
        own = {layer: [of_one[place] for place in free] for layer, of_one in asked.wishes.items()}
        level, paid.short = _level(Asked(own, left, asked.coupling))
        for layer, parts in level.items():
            for place, part in zip(free, parts, strict=True):
                paid.by_layer[layer][place] = part
        was_cut = _cut(paid, asked, wishes, terms.limits)
        if not was_cut or not terms.refill:
            break
        free = [place for place in free if place not in paid.divided.reasons]
        for parts in paid.by_layer.values():
            for place in free:
                parts[place] = 0
    paid.divided.parts = [sum(of_one) for of_one in zip(*paid.by_layer.values(), strict=True)]
    paid.divided.is_short = bool(paid.short)
    return paid


def _level(asked: Asked) -> tuple[ByLayer, tuple[str, ...]]:
    """Return what several layers pay where there are no limits, and which of them are short."""
    sums = {layer: sum(own) for layer, own in asked.wishes.items()}
    short = [layer for layer, wish in sums.items() if wish > asked.left[layer]]
    room, whole = 1, 1  # The part of its wishes that the shortest layer can pay.
    if asked.coupling is Coupling.JOINT and short:
        shortest = short[0]
        for layer in short:
            if asked.left[layer] * sums[shortest] < asked.left[shortest] * sums[layer]:
                shortest = layer
        room, whole, short = asked.left[shortest], sums[shortest], [shortest]
    level = {
        layer: largest_remainder(min(sums[layer] * room // whole, asked.left[layer]), own)
        if sums[layer]
        else list(own)
        for layer, own in asked.wishes.items()
    }
    return level, tuple(short)


def _cut(paid: Paid, asked: Asked, wishes: Sequence[int], limits: Sequence[Limit]) -> bool:
    """Cut what is above a limit, of all layers and wishes in proportion; tell if anything was."""
    was_cut = False
    for limit in limits:
        sums = [sum(parts[place] for place in limit.places) for parts in paid.by_layer.values()]
        if sum(sums) <= limit.room_minor:
            continue
        was_cut = True
        untouched = all(place not in paid.divided.reasons for place in limit.places)
        rooms = largest_remainder(limit.room_minor, sums)
        for (layer, parts), room in zip(paid.by_layer.items(), rooms, strict=True):
            got = [parts[place] for place in limit.places]
            own = [asked.wishes[layer][place] for place in limit.places]
            less = cut_to(room, got, own if untouched else got)
            for place, part in zip(limit.places, less, strict=True):
                parts[place] = part
        for place in limit.places:
            if wishes[place]:
                paid.divided.reasons.setdefault(place, limit.reason)
    return was_cut
