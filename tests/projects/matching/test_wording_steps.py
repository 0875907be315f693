from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from projects.matching import wording
from projects.matching.allocation import Before, Turn, claim_base
from projects.matching.tally import Tally
from tests.make import rules as make
from tests.projects.matching.told import outcome, plain, told, why

if TYPE_CHECKING:
    from projects.matching.rules import Fact

ASKED = {"field": "project.area", "op": "eq", "value": "rural"}


def test_every_step_of_a_plain_calculation_is_told() -> None:
    found = outcome(
        75_01,
        rate=[1, 2],
        caps=[{"scope": "donor", "amount": 500_00, "period": "month"}],
        eligible=[{"field": "donor.residence", "op": "eq", "value": "DEU"}],
        facts={"donor.residence": "DEU"},
        pot=10_000_00,
    )

    assert told(found) == [
        "Counted: €75.01.",
        "Condition met: the giver lives in Germany.",
        "Rate 1 to 2, rounded down: €37.50.",
        "Of the month: Limit per person: €500.00, of which €500.00 was free.",
        "In the pot: €10,000.00.",
        "Match: €37.50.",
    ]


def test_every_stage_from_money_to_base_is_told() -> None:
    found = outcome(
        100_00,
        currency="USD",
        fx={"USD": [9, 10]},
        base_caps=[{"scope": "contribution", "amount": 80_00}],
        weight={"by": "donor.score", "map": [[15, 50], [25, 100]]},
        paired={"roles": ["diaspora", "owner"], "rule": "min"},
        facts={"donor.score": 20, "role": "diaspora"},
        stacking={"mode": "cascade"},
        before=Before(left_minor=95_00),
    )

    assert told(found) == [
        "Counted: USD 100.00.",
        "Converted at 9/10, rounded down: €90.00.",
        "Left by the programmes before: USD 95.00.",
        "Counted of one contribution: at most €80.00.",
        "Score 20, counted at 50%: €40.00.",
        "Brought by each side: diaspora €40.00 and owner €0.00. Newly counted: €0.00.",
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"formula": {"type": "lump", "amount": 50_00}},
            "One amount for the project: €50.00, of which €50.00 is still due.",
        ),
        (
            {"formula": {"type": "share_of_cost", "rate": [7, 10]}},
            "70% of the project's cost of €1,000.00, of which €700.00 is still due.",
        ),
        (
            {
                "tiers": {
                    "on": "amount",
                    "mode": "marginal",
                    "bands": [[1, 50_00, 1, 1], [50_01, None, 1, 2]],
                }
            },
            "Rate by tiers, 1 to 1 and 1 to 2: €75.00.",
        ),
        (
            {"rate": [1, 1], "reserve": {"where": [ASKED], "amount": 5_00}},
            "Kept for others for now: €5.00.",
        ),
        (
            {"rate": [1, 1], "threshold": {"metric": "donors", "at": 1, "mode": "unlock_forward"}},
            "Needed: 1 giver to the project. Reached.",
        ),
        (
            {"rate": [1, 1], "stacking": {"total_public_share": [1, 2]}},
            "Public money is at most 50% of the whole: €100.00 was free.",
        ),
        (
            {"rate": [1, 1], "stacking": {"lifetime_awards": 1}},
            "Match: €100.00.",
        ),
    ],
)
def test_every_formula_and_limit_is_told(changes: dict[str, object], sentence: str) -> None:
    facts: dict[str, Fact] = {"project.cost": 1_000_00, "project.organisation": "o1"}

    found = outcome(facts=facts, **({"rate": None} | changes))  # type: ignore[arg-type]

    assert sentence in told(found)


def test_each_funder_is_named() -> None:
    layers = [{"id": "city", "rate": [1, 1], "pot": 1}, {"id": "state", "rate": [1, 2], "pot": 1}]

    found = told(outcome(rate=None, layers=layers))

    assert "city: Rate 1 to 1: €100.00." in found
    assert "state: In the pot: €10,000,000.00." in found


def test_a_step_that_is_not_known_is_told_as_a_match() -> None:
    assert wording.sentences([{"step": "new", "minor": 5_00}], currency="EUR") == ("Match: €5.00.",)


def test_a_claim_says_what_it_waits_for() -> None:
    turn = Turn(make.rule(rate=[1, 1], allocation="prorata_close"), make.money(100_00))

    found = claim_base(turn, tally=Tally())

    assert plain(wording.why("waits_for_close", found.steps, currency="EUR")) == (
        "This programme decides when its time is over."
    )
    assert told(found)[0] == "Counted: €100.00."


@pytest.mark.parametrize(
    ("field", "fact", "said"),
    [
        ("donor.residence", "DEU", "Condition met: the giver lives in Germany."),
        ("project.country", "KEN", "Condition met: the project is in Kenya."),
        (
            "project.sector",
            "water",
            "Condition met: the project's sector is Water and sanitation.",
        ),
        ("project.kind", "social", "Condition met: the project's kind is Social project."),
        ("project.slug", "a-well", "Condition met: the project is a-well."),
        ("contribution.amount", 100_00, "Condition met: the amount given is €100.00."),
        ("donor.age", 40, "Condition met: the giver's age is 40."),
        ("donor.proven", True, "Condition met: donor.proven is yes."),
        ("role", "diaspora", "Condition met: the giver's role is diaspora."),
    ],
)
def test_every_fact_is_told_when_met_and_when_refused(field: str, fact: Fact, said: str) -> None:
    met = [{"field": field, "op": "eq", "value": fact}]
    unmet = [{"field": field, "op": "ne", "value": fact}]

    assert told(outcome(eligible=met, facts={field: fact}))[1] == said
    assert why(eligible=unmet, facts={field: fact}).startswith("This programme ")
