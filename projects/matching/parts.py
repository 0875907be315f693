"""Taking something off a match that several pots give, and putting it back.

What falls is borne by the pots in proportion to what each gives, to the last unit (the largest
remainder), so no pot ever gives more than before. What rises is borne in proportion to what each
had given up. Parts are (layer, minor units), in the order of the rule, zero parts left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.splitting import largest_remainder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from projects.matching.instant.outcomes import Parts


class NotWithin(ValueError):
    """Less than nothing, or more than was decided, cannot stand of a match."""


def total(parts: Iterable[tuple[str, int]]) -> int:
    """Return what all pots give together, in minor units."""
    return sum(minor for _, minor in parts)


def brought_to(parts: Parts, minor: int, *, decided: Parts) -> Parts:
    """Return what each pot gives when a match that stands at `parts` is brought to `minor`.

    Raises:
        NotWithin: below zero, or above what was decided.
    """
    if not 0 <= minor <= total(decided):
        raise NotWithin(f"{minor} is not within {total(decided)}.")
    standing = dict(parts)
    before = [standing.get(layer, 0) for layer, _ in decided]
    change = minor - sum(before)
    if change < 0:
        moved = [-less for less in largest_remainder(-change, before)]
    elif change > 0:
        gone = [whole - now for (_, whole), now in zip(decided, before, strict=True)]
        moved = largest_remainder(change, gone)
    else:
        return parts
    return _named(decided, [now + more for now, more in zip(before, moved, strict=True)])


def divided(parts: Parts, totals: Sequence[int]) -> list[Parts]:
    """Return the parts of each of several matches that together are `parts`.

    `totals` are the matches in order and sum to the same; each is filled from the pots in their
    order, so that every pot and every match comes out exactly.

    Raises:
        NotWithin: the totals are not what the parts sum to.
    """
    if sum(totals) != total(parts) or min(totals, default=0) < 0:
        raise NotWithin(f"{list(totals)} is not what {parts} comes to.")
    left = [minor for _, minor in parts]
    found = []
    for wanted in totals:
        taken, missing = [], wanted
        for place, minor in enumerate(left):
            taken.append(min(minor, missing))
            left[place] -= taken[-1]
            missing -= taken[-1]
        found.append(_named(parts, taken))
    return found


def _named(order: Parts, minors: Iterable[int]) -> Parts:
    named = zip(order, minors, strict=True)
    return tuple((layer, minor) for (layer, _), minor in named if minor)
