from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ProgrammesFailed(Exception):
    """Some programmes could not be worked on; every other one was."""

    def __init__(self, programme_ids: Sequence[str]) -> None:
        super().__init__(f"Programmes that could not be worked on: {', '.join(programme_ids)}.")
        self.programme_ids = tuple(programme_ids)
