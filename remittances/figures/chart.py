"""Several averages over time in one drawing, each with gaps where nothing is known. Pure.

The frame is that of `remittances.plot`: 640 wide, 300 high. Two quarters are joined only when one
follows the other. The label of each line stands beside its last point, clear of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from remittances import plot
from remittances.indices import CEILING_PCT, TARGET_PCT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from remittances.plot import Dot, Mark

_QUARTERS = 4
_LABEL_HEIGHT = 26
_HIGHEST_LABEL = 18
Points = list[tuple[str, Fraction]]


class Series(NamedTuple):
    """One average: what it is called, and its quarters."""

    name: str
    points: Points


@dataclass(frozen=True, slots=True)
class Line:
    """One average as it is drawn, with the place of its label."""

    name: str
    paths: tuple[str, ...]
    dots: tuple[Dot, ...]  # Quarters without neighbours.
    last: Dot
    last_value: Fraction
    label_y: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that is drawn."""

    lines: tuple[Line, ...]
    levels: tuple[Mark, ...]
    years: tuple[Mark, ...]
    target_y: int
    ceiling_y: int


def drawn(series: Sequence[Series]) -> Chart | None:
    """Return the drawing; None where fewer than two quarters are known in all."""
    given = [each for each in series if each.points]
    points = [point for each in given for point in each.points]
    if len({period for period, _ in points}) < 2:  # noqa: PLR2004  One quarter is no time.
        return None
    first = min(period for period, _ in points)
    frame = plot.drawn([*points, (first, CEILING_PCT)])
    if frame is None:
        return None
    scale = _Scale(
        _ordinal(first), _ordinal(max(period for period, _ in points)), frame.levels[0],
        frame.levels[-1],
    )  # fmt: skip
    lines = [_line(each, scale) for each in given]
    labels = _apart([line.last.y for line in lines])
    return Chart(
        lines=tuple(_labelled(line, y) for line, y in zip(lines, labels, strict=True)),
        levels=frame.levels,
        years=frame.years,
        target_y=scale.y(TARGET_PCT),
        ceiling_y=scale.y(CEILING_PCT),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    first: int
    last: int
    lowest: Mark
    highest: Mark

    def x(self, ordinal: int) -> int:
        return plot.LEFT + (plot.RIGHT - plot.LEFT) * (ordinal - self.first) // (
            self.last - self.first
        )

    def y(self, value: Fraction) -> int:
        height = Fraction(self.highest.at - self.lowest.at)
        share = (value - self.lowest.value) / (self.highest.value - self.lowest.value)
        return self.lowest.at + round(height * share)


def _line(series: Series, scale: _Scale) -> Line:
    runs: list[list[tuple[int, Fraction]]] = []
    for period, value in sorted(series.points):
        ordinal = _ordinal(period)
        if runs and runs[-1][-1][0] + 1 == ordinal:
            runs[-1].append((ordinal, value))
        else:
            runs.append([(ordinal, value)])
    drawn_runs = [[plot.Dot(scale.x(at), scale.y(value)) for at, value in run] for run in runs]
    return Line(
        name=series.name,
        paths=tuple(_path(run) for run in drawn_runs if len(run) > 1),
        dots=tuple(run[0] for run in drawn_runs if len(run) == 1),
        last=drawn_runs[-1][-1],
        last_value=runs[-1][-1][1],
        label_y=0,
    )


def _labelled(line: Line, y: int) -> Line:
    return Line(line.name, line.paths, line.dots, line.last, line.last_value, y)


def _apart(places: Sequence[int]) -> list[int]:
    """Return where labels stand: above their points, at least a label's height from each other."""
    found = [0] * len(places)
    below = plot.BOTTOM + _LABEL_HEIGHT
    for index in sorted(range(len(places)), key=lambda index: -places[index]):
        found[index] = below = min(places[index] - _LABEL_HEIGHT // 2, below - _LABEL_HEIGHT)
    too_high = max(0, _HIGHEST_LABEL - min(found))
    return [place + too_high for place in found]


def _path(run: Iterable[Dot]) -> str:
    return "M" + "L".join(f"{dot.x} {dot.y}" for dot in run)


def _ordinal(period: str) -> int:
    year, quarter = period.split("_")
    return int(year) * _QUARTERS + int(quarter[0]) - 1


STRIP = 1000  # How wide a strip of dots is.


@dataclass(frozen=True, slots=True)
class Strip:
    """The costs of one corridor's services as dots on a common scale."""

    path: str
    target: int
    least: Fraction
    most: Fraction
    count: int


def strips(costs: Sequence[Sequence[Fraction]]) -> list[Strip]:
    """Return a strip of dots for the costs of each corridor; none of them may be empty."""
    every = [Fraction(0), TARGET_PCT * 2, *(cost for of_one in costs for cost in of_one)]
    low, high = min(every), max(every)
    margin = STRIP // 50

    def at(cost: Fraction) -> int:
        return margin + round((STRIP - 2 * margin) * (cost - low) / (high - low))

    return [
        Strip(
            path="".join(f"M{at(cost)} 12h0" for cost in sorted(of_one)),
            target=at(TARGET_PCT),
            least=min(of_one),
            most=max(of_one),
            count=len(of_one),
        )
        for of_one in costs
    ]
