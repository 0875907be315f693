"""Pairwise bounded quadratic funding: givers who always give together count for less.

The ideal match of a project is the sum over pairs of its givers of 2·√(a·b), damped by how much the
two give together everywhere: times m / (m + k), where k is the sum over all projects of √(a·b)
(Buterin, "Pairwise coordination subsidies: a new quadratic funding design", 2019).

All numbers are whole, in fixed point of 64 bits, and are added without rounding, so the order of
rows changes nothing. Of each pair, √(a·b) is right to two steps of the last binary digit kept and
the damping to 2**-42. Twenty binary digits are kept behind the point while what the largest giver
gave in all, plus m, is below 2**22 minor units; one less for each doubling after that. Beyond 2**42
minor units it refuses.

One giver at a time is held against those after him, so memory is bounded by the gifts, not by the
pairs: about 100 bytes a gift and 8 bytes a giver.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import count
from math import isqrt
from typing import TYPE_CHECKING

import numpy as np

from projects.matching.closes.quadratic import THOUSANDTHS, Giver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Whole = NDArray[np.uint64]
    Index = NDArray[np.intp]

BITS = 20
"""Binary digits behind the point of √(a·b), at most."""

LARGEST_BITS = 42
"""Bits of m and k together in fixed point, before roundings."""

ROOT_BITS, LOW_BITS = 47, 16
"""A root is kept in 47 bits, as a high part of 31 and a low part of 16: products fit into 64."""

LOW = np.uint64(LOW_BITS)

STEP_BITS = 21
"""The damping is divided out in two steps of so many binary digits."""

STEP = np.uint64(STEP_BITS)


class TooMuchMoney(ArithmeticError):
    """A giver gave, or m is, more than fixed point of 64 bits can carry."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """How many binary digits are kept behind the point of a root, and of a product of two."""

    root: int
    product: int

    shift: np.uint64  # By how much a product of two roots, less their low parts, is moved down.
    half: np.uint64  # Of what that takes away.

    @classmethod
    def of(cls, *, root: int, product: int) -> _Scale:
        shift = 2 * (root - LOW_BITS) - product
        return cls(root, product, np.uint64(shift), np.uint64(1 << shift >> 1))

    def split(self, minor: int) -> tuple[int, int]:
        """Return the high and the low part of a root."""
        root = isqrt(minor << 2 * self.root)
        return root >> LOW_BITS, root & ((1 << LOW_BITS) - 1)


@dataclass(frozen=True, slots=True)
class _Project:
    """The givers of one project by number, ascending, and the parts of their roots."""

    givers: Index
    high: Whole
    low: Whole

    def products_after(self, place: int, scale: _Scale) -> Whole:
        """Return the products of one giver's root with those of all givers after him."""
        high, low = self.high[place + 1 :], self.low[place + 1 :]
        own_high, own_low = self.high[place], self.low[place]
        products: Whole = high * own_low
        products += low * own_high
        products >>= LOW
        products += high * own_high
        products += scale.half
        products >>= scale.shift
        return products


def ideals(sums: Mapping[str, Mapping[Giver, int]], *, m_minor: int) -> dict[str, int]:
    """Return the ideal match of each project in thousandths of a minor unit, rounded to nearest.

    `sums` holds what each giver gave to each project in all, `m_minor` is above zero; both are in
    minor units.

    Raises:
        TooMuchMoney: A giver gave, or m is, more than fixed point of 64 bits can carry.
    """
    scale = _scale(sums, m_minor)
    numbers: dict[Giver, int] = {}
    serial = count()
    for given in sums.values():
        for giver in given:
            if giver not in numbers:
                numbers[giver] = next(serial)
    projects = [_project(given, numbers, scale) for given in sums.values()]
    damped = _damped(projects, len(numbers), m_minor << scale.product, scale)
    whole = 1 << 2 * STEP_BITS
    return {
        project: (4 * m_minor * ratio * THOUSANDTHS + whole) // (2 * whole)
        for project, ratio in zip(sums, damped, strict=True)
    }


def _scale(sums: Mapping[str, Mapping[Giver, int]], m_minor: int) -> _Scale:
    totals = Counter[Giver]()
    for given in sums.values():
        totals.update(given)
    largest = max(totals.values(), default=0)
    spare = LARGEST_BITS - (largest + m_minor).bit_length()
    if spare < 0:
        raise TooMuchMoney(f"{largest} given and m = {m_minor} do not fit into fixed point.")
    root = ROOT_BITS - (isqrt(largest) + 1).bit_length()
    return _Scale.of(root=root, product=min(BITS, spare))


def _project(given: Mapping[Giver, int], numbers: Mapping[Giver, int], scale: _Scale) -> _Project:
    ordered = sorted((numbers[giver], minor) for giver, minor in given.items() if minor)
    parts = [scale.split(minor) for _, minor in ordered]
    return _Project(
        givers=np.array([number for number, _ in ordered], dtype=np.intp),
        high=np.array([high for high, _ in parts], dtype=np.uint64),
        low=np.array([low for _, low in parts], dtype=np.uint64),
    )


def _damped(projects: list[_Project], givers: int, m: int, scale: _Scale) -> list[int]:
    """Return for each project the sum of √(a·b) / (m + k) over its pairs, times 2**42."""
    places: list[list[tuple[int, int]]] = [[] for _ in range(givers)]
    for number, project in enumerate(projects):
        for place, giver in enumerate(project.givers.tolist()):
            places[giver].append((number, place))
    together = np.zeros(givers, dtype=np.uint64)  # k of the giver at hand with everybody else.
    sums, bound = [0] * len(projects), np.uint64(m)
    for of_giver in places:
        found = [
            (
                number,
                projects[number].givers[place + 1 :],
                projects[number].products_after(place, scale),
            )
            for number, place in of_giver
        ]
        if len(found) == 1:
            number, _, products = found[0]
            sums[number] += _ratios(products, products + bound)
            continue
        for _, others, products in found:
            together[others] += products
        for number, others, products in found:
            sums[number] += _ratios(products, together[others] + bound)
        for _, others, _ in found:
            together[others] = 0
    return sums


def _ratios(products: Whole, bounds: Whole) -> int:
    """Return the sum of products / bounds, each rounded down to 42 binary digits.

    A product is never above its bound, and a bound is below 2**43: nothing overflows with fewer
    than four million givers of one project.
    """
    rest = products << STEP
    ratios = rest // bounds
    rest -= ratios * bounds
    rest <<= STEP
    rest //= bounds
    ratios <<= STEP
    ratios += rest
    return int(ratios.sum())
