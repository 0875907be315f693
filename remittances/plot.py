"""The history of a corridor as a line: where its points lie, with gaps where nothing is known.

Whole numbers in the units of the drawing, 640 wide and 300 high. Two quarters are joined only when
one follows the other; a quarter without neighbours is a dot. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 62, 620, 22, 262
TARGET_PCT = 3
_LABEL = 120  # Half of the room that the target's label takes.
_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500)
_MOST_LINES = 5
_MOST_YEARS = 7
_QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """A labelled place on an axis: how far along, and what it says."""

    at: int
    value: int


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of the line."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything that is drawn."""

    lines: tuple[str, ...]  # As SVG paths.
    dots: tuple[Dot, ...]  # Quarters without neighbours.
    first: Dot
    last: Dot
    levels: tuple[Mark, ...]
    years: tuple[Mark, ...]
    target_y: int

    @property
    def target_x(self) -> int:
        """Return the middle of the target's label: at the end where the line is farther away."""
        at_left = abs(self.first.y - self.target_y) > abs(self.last.y - self.target_y)
        return LEFT + _LABEL if at_left else RIGHT - _LABEL

    @property
    def last_label_y(self) -> int:
        """Return where the last value stands: above its point, or below one at the top."""
        return self.last.y - 14 if self.last.y > TOP + 20 else self.last.y + 30


def drawn(means: Sequence[tuple[str, Fraction]]) -> Plot | None:
    """Return the drawing of quarters such as `2025_3Q` and their means; None for fewer than two."""
    if len(means) < 2:  # noqa: PLR2004  One point is no line.
        return None
    points = [(_ordinal(period), mean) for period, mean in sorted(means)]
    heights = levels(min(mean for _, mean in points), max(mean for _, mean in points))
    scale = _Scale(points[0][0], points[-1][0], heights[0], heights[-1])
    runs = [[scale.dot(*point) for point in run] for run in _runs(points)]
    return Plot(
        lines=tuple(_path(run) for run in runs if len(run) > 1),
        dots=tuple(run[0] for run in runs if len(run) == 1),
        first=scale.dot(*points[0]),
        last=scale.dot(*points[-1]),
        levels=tuple(Mark(scale.y(Fraction(level)), level) for level in heights),
        years=tuple(scale.years()),
        target_y=scale.y(Fraction(TARGET_PCT)),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    first: int
    last: int
    low: int
    high: int

    def x(self, ordinal: int) -> int:
        return LEFT + (RIGHT - LEFT) * (ordinal - self.first) // max(1, self.last - self.first)

    def y(self, mean: Fraction) -> int:
        return BOTTOM - round((BOTTOM - TOP) * (mean - self.low) / (self.high - self.low))

    def dot(self, ordinal: int, mean: Fraction) -> Dot:
        return Dot(self.x(ordinal), self.y(mean))

    def years(self) -> Iterator[Mark]:
        """Yield the beginnings of some years, evenly apart."""
        first, last = -(-self.first // _QUARTERS), self.last // _QUARTERS
        step = next(step for step in _STEPS if (last - first) // step < _MOST_YEARS)
        for year in range(first, last + 1, step):
            yield Mark(self.x(year * _QUARTERS), year)


def levels(least: Fraction, most: Fraction) -> list[int]:
    """Return whole percentages around every mean, zero and the target, evenly apart."""
    low, high = min(least, Fraction(0)), max(most, Fraction(TARGET_PCT + 1))
    fitting = (step for step in _STEPS if -(-high // step) - low // step <= _MOST_LINES)
    step = next(fitting, max(1, round((high - low) / 2)))
    return [step * level for level in range(low // step, -(-high // step) + 1)]


def _runs(points: Sequence[tuple[int, Fraction]]) -> Iterator[list[tuple[int, Fraction]]]:
    """Yield the stretches of quarters that follow one another."""
    run: list[tuple[int, Fraction]] = []
    for point in points:
        if run and point[0] != run[-1][0] + 1:
            yield run
            run = []
        run.append(point)
    yield run


def _path(run: Sequence[Dot]) -> str:
    return "M" + "L".join(f"{dot.x} {dot.y}" for dot in run)


def _ordinal(period: str) -> int:
    year, quarter = period.split("_")
    return int(year) * _QUARTERS + int(quarter[0]) - 1
