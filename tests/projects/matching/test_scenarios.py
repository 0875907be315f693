"""The worked scenarios of `data`, each replayed through the command and compared with its end."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parent / "data"
FILES = [DATA / "scenarios.json", *sorted((DATA / "own").glob("*.json"))]


def scenarios() -> Iterator[Any]:
    for file in FILES:
        for one in json.loads(file.read_text())["scenarios"]:
            yield pytest.param(one, id=one["id"])


def replayed(path: Path, *flags: str) -> dict[str, Any]:
    """Return the document of the command, also where it ends with 1."""
    out = StringIO()
    try:
        call_command("matching", "replay", str(path), "--json", *flags, stdout=out)
    except CommandError as error:
        assert error.returncode == 1, error  # noqa: PT017  With 2 there is no document.
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


@pytest.mark.parametrize("scenario", list(scenarios()))
def test_a_worked_scenario_comes_out_to_the_minor_unit(
    scenario: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps(scenario))

    document = replayed(file, "--check")

    assert document["differences"] == []
    assert document["ok"] is True
