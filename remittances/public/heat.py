"""How dear a corridor is, in five steps that have a colour; the number always stands beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from remittances.indices import CEILING_PCT, TARGET_PCT

if TYPE_CHECKING:
    from fractions import Fraction

STEPS = (TARGET_PCT, CEILING_PCT, 10, 20)


def step(mean: Fraction) -> int:
    """Return 1 at or below the goal of 3 %, 2 up to the ceiling of 5 %, 3 to 5 above it."""
    return 1 + sum(mean > most for most in STEPS)
