"""The fan of a simulation as points of a drawing: time to the right, money left upwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import get_language

from payments import figures
from payments.money import Money

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from projects.matching.simulating.draws import Spread

LEFT, RIGHT, TOP, BOTTOM = 130, 700, 20, 250
LEVELS = 4
MOST_POINTS = 120
MOST_ROWS = 24


@dataclass(frozen=True, slots=True)
class Level:
    at: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Mark:
    at: int
    label: str
    anchor: str
    rtl_anchor: str  # Where text runs to the left, its start is its right end.


@dataclass(frozen=True, slots=True)
class Row:
    """One day of the fan in figures."""

    on: date
    p10: Money
    p50: Money
    p90: Money


@dataclass(frozen=True, slots=True)
class Fan:
    """Everything that is drawn, and the same as rows."""

    band: str
    middle: str
    levels: tuple[Level, ...]
    marks: tuple[Mark, ...]
    rows: tuple[Row, ...]
    end: int | None  # Where the pot is empty in the middle of all draws.


def drawn(
    spreads: Sequence[Spread], *, funded_minor: int, currency: str, runs_out_on: date | None
) -> Fan | None:
    """Return the drawing; None for fewer than two days or an empty pot."""
    if len(spreads) < 2 or funded_minor <= 0:  # noqa: PLR2004  One point is no line.
        return None
    scale = _Scale(len(spreads) - 1, funded_minor)
    picked = _picked(len(spreads), MOST_POINTS)
    high = [f"{scale.x(n)} {scale.y(spreads[n].p90)}" for n in picked]
    low = [f"{scale.x(n)} {scale.y(spreads[n].p10)}" for n in reversed(picked)]
    middle = [f"{scale.x(n)} {scale.y(spreads[n].p50)}" for n in picked]
    days = [spread.on for spread in spreads]
    return Fan(
        band=f"M{'L'.join([*high, *low])}Z",
        middle=f"M{'L'.join(middle)}",
        levels=tuple(
            Level(scale.y(minor), Money(minor, currency))
            for minor in (funded_minor * n // LEVELS for n in range(LEVELS + 1))
        ),
        marks=tuple(
            Mark(scale.x(n), _day(days[n]), *anchors)
            for n, anchors in (
                (0, ("start", "end")),
                ((len(days) - 1) // 2, ("middle", "middle")),
                (len(days) - 1, ("end", "start")),
            )
        ),
        rows=tuple(
            Row(spreads[n].on, *(Money(minor, currency) for minor in _three(spreads[n])))
            for n in _picked(len(spreads), MOST_ROWS)
        ),
        end=scale.x(days.index(runs_out_on)) if runs_out_on in days else None,
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    last: int
    most: int

    def x(self, day: int) -> int:
        return LEFT + (RIGHT - LEFT) * day // self.last

    def y(self, minor: int) -> int:
        return BOTTOM - (BOTTOM - TOP) * max(0, min(minor, self.most)) // self.most


def _day(on: date) -> str:
    """Return a day as plain text: an element inside the drawing's text would not be shown."""
    return figures.day_text(on, language=get_language() or "en", style="medium")


def _three(spread: Spread) -> tuple[int, int, int]:
    return spread.p10, spread.p50, spread.p90


def _picked(count: int, most: int) -> list[int]:
    """Return places evenly apart, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return [n * (count - 1) // (most - 1) for n in range(most)]
