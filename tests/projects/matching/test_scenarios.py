"""The worked scenarios of `data`, each replayed through the command and compared with its end."""

from __future__ import annotations

import json
from collections import Counter
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
Story = dict[str, Any]


def scenarios() -> Iterator[Any]:
    for file in FILES:
        for one in json.loads(file.read_text())["scenarios"]:
            yield pytest.param(one, id=one["id"])


def replayed(path: Path, *flags: str) -> Story:
    """Return the document of the command, also where it ends with 1."""
    out = StringIO()
    try:
        call_command("matching", "replay", str(path), "--json", *flags, stdout=out)
    except CommandError as error:
        assert error.returncode == 1, error  # noqa: PT017  With 2 there is no document.
    document: Story = json.loads(out.getvalue())
    return document


@pytest.mark.parametrize("scenario", list(scenarios()))
def test_a_worked_scenario_comes_out_to_the_minor_unit(scenario: Story, tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps(scenario))

    report = replayed(file, "--check")

    assert report["differences"] == []
    assert report["ok"] is True
    assert put_in(scenario) == given(report) + sum(report["pots"].values())
    assert without_reason(scenario, report) == set()


def put_in(scenario: Story) -> int:
    """Return what was in the pots at first, and what was added."""
    pots: int = sum(
        sum(layer["pot"] for layer in programme.get("layers", [])) + programme.get("pot", 0)
        for programme in scenario["programmes"]
    )
    added: int = sum(e["amount"] for e in scenario["events"] if e["type"] == "topup")
    return pots + added


def given(report: Story) -> int:
    matches: int = sum(sum(by_pot.values()) for by_pot in report["matches"].values())
    projects: int = sum(report["lumps"].values()) + sum(report["project_matches"].values())
    return matches + projects


def without_reason(scenario: Story, report: Story) -> set[str]:
    """Return who got nothing from a programme that matches contributions, and no reason for it."""
    back = Counter[str]()
    for event in scenario["events"]:
        if event["type"] == "refund":
            back[event["contribution"]] += event["amount"]
    left = {
        event["id"]
        for event in scenario["events"]
        if event["type"] == "contribution" and event["amount"] > back[event["id"]]
    }
    programmes = {
        programme["id"]
        for programme in scenario["programmes"]
        if "close" not in programme.get("allocation", "")
    }
    got = {
        f"{contribution}:{pot.partition('/')[0]}"
        for contribution, by_pot in report["matches"].items()
        for pot in by_pot
    }
    pairs = {f"{contribution}:{programme}" for contribution in left for programme in programmes}
    of_projects = {key.partition(":")[0] for key in report["lumps"]}
    unsaid = pairs - got - report["reasons"].keys()
    return {pair for pair in unsaid if pair.partition(":")[2] not in of_projects}
