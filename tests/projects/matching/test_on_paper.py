"""The worked scenarios of instant programmes, by the pure rules alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.projects.matching import book

DATA = Path(__file__).parent / "data"
ELSEWHERE = ("close", "milestone")
LATE = "W-arrival-order"  # Told in order of arrival; on paper everything comes in its turn.


def _scenarios() -> list[Any]:
    found = []
    for path in (DATA / "scenarios.json", *sorted((DATA / "own").glob("*.json"))):
        for scenario in json.loads(path.read_text("utf-8"))["scenarios"]:
            is_instant = all(
                programme.get("allocation", "instant") == "instant"
                for programme in scenario["programmes"]
            )
            types = {event["type"] for event in scenario["events"]}
            if is_instant and types.isdisjoint(ELSEWHERE) and scenario["id"] != LATE:
                found.append(pytest.param(scenario, id=scenario["id"]))
    return found


@pytest.mark.promise("M12")
@pytest.mark.parametrize("scenario", _scenarios())
def test_a_worked_scenario_comes_out_to_the_last_unit(scenario: dict[str, Any]) -> None:
    _compare(scenario["expect"], book.play(scenario))
    for checkpoint in scenario.get("checkpoints", []):
        _compare(checkpoint, book.play(scenario, checkpoint["after_event"] + 1))


def _compare(expected: dict[str, Any], found: dict[str, Any]) -> None:
    """Every amount must be as expected, and every reason and what is unmet where one is named."""
    for part in ("matches", "pots", "lumps"):
        if part in expected:
            wanted = {key: value for key, value in expected[part].items() if value}
            assert {key: value for key, value in found[part].items() if value} == wanted, part
    for part in ("reasons", "unmet"):
        for key, value in expected.get(part, {}).items():
            assert found[part].get(key) == value, key


def test_the_scenarios_given_for_instant_programmes_are_all_here() -> None:
    ids = {param.id for param in _scenarios()}

    given = {"S01", "S03", "S06", "S07", "S09", "S10", "S21", "S23", "S24a"}
    assert given | {"S25", "S27", "S29", "S31", "S36"} <= ids
