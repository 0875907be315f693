"""What stands against a rule is said in people's words, without the names of its document."""

from __future__ import annotations

import pytest
from django.utils import translation

from projects.agency.matching.places import PROBLEMS, problem_of
from projects.matching import documents
from projects.matching.documents import RuleNotUnderstood
from tests.make.rules import document

LAYER = {"id": "federal", "rate": [1, 1], "pot": 1}


def problem(**changes: object) -> str:
    with pytest.raises(RuleNotUnderstood) as refused:
        documents.read(document(**changes))
    return problem_of(refused.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rate": None, "layers": [LAYER, LAYER]}, "Name each funder once, by Latin letters"),
        (
            {"rate": None, "layers": [LAYER, LAYER | {"id": "a b"}]},
            "Name each funder once, by Latin letters",
        ),
        (
            {"caps": [{"scope": "layer", "layer": "nobody", "amount": 1}]},
            "Choose one of the programme's own funders, or none.",
        ),
        (
            {
                "rate": None,
                "tiers": {"on": "amount", "mode": "slab", "bands": [[1, 9, 1, 1], [9, 20, 1, 2]]},
            },
            "A tier begins above the end of the one before.",
        ),
        (
            {"rate": None, "layers": [LAYER, LAYER | {"id": "state"}], "pot": 5},
            "With several funders the money stands beside each of them.",
        ),
    ],
)
def test_a_problem_of_a_rule_names_no_place_of_its_document(
    changes: dict[str, object], said: str
) -> None:
    told = problem(**changes)

    assert told.startswith(said)
    assert not {"[", "]", "_"} & set(told.replace(" - or _ between", ""))


def test_a_problem_without_a_sentence_of_its_own_says_where_it_is_as_the_page_calls_it() -> None:
    refusal = RuleNotUnderstood(field="caps[1].years", allowed="belongs to the period n_years")

    assert problem_of(refusal) == (
        "This does not go with the rest of the rule: Limits · row 2 · years."
        " Written as text, the rule says what is allowed there."
    )


def test_every_sentence_is_one() -> None:
    with translation.override("en"):
        for said in PROBLEMS.values():
            assert str(said)[0].isupper()
            assert str(said).endswith(".")
