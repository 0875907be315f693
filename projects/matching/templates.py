"""Real programmes, written as programme documents, to begin a new programme from.

Each tells what was found published about it, what to check with the funder, and which parts of the
real programme the document leaves out. Windows are examples.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FILES = Path(__file__).parent / "published"


@dataclass(frozen=True, slots=True)
class Template:
    """One programme of the real world. `document` is read by `documents.read`; copy before use."""

    id: str
    title: str
    funders: tuple[str, ...]
    source: str  # What it was taken from, in our own words.
    evidence: str  # What the source says.
    check: str  # What only the funder can tell.
    left_out: tuple[str, ...]  # Parts of the real programme that the document does not say.
    document: Mapping[str, object]


@cache
def published() -> tuple[Template, ...]:
    """Return all templates in order of their ids."""
    return tuple(sorted(map(_template, FILES.glob("*.json")), key=lambda template: template.id))


def _template(path: Path) -> Template:
    said = json.loads(path.read_text(encoding="utf-8"))
    return Template(
        **said | {"funders": tuple(said["funders"]), "left_out": tuple(said["left_out"])}
    )
