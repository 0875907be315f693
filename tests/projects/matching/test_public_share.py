"""The share of public money at a close is of what was given, whatever the money counts for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.make.claims import claim, close, pots, totals

if TYPE_CHECKING:
    from projects.matching.closes.entrants import Claim
    from tests.make.rules import Document

HALF: Document = {"stacking": {"total_public_share": [1, 2]}}
RANKED: Document = {"allocation": "ranked_close", **HALF}


def one(counted: int, *, given: int, public: int = 0, project: str = "p1", **facts: int) -> Claim:
    known = {f"project.{name}": value for name, value in facts.items()}
    made = claim(counted, ref=project, project=project, facts=known)
    return replace(made, given_minor=given, public_minor=public)


@pytest.mark.parametrize(
    ("terms", "counted", "expected"),
    [
        ({"allocation": "prorata_close", "rate": [3, 1]}, 4000, 1000),
        ({"allocation": "prorata_close", "rate": [3, 1]}, 100, 300),
        ({"allocation": "share_close"}, 4000, 1000),
        ({"allocation": "share_close"}, 100, 1000),
        ({"allocation": "ranked_close", "rate": [3, 1]}, 4000, 1000),
        ({"allocation": "ranked_close", "rate": [3, 1]}, 100, 300),
    ],
)
def test_it_is_measured_on_what_was_given(terms: Document, counted: int, expected: int) -> None:
    closed = close([one(counted, given=1000, score=1)], pot=9000, **terms, **HALF)

    assert totals(closed) == {"p1": expected}


@pytest.mark.parametrize(
    "terms",
    [{"formula": {"type": "score"}}, {"formula": {"type": "none"}, "ranking": {"awards": [5000]}}],
)
def test_what_is_asked_or_won_is_cut_to_it_less_what_others_match(terms: Document) -> None:
    given = one(100, given=100, public=30, score=90, asked=5000)

    closed = close([given], pot=9000, **RANKED, **terms)

    assert totals(closed) == {"p1": 70}
    assert closed.project_reasons == {"p1": "total_public_cap"}


def test_layers_share_the_cut_in_step() -> None:
    layers = [{"id": "state", "rate": [1, 1]}, {"id": "city", "rate": [1, 2]}]
    given = one(100, given=100, public=40, score=90, asked=5000)
    terms = RANKED | {"layers": layers, "coupling": "joint", "ranking": {"awards": [5000]}}

    closed = close([given], pot=pots(state=9000, city=9000), **terms)

    assert closed.by_project == {"p1": (("state", 40), ("city", 20))}


def test_beside_nothing_public_money_gives_nothing() -> None:
    facts = {"p2": {"project.score": 80, "project.asked": 4000}}
    terms = RANKED | {"formula": {"type": "score"}}

    closed = close([one(100, given=100, score=9, asked=50)], pot=9000, projects=facts, **terms)

    assert totals(closed) == {"p1": 50}
    assert closed.project_reasons == {"p2": "total_public_cap"}
