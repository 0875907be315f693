"""Splitting a whole number into parts that sum to it exactly: the largest-remainder method.

Each part first gets the whole number below its exact share; the units left over go, one each, to
the parts that lost the largest fraction. Fractions are compared as integers, so nothing is rounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class UnsplittableTotal(ValueError):
    """The total or a weight is negative, or no weight is above zero."""


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` minor units in proportion to `weights`; ties go to the earlier part.

    Pass the parts oldest id first: then the result does not depend on the order of rows.

    Raises:
        UnsplittableTotal: The total or a weight is negative, or no weight is above zero.
    """
    whole = sum(weights)
    if total < 0 or whole <= 0 or min(weights, default=0) < 0:
        raise UnsplittableTotal(f"{total} cannot be split by weights that sum to {whole}.")
    parts = [total * weight // whole for weight in weights]
    by_loss = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_loss[: total - sum(parts)]:
        parts[i] += 1
    return parts
