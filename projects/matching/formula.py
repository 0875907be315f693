"""What a rule would give before any limit: the counted amount times a rate, rounded down.

A rate is a pair of integers and is never turned into a percentage or a decimal first; the only
rounding is the floor of the final division.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """`numerator / denominator` units of match for each unit given: 2/1 turns 100 into 300."""

    numerator: int
    denominator: int

    def of(self, base_minor: int) -> int:
        """Return the match on a base, both in minor units, rounded down."""
        return base_minor * self.numerator // self.denominator
