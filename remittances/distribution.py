"""How the costs of surveyed services lie: five numbers, and where to draw them.

A quartile stands on the straight line between its two neighbours in the ordered list, as `numpy`
and spreadsheets count it by default (Hyndman and Fan 1996, definition 7). Nothing is clipped. The
drawing is in whole units, 640 wide. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from remittances import plot
from remittances.plot import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LEFT, RIGHT = 16, 624
_QUARTILES = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))


@dataclass(frozen=True, slots=True)
class Box:
    """The costs of one group, in per cent, least first."""

    costs: tuple[Fraction, ...]
    least: Fraction
    lower: Fraction
    median: Fraction
    upper: Fraction
    most: Fraction

    @property
    def count(self) -> int:
        """Return how many costs there are."""
        return len(self.costs)

    @property
    def mean(self) -> Fraction:
        """Return their simple mean."""
        return sum(self.costs, Fraction(0)) / len(self.costs)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where one group is drawn from left to right."""

    least: int
    lower: int
    median: int
    upper: int
    most: int
    dots: tuple[int, ...]

    @property
    def width(self) -> int:
        """Return the width of the box, which is seen even where there is one cost only."""
        return max(2, self.upper - self.lower)


@dataclass(frozen=True, slots=True)
class Picture:
    """All groups on one scale."""

    drawn: dict[str, Drawn]
    levels: tuple[Mark, ...]
    target_x: int


def box(costs: Iterable[Fraction]) -> Box | None:
    """Return the five numbers of some costs; None where there are none."""
    ordered = tuple(sorted(costs))
    if not ordered:
        return None
    lower, median, upper = (_quantile(ordered, share) for share in _QUARTILES)
    return Box(ordered, ordered[0], lower, median, upper, ordered[-1])


def picture(boxes: Mapping[str, Box]) -> Picture | None:
    """Return where every box is drawn; None where there is none."""
    if not boxes:
        return None
    least = min(each.least for each in boxes.values())
    levels = plot.levels(least, max(each.most for each in boxes.values()))

    def x(cost: Fraction) -> int:
        return LEFT + round((RIGHT - LEFT) * (cost - levels[0]) / (levels[-1] - levels[0]))

    return Picture(
        drawn={
            name: Drawn(
                least=x(each.least),
                lower=x(each.lower),
                median=x(each.median),
                upper=x(each.upper),
                most=x(each.most),
                dots=tuple(sorted({x(cost) for cost in each.costs})),
            )
            for name, each in boxes.items()
        },
        levels=tuple(Mark(x(Fraction(level)), level) for level in levels),
        target_x=x(Fraction(plot.TARGET_PCT)),
    )


def _quantile(ordered: tuple[Fraction, ...], share: Fraction) -> Fraction:
    place, rest = divmod((len(ordered) - 1) * share, 1)
    below = ordered[int(place)]
    above = ordered[min(int(place) + 1, len(ordered) - 1)]
    return below + (above - below) * rest
