"""What a rule would give before any limit: a function of the counted amount, rounded down.

A rate is a pair of integers and is never turned into a percentage or a decimal first; the only
rounding is the floor of the final division.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import lcm


@dataclass(frozen=True, slots=True)
class Rate:
    """`numerator / denominator` units of match for each unit given: 2/1 turns 100 into 300."""

    numerator: int
    denominator: int

    def of(self, base_minor: int) -> int:
        """Return the match on a base, both in minor units, rounded down."""
        return base_minor * self.numerator // self.denominator

    def most_for(self, minor: int) -> int | None:
        """Return the largest base whose match is at most this; None: any base."""
        if not self.numerator:
            return None
        return ((minor + 1) * self.denominator - 1) // self.numerator


@dataclass(frozen=True, slots=True)
class Band:
    """Amounts from `first` to `last` minor units, both inside; `last` None has no end."""

    first: int
    last: int | None
    rate: Rate

    def holds(self, minor: int) -> bool:
        return self.first <= minor and (self.last is None or minor <= self.last)

    def part_of(self, minor: int) -> int:
        """Return how many of the units 1, 2, … of an amount lie in the band."""
        end = minor if self.last is None else min(minor, self.last)
        return max(0, end - max(self.first, 1) + 1)


class BandMode(StrEnum):
    SLAB = "slab"  # The whole amount at the rate of the band it falls into.
    MARGINAL = "marginal"  # Each part at the rate of the band it falls into.


class TierOn(StrEnum):
    AMOUNT = "amount"
    DONOR_TOTAL = "donor_total"
    PROJECT_TOTAL = "project_total"
    ATTRIBUTE = "attribute"


@dataclass(frozen=True, slots=True)
class Flat:
    """The short form `rate`."""

    rate: Rate


@dataclass(frozen=True, slots=True)
class Tiers:
    on: TierOn
    mode: BandMode
    bands: tuple[Band, ...]
    attribute: str | None = None  # The fact asked, where `on` is ATTRIBUTE.
    by_word: tuple[tuple[str, Rate], ...] = ()  # For an attribute that is a word.

    def rate_for(self, fact: str | int | None) -> Rate | None:
        """Return the rate for a word, or of the band a whole number falls into, if there is one."""
        if isinstance(fact, str):
            return dict(self.by_word).get(fact)
        band = None if fact is None or isinstance(fact, bool) else self.band_for(fact)
        return band.rate if band else None

    def band_for(self, minor: int) -> Band | None:
        """Return the band an amount falls into, if there is one."""
        return next((band for band in self.bands if band.holds(minor)), None)

    def across(self, minor: int) -> int:
        """Return the match on an amount, each part at its band's rate; rounded down once."""
        whole = lcm(*(band.rate.denominator for band in self.bands))
        exact = (
            band.part_of(minor) * band.rate.numerator * (whole // band.rate.denominator)
            for band in self.bands
        )
        return sum(exact) // whole


@dataclass(frozen=True, slots=True)
class Lump:
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ShareOfCost:
    """A share of the project's attested cost, given once to the project as money arrives."""

    rate: Rate
    of: str = "project.cost"


@dataclass(frozen=True, slots=True)
class ShareOfPot:
    """The pot is divided by what each project raised."""


class QuadraticVariant(StrEnum):
    LINEAR = "linear"
    ALPHA = "alpha"
    PAIRWISE = "pairwise"


@dataclass(frozen=True, slots=True)
class Quadratic:
    variant: QuadraticVariant = QuadraticVariant.LINEAR
    alpha: Rate = Rate(1, 1)
    pairwise_m: int = 0  # In minor units; only for PAIRWISE.


@dataclass(frozen=True, slots=True)
class Score:
    """A committee decides amounts by score; the rule itself gives what is asked, up to the caps."""

    asked: str = "project.asked"


@dataclass(frozen=True, slots=True)
class Nothing:
    """No match by formula: the programme only informs, or is awarded by hand."""


Formula = Flat | Tiers | Lump | ShareOfCost | ShareOfPot | Quadratic | Score | Nothing
