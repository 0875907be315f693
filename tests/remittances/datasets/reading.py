"""A file read to its end, as an import reads it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from remittances import datasets
from remittances.datasets.rows import AverageRow, SurveyRow
from remittances.datasets.whole_file import WholeFile, fact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from remittances.datasets.rows import Flagged


@dataclass(frozen=True, slots=True)
class Read:
    """Everything a file says."""

    layout: str
    computed_by: str
    headings: Mapping[str, Sequence[str]]
    rows: list[SurveyRow | AverageRow]
    keys: list[str]
    flags: list[Flagged]

    @property
    def surveys(self) -> list[SurveyRow]:
        return [row for row in self.rows if isinstance(row, SurveyRow)]

    @property
    def averages(self) -> list[AverageRow]:
        return [row for row in self.rows if isinstance(row, AverageRow)]

    @property
    def periods(self) -> set[str]:
        return {row.period for row in self.rows}


def read(path: Path) -> Read:
    opened = datasets.opened(path)
    whole, rows, keys = WholeFile(), [], []
    flags: list[Flagged] = []
    for row in opened.rows:
        key, repeated = whole.take(fact(row, file="file"))
        rows.append(row)
        keys.append(key)
        flags += (*row.flags, *repeated)
    flags += whole.unlike_their_corridor()
    flags.sort(key=lambda flag: (flag.sheet or "", flag.row))
    return Read(opened.layout, opened.computed_by, opened.headings, rows, keys, flags)


def read_bytes(content: bytes) -> Read:
    with NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return read(Path(file.name))
