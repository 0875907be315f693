"""Cloth drawn from a name: the same seed always weaves the same strip.

A strip edges every picture, a panel stands in where there is no picture (or no data to spare),
and the great cloth hangs beside the first words of the home page. Drawing is plain SVG text:
rows of woven blocks in two dyes each, with the ends of the weft threads fraying at the start side.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Weave = Callable[[str], str]

Choice = TypeVar("Choice")
SLIVER = 14

INDIGO_9, INDIGO_8, INDIGO_7, INDIGO_6, INDIGO_3 = (
    "#181E52",
    "#222A6E",
    "#2D388C",
    "#3E4BAF",
    "#AAB3EA",
)
WELD_5, WELD_3, MADDER_5, LEAF_7, LEAF_3, COTTON = (
    "#F2B322",
    "#FBD777",
    "#D4503D",
    "#1A6443",
    "#8FD3B0",
    "#FBFBF9",
)
EDGE_DYES = (INDIGO_7, WELD_5, MADDER_5, LEAF_7, INDIGO_3, WELD_3)
DYE_PAIRS = (
    (INDIGO_6, WELD_5),
    (WELD_5, MADDER_5),
    (INDIGO_3, INDIGO_8),
    (MADDER_5, COTTON),
    (LEAF_7, WELD_3),
    (WELD_3, INDIGO_7),
    (COTTON, MADDER_5),
    (INDIGO_7, LEAF_3),
    (WELD_5, INDIGO_9),
)


class Shuttle:
    """A repeatable stream of choices made from a seed."""

    def __init__(self, seed: str) -> None:
        self._bytes = self._stream(seed)

    @staticmethod
    def _stream(seed: str) -> Iterator[int]:
        block = seed.encode()
        while True:
            block = blake2b(block, digest_size=32).digest()
            yield from block

    def pick(self, options: Sequence[Choice]) -> Choice:
        return options[next(self._bytes) % len(options)]

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + next(self._bytes) % (high - low + 1)


@dataclass(frozen=True)
class Row:
    """One woven row: where it lies and its two dyes."""

    x: int
    y: int
    width: int
    height: int
    ground: str
    figure: str

    @property
    def end(self) -> int:
        return self.x + self.width


def _steps(row: Row) -> str:
    unit = max(3, row.height // 4)
    rise = f"v-{unit}h{unit}" * 3
    fall = f"v{unit}h{unit}" * 2
    figures = (
        f"M{x} {row.y + row.height}{rise}{fall}v{unit}z"
        for x in range(row.x + 20, row.end, max(12, row.height * 3 // 2))
    )
    return f'<path fill="{row.figure}" d="{"".join(figures)}"/>'


def _diamonds(row: Row) -> str:
    half = max(3, row.height * 2 // 5)
    middle = row.y + row.height // 2
    figures = (
        f"M{x} {middle}l{half}-{half} {half} {half}-{half} {half}z"
        for x in range(row.x + 14, row.end, max(8, row.height * 11 // 10))
    )
    return f'<path fill="{row.figure}" d="{"".join(figures)}"/>'


def _checks(row: Row) -> str:
    side = max(9, row.height // 3)
    figures = []
    for index, x in enumerate(range(row.x + 6, row.end, side)):
        top = row.y if index % 2 else row.y + side
        figures.append(f"M{x} {top}h{side}v{side}h-{side}z")
        if index % 2 and row.height > 2 * side:
            figures.append(f"M{x} {row.y + 2 * side}h{side}v{row.height - 2 * side}h-{side}z")
    return f'<path fill="{row.figure}" d="{"".join(figures)}"/>'


def _zigzag(row: Row) -> str:
    half = max(4, row.height // 2)
    turns = "".join(
        f"l{half} {'-' if index % 2 == 0 else ''}{half}" for index in range(row.width // half + 1)
    )
    return (
        f'<path fill="none" stroke="{row.figure}" stroke-width="{max(4, row.height // 5)}"'
        f' d="M{row.x} {row.y + row.height * 3 // 4}{turns}"/>'
    )


def _bars(row: Row) -> str:
    figures = (f"M{x} {row.y}h14v{row.height}h-14z" for x in range(row.x + 26, row.end, 54))
    return f'<path fill="{row.figure}" d="{"".join(figures)}"/>'


def _stripe(row: Row) -> str:
    top, height = row.y + row.height * 3 // 8, max(2, row.height // 4)
    return f'<path fill="{row.figure}" d="M{row.x} {top}h{row.width}v{height}h-{row.width}z"/>'


def _plain(row: Row) -> str:  # noqa: ARG001  A row may carry no figure at all.
    return ""


FIGURES: tuple[Callable[[Row], str], ...] = (
    _plain,
    _steps,
    _diamonds,
    _checks,
    _zigzag,
    _bars,
    _stripe,
)


@dataclass(frozen=True)
class Loom:
    """The size of a cloth and how far its weft threads fray."""

    width: int
    height: int
    fray: int = 0
    rows: tuple[int, ...] = (26, 44, 26, 64, 34, 88, 26, 52)
    figures: tuple[Callable[[Row], str], ...] = field(default=FIGURES)

    def weave(self, seed: str) -> str:
        """Return the cloth's drawing without its frame."""
        shuttle = Shuttle(seed)
        drawing, y, ground = [], 0, ""
        while y < self.height:
            height = self._row_height(shuttle.pick(self.rows), self.height - y)
            ground, figure = shuttle.pick([pair for pair in DYE_PAIRS if pair[0] != ground])
            x = self.fray + shuttle.between(-26, 10) if self.fray else 0
            row = Row(x, y, self.width - x, height, ground, figure)
            drawing.append(self._threads(row, shuttle) + self._ground(row))
            drawing.append(shuttle.pick(self.figures)(row))
            y += height
        return "".join(drawing)

    @staticmethod
    def _row_height(wanted: int, left: int) -> int:
        """Return the height, or all that is left where a sliver would remain."""
        return left if left - wanted < SLIVER else wanted

    def _threads(self, row: Row, shuttle: Shuttle) -> str:
        if not self.fray:
            return ""
        ends = "".join(
            f"M{row.x + 4} {y}h-{shuttle.between(18, max(30, self.fray - 10))}"
            for y in range(row.y + 3, row.y + row.height - 1, 7)
        )
        return f'<path stroke="{row.ground}" stroke-width="2.6" stroke-linecap="round" d="{ends}"/>'

    @staticmethod
    def _ground(row: Row) -> str:
        return (
            f'<path fill="{row.ground}" d="M{row.x} {row.y}h{row.width}v{row.height}'
            f'h-{row.width}z"/>'
        )


HERO = Loom(width=640, height=800, fray=200)
HERO_SMALL = Loom(width=430, height=118, fray=70, rows=(18, 22, 28, 18, 30))
PANEL = Loom(width=240, height=180, rows=(30, 36, 44), figures=(_diamonds, _bars, _stripe, _zigzag))


def hero(seed: str) -> str:
    """Return the great cloth as an SVG element."""
    return _framed(HERO, seed, fit="xMinYMid slice", warp=True)


def hero_small(seed: str) -> str:
    """Return the great cloth's strip for narrow screens as an SVG element."""
    return _framed(HERO_SMALL, seed, fit="xMinYMid slice", warp=True)


def panel(seed: str) -> str:
    """Return a 4:3 cloth that stands in for a picture, at most 2 KB of SVG."""
    return _framed(PANEL, seed, fit="xMidYMid slice", warp=False)


def strip(seed: str, *, width: int = 640, height: int = 14) -> str:
    """Return the narrow strip of blocks that edges a picture."""
    shuttle = Shuttle(seed)
    woven: dict[str, str] = {}
    x, last = 0, ""
    while x < width:
        block = min(shuttle.pick((10, 18, 26, 40, 64)), width - x)
        last = shuttle.pick([dye for dye in EDGE_DYES if dye != last])
        woven[last] = f"{woven.get(last, '')}M{x} 0h{block}v{height}h-{block}z"
        x += block
    blocks = "".join(f'<path fill="{dye}" d="{path}"/>' for dye, path in woven.items())
    return (
        f'<svg class="edge" viewBox="0 0 {width} {height}" preserveAspectRatio="none"'
        f' aria-hidden="true" focusable="false">{blocks}</svg>'
    )


def _framed(loom: Loom, seed: str, *, fit: str, warp: bool) -> str:
    threads = (
        f'<path fill="url(#weave-warp)" d="M{loom.fray} 0'
        f'H{loom.width}V{loom.height}H{loom.fray}z"/>'
        if warp
        else ""
    )
    return (
        f'<svg viewBox="0 0 {loom.width} {loom.height}" preserveAspectRatio="{fit}"'
        f' aria-hidden="true" focusable="false">{loom.weave(seed)}{threads}</svg>'
    )
