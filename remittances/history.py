"""A corridor's average cost over time, as a drawing and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from remittances import plot, pricing, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from remittances.figures.selectors import HistoryPoint
    from remittances.plot import Plot

_PLACES = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One quarter of the table."""

    quarter: str
    mean: Decimal
    services: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The history as the page shows it, newest quarter first in the table."""

    rows: list[Row]
    plot: Plot | None

    @property
    def newest(self) -> Row:
        """Return the newest quarter."""
        return self.rows[0]

    @property
    def oldest(self) -> Row:
        """Return the oldest quarter."""
        return self.rows[-1]


def shown(points: Sequence[HistoryPoint]) -> Shown | None:
    """Return the history of a corridor for its page; None when nothing is known."""
    if not points:
        return None
    rows = [
        Row(
            words.quarter(point.period),
            pricing.rounded(point.mean_200, _PLACES),
            point.services,
            str(words.SOURCES.get(point.source, point.source)),
        )
        for point in reversed(points)
    ]
    return Shown(rows, plot.drawn([(point.period, point.mean_200) for point in points]))
