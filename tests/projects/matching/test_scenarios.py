"""The worked scenarios of `data/scenarios.json`, checked to the minor unit."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from projects.matching import documents
from projects.matching.allocation import Allocated, Turn, allocate
from projects.matching.caps import Usage
from projects.matching.rules import Counted

COLLECTION = json.loads((Path(__file__).parent / "data" / "scenarios.json").read_text())


def money_of(event: dict[str, Any], scenario: dict[str, Any]) -> Counted:
    donor = scenario["donors"][event["donor"]]
    project = scenario["projects"][event["project"]]
    facts = {f"donor.{key}": value for key, value in donor.items()}
    facts |= {f"project.{key}": value for key, value in project.items()}
    return Counted(
        ref=event["id"],
        amount_minor=event["amount"],
        currency=event.get("currency", scenario["programmes"][0]["currency"]),
        settled_at=datetime.fromisoformat(event["t"]),
        donor=event["donor"],
        project=event["project"],
        facts=facts,
    )


def result_of(scenario: dict[str, Any]) -> Allocated:
    (programme,) = scenario["programmes"]
    rule = documents.read(programme)
    turns = [Turn(rule, money_of(event, scenario)) for event in scenario["events"]]
    return allocate(turns, pot_minor=rule.pot_minor, usage=Usage())


@pytest.mark.parametrize(
    "scenario", [pytest.param(each, id=each["id"]) for each in COLLECTION["scenarios"]]
)
def test_a_worked_scenario_comes_out_to_the_minor_unit(scenario: dict[str, Any]) -> None:
    result = result_of(scenario)
    (programme,) = (each["id"] for each in scenario["programmes"])
    expected = scenario["expect"]

    matches = {ref: {programme: o.minor} for ref, o in result.outcomes.items() if o.minor}
    reasons = {f"{ref}:{programme}": o.reason for ref, o in result.outcomes.items() if o.reason}
    assert matches == expected["matches"]
    assert reasons == expected.get("reasons", {})
    assert {programme: result.pot_minor} == expected["pots"]


def test_what_stays_unmatched_can_be_read_from_the_steps() -> None:
    (scenario,) = (each for each in COLLECTION["scenarios"] if each["id"] == "S10")
    unmet = {}
    for ref, outcome in result_of(scenario).outcomes.items():
        (ideal,) = (step["minor"] for step in outcome.steps if step["step"] == "rate")
        if isinstance(ideal, int) and ideal > outcome.minor:
            unmet[f"{ref}:A"] = ideal - outcome.minor

    assert unmet == scenario["expect"]["unmet"]
