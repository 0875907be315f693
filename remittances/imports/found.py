"""What was found in a file that was read and is not published: for the person who decides."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from remittances.datasets.whole_file import WholeFile
from remittances.imports import chunks
from remittances.models import FileChunk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from remittances.datasets.rows import Flagged
    from remittances.imports.chunks import Chunk


@dataclass(slots=True)
class Found:
    """The flags and quarters of the chunks seen so far."""

    flags: Counter[str] = field(default_factory=Counter)
    periods: set[str] = field(default_factory=set)

    def note(self, chunk: Chunk) -> None:
        """Count a chunk."""
        self.flags.update(flagged.flag.value for flagged in chunk.flags)
        self.periods |= chunk.periods

    def told(self, whole: WholeFile) -> dict[str, Any]:
        """Return it in short, with what only the whole file shows."""
        self.flags.update(flagged.flag.value for flagged in whole.unlike_their_corridor())
        return {"flags": dict(sorted(self.flags.items())), "periods": sorted(self.periods)}


def kept(file_id: UUID) -> Iterator[Chunk]:
    """Yield the chunks of a file that were kept, one in memory at a time."""
    found = FileChunk.objects.filter(file_id=file_id).order_by("number")
    for number in list(found.values_list("number", flat=True)):
        yield chunks.unpacked(bytes(found.get(number=number).content))


def flags_of(file_id: UUID) -> Iterator[Flagged]:
    """Yield the flags of a file that was read, those that only the whole file shows last."""
    whole = WholeFile()
    for chunk in kept(file_id):
        for row in chunk.facts:
            whole.take(row)
        yield from chunk.flags
    yield from whole.unlike_their_corridor()
