"""A file read in chunks: some thousand rows each, ready to be copied into their table."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from remittances.datasets.rows import Flag, Flagged
from remittances.datasets.whole_file import Fact, WholeFile, fact
from remittances.imports.lines import line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from remittances.datasets import Opened
    from remittances.datasets.rows import AverageRow, SurveyRow

ROWS = 5000
_FAST = 1  # The level of compression; the rows are read again within minutes.


@dataclass(slots=True)
class Chunk:
    """Rows read one after the other, and all that publishing and going on need of them."""

    lines: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    flags: list[Flagged] = field(default_factory=list)
    spellings: set[str] = field(default_factory=set)
    countries: set[str] = field(default_factory=set)
    periods: set[str] = field(default_factory=set)

    @property
    def rows(self) -> int:
        """Return how many rows it holds."""
        return len(self.lines)

    @property
    def text(self) -> str:
        """Return the lines as COPY takes them, but for the row each supersedes."""
        return "\n".join(self.lines) + "\n"

    def add(self, row: SurveyRow | AverageRow, about: Fact, key: str, dataset_id: UUID) -> None:
        """Add a row under its key."""
        self.lines.append(line(row, key=key, dataset_id=dataset_id))
        self.keys.append(key)
        self.facts.append(about)
        self.countries |= {row.origin, row.destination}
        self.periods.add(row.period)
        if (firm := getattr(row, "firm", None)) is not None:
            self.spellings.add(firm)


def in_chunks(
    opened: Opened, *, whole: WholeFile, dataset_id: UUID, file: str, done: int = 0
) -> Iterator[Chunk]:
    """Yield the rows of a file in chunks, the first `done` rows left out.

    Raises:
        Unreadable: A row cannot be read.
    """
    rows = islice(opened.rows, done, None)
    while True:
        chunk = Chunk()
        for row in islice(rows, ROWS):
            about = fact(row, file=file)
            key, repeated = whole.take(about)
            chunk.add(row, about, key, dataset_id)
            chunk.flags += (*row.flags, *repeated)
        if not chunk.rows:
            return
        yield chunk


def packed(chunk: Chunk) -> bytes:
    """Return a chunk as bytes that can be kept."""
    content = {
        "lines": chunk.lines,
        "keys": chunk.keys,
        "facts": chunk.facts,
        "flags": [
            [flag.row, flag.flag, flag.detail, flag.column, flag.sheet] for flag in chunk.flags
        ],
        "spellings": sorted(chunk.spellings),
        "countries": sorted(chunk.countries),
        "periods": sorted(chunk.periods),
    }
    return zlib.compress(json.dumps(content, ensure_ascii=False).encode(), _FAST)


def unpacked(content: bytes) -> Chunk:
    """Return a chunk that was kept."""
    kept = json.loads(zlib.decompress(content))
    return Chunk(
        lines=kept["lines"],
        keys=kept["keys"],
        facts=[Fact._make((*row[:4], tuple(row[4]), row[5])) for row in kept["facts"]],
        flags=[
            Flagged(row=row, flag=Flag(flag), detail=detail, column=column, sheet=sheet)
            for row, flag, detail, column, sheet in kept["flags"]
        ],
        spellings=set(kept["spellings"]),
        countries=set(kept["countries"]),
        periods=set(kept["periods"]),
    )
