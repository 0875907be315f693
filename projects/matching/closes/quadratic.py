"""Quadratic funding: what many give a little is matched more than what few give.

The ideal match of a project is the square of the sum of the roots of what each giver gave to it,
less what they gave (Buterin, Hitzig, Weyl: "A Flexible Design for Funding Public Goods", 2018).
Several gifts of one giver to one project are one gift, so splitting a gift changes nothing.

Roots are rarely whole, so every sum of roots is kept between two whole numbers: roots rounded down
by an integer square root at a scale, and one more for each giver. Where the least and the greatest
possible ideal round to the same thousandth of a minor unit, that thousandth is right; where they do
not, the scale is squared and it is done again. This ends, because an ideal is whole or irrational:
it never lies halfway between two thousandths. So no order of adding can change a result.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from projects.matching.formula import Rate

THOUSANDTHS = 1000
"""Ideals are counted in thousandths of a minor unit."""

DIGITS = 24
"""Decimal digits behind the point of a root, to begin with: isqrt(c * 10**48)."""

KEPT_ROOTS = 1 << 17
"""Roots of this many different sums are kept while working, at about 100 bytes each."""

Giver = str | tuple[str]
"""A giver's id; for a giver nobody knows the reference of the gift, as a tuple of its own."""

Gift = tuple[str, Giver, int]
"""A project, who gave to it, and how much in minor units."""


class _Roots(dict[int, int]):
    """Scaled roots, rounded down, by what they are the root of."""

    def __init__(self, digits: int) -> None:
        super().__init__()
        self.scale: int = 10 ** (2 * digits)

    def __missing__(self, minor: int) -> int:
        root = isqrt(minor * self.scale)
        if len(self) < KEPT_ROOTS:
            self[minor] = root
        return root


def added_up(gifts: Iterable[Gift]) -> dict[str, dict[Giver, int]]:
    """Return what each giver gave to each project in all, in minor units."""
    sums: dict[str, dict[Giver, int]] = {}
    for project, giver, minor in gifts:
        try:
            given = sums[project]
        except KeyError:
            given = sums[project] = {}
        given[giver] = given.get(giver, 0) + minor
    return sums


def ideals(sums: Mapping[str, Collection[int]]) -> dict[str, int]:
    """Return the ideal match of each project in thousandths of a minor unit, rounded to nearest.

    `sums` holds for each project what each of its givers gave to it in all, in minor units.
    """
    found: dict[str, int] = {}
    waiting, digits = dict(sums), DIGITS
    while waiting:
        roots = _Roots(digits)
        settled = {project: _ideal(given, roots) for project, given in waiting.items()}
        found |= {project: ideal for project, ideal in settled.items() if ideal is not None}
        waiting = {project: waiting[project] for project in waiting if settled[project] is None}
        digits *= 2
    return {project: found[project] for project in sums}


def _ideal(given: Collection[int], roots: _Roots) -> int | None:
    """Return an ideal in thousandths, or None where the roots are too coarse to tell."""
    if len(given) == 1:
        return 0
    thousandth, whole = roots.scale // THOUSANDTHS, sum(given) * roots.scale
    least = sum(map(roots.__getitem__, given))
    greatest = least + len(given)
    low = (least * least - whole + thousandth // 2) // thousandth
    high = (greatest * greatest - whole + thousandth // 2) // thousandth
    return low if low == high else None


def from_sums(rows: Iterable[tuple[str, Collection[int]]]) -> dict[str, int]:
    """Return the ideals in thousandths of a minor unit from rows added up by the database.

    One row a project: its id, and what each of its givers gave to it in all, in any order; each
    row is worked off before the next is fetched.
    """
    found: dict[str, int] = {}
    roots = _Roots(DIGITS)
    for project, given in rows:
        ideal = _ideal(given, roots)
        found[project] = ideals({project: given})[project] if ideal is None else ideal
    return found


def damped(ideal: int, alpha: Rate) -> int:
    """Return an ideal times alpha, rounded to the nearest thousandth, a half up.

    The variant `alpha` gives each project the same fixed part of its ideal.
    """
    doubled = 2 * alpha.denominator
    return (2 * ideal * alpha.numerator + alpha.denominator) // doubled
