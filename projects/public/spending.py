"""What a pot has given, day by day, as a stepped line: where its corners lie.

Whole numbers in the units of the drawing, 640 wide and 300 high. The top is what there was to give,
so that the distance from the line to the top is what is left. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

LEFT, RIGHT, TOP, BOTTOM = 16, 624, 30, 262


@dataclass(frozen=True, slots=True)
class Spending:
    """Everything that is drawn."""

    line: str  # As an SVG path.
    area: str  # The same, closed down to the ground.
    first: date
    last: date
    last_x: int
    last_y: int

    @property
    def label_y(self) -> int:
        """Return where the last value stands: above its point, or below one near the top."""
        return self.last_y - 14 if self.last_y > TOP + 40 else self.last_y + 34


def drawn(days: Sequence[tuple[date, int]], *, top: int) -> Spending | None:
    """Return the drawing of what was given by each day, in minor units; None for fewer than two.

    `top` is all there was to give; days ascend and what was given by them never falls.
    """
    if len(days) < 2 or top <= 0:  # noqa: PLR2004  One point is no line.
        return None
    first, last = days[0][0], days[-1][0]
    length = max(1, (last - first).days)
    corners = [
        (
            LEFT + (RIGHT - LEFT) * (on - first).days // length,
            BOTTOM - (BOTTOM - TOP) * min(minor, top) // top,
        )
        for on, minor in days
    ]
    line = f"M{corners[0][0]} {BOTTOM}V{corners[0][1]}"
    line += "".join(f"H{x}V{y}" for x, y in corners[1:])
    return Spending(
        line=line,
        area=f"{line}V{BOTTOM}Z",
        first=first,
        last=last,
        last_x=corners[-1][0],
        last_y=corners[-1][1],
    )
