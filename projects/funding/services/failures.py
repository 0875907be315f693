from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class RowsFailed(Exception):
    """Some rows of a sweep could not be worked on; every other one was."""

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__(f"Rows that could not be worked on: {', '.join(keys)}.")
        self.keys = tuple(keys)
