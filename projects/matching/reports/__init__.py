"""What the command answers: a document for programs, a text for people, and what is wrong."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from projects.matching.documents import RuleNotUnderstood
from projects.matching.replaying import ReplayRefused, ScenarioNotUnderstood
from projects.matching.simulating.contribution_files import RowsNotUnderstood

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class FileRefused(ValueError):
    """A file that cannot be used; names the file, the place in it, and what is wrong there."""


@contextmanager
def told_of(path: Path) -> Iterator[None]:
    """Say of a refusal which file it is about."""
    try:
        yield
    except (RowsNotUnderstood, RuleNotUnderstood, ReplayRefused, ScenarioNotUnderstood) as error:
        told = str(error)
        raise FileRefused(told if told.startswith(f"{path}:") else f"{path}: {told}") from error
