from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from projects.matching import services
from tests.make import matching as make

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from projects.matching.models import ProgrammeVersion


@pytest.fixture
def write(tmp_path: Path) -> Callable[[object], Path]:
    def write_file(content: object) -> Path:
        file = tmp_path / "story.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return file

    return write_file


@pytest.fixture
def version() -> ProgrammeVersion:
    """Return a programme with a row in every table of the room."""
    made = make.programme(id="fund", caps=[{"scope": "donor", "amount": 500_00}])
    gift = make.gift(100_00, ref="held")
    services.reserve(gift=gift, now=make.NOON)
    make.counted(make.gift(100_00, ref="matched", donor="d2"))
    services.allocate_due(programme_id="fund", now=make.NOON)
    services.release_reserve(programme_id="fund", now=make.NOON)
    services.freeze_project(project_id=uuid4(), reason="Asked to", by="Somebody", now=make.NOON)
    return made
