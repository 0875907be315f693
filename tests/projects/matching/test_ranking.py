from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.matching.closes import entrants, ranking
from tests.make.claims import claim, close, pots, totals
from tests.make.rules import rule

if TYPE_CHECKING:
    from projects.matching.closes.entrants import Claim
    from projects.matching.rules import Fact
    from tests.make.rules import Document

RANKED: Document = {"allocation": "ranked_close", "rate": [1, 1]}
CALL: Document = {"allocation": "ranked_close", "formula": {"type": "score"}}


def scored(
    minor: int, score: object, *, project: str = "p1", minutes: int = 0, **facts: int
) -> Claim:
    known = {f"project.{name}": value for name, value in facts.items()}
    if isinstance(score, int):
        known["project.score"] = score
    return claim(minor, ref=project[1:], project=project, minutes=minutes, facts=known)


FOUR = [
    scored(40, 70, project="p1"),
    scored(50, 90, project="p2"),
    scored(40, 70, project="p3"),
    scored(1, 49, project="p4"),
]


def test_the_best_come_first_and_equal_scores_by_project_id() -> None:
    closed = close(FOUR, pot=100, **RANKED, min_score=50)

    assert totals(closed) == {"p2": 50, "p1": 40}
    assert closed.project_reasons == {"p3": "not_ranked", "p4": "below_min_score"}
    assert closed.reasons == {"3": "not_ranked", "4": "below_min_score"}
    assert closed.facts["ranking"] == [["p2", 90], ["p1", 70], ["p3", 70]]


def test_equal_scores_may_go_by_the_first_money_instead() -> None:
    claims = [
        scored(40, 70, project="p1", minutes=2),
        scored(50, 90, project="p2", minutes=3),
        scored(40, 70, project="p3", minutes=1),
    ]

    closed = close(claims, pot=100, **RANKED, ranking={"tie": "earliest"})

    assert totals(closed) == {"p2": 50, "p3": 40}


def test_one_that_no_longer_fits_is_passed_over_for_a_smaller_one() -> None:
    claims = [*FOUR[:3], scored(10, 1, project="p4")]

    assert totals(close(claims, pot=100, **RANKED)) == {"p2": 50, "p1": 40, "p4": 10}


def test_a_partial_fill_gives_the_first_that_does_not_fit_what_is_left() -> None:
    closed = close(FOUR, pot=100, **RANKED, ranking={"partial_fill": True})

    assert totals(closed) == {"p2": 50, "p1": 40, "p3": 10}
    assert closed.project_reasons == {"p3": "pot_exhausted", "p4": "not_ranked"}


def test_what_is_left_is_not_paid_below_the_floor() -> None:
    terms = {**RANKED, "partial_fill": True, "floors": [{"scope": "project", "amount": 20}]}

    closed = close(FOUR, pot=100, **terms)

    assert totals(closed) == {"p2": 50, "p1": 40}
    assert closed.project_reasons == {"p3": "not_ranked", "p4": "below_floor"}


def test_what_the_next_call_may_fill_says_so() -> None:
    closed = close(FOUR, pot=91, **RANKED, on_exhaustion="next_call")

    assert closed.project_reasons == {"p3": "next_call"}


def test_a_project_without_a_score_has_no_place() -> None:
    closed = close([scored(40, None), scored(40, "ten", project="p2")], pot=100, **RANKED)

    assert totals(closed) == {}
    assert closed.project_reasons == dict.fromkeys(["p1", "p2"], "not_eligible:project.score")


def test_an_order_put_by_hand_wins_over_scores() -> None:
    closed = close(FOUR, pot=100, **RANKED, ranking=["p3", "p1"])

    assert totals(closed) == {"p3": 40, "p1": 40}
    assert closed.project_reasons == {"p2": "not_ranked", "p4": "not_ranked"}


def test_the_scores_of_the_close_win_over_those_of_the_claims() -> None:
    closed = close(FOUR, pot=50, projects={"p2": {"project.score": 1}}, **RANKED)

    assert totals(closed) == {"p1": 40, "p4": 1}


def test_prizes_go_by_place() -> None:
    closed = close(
        FOUR,
        pot=100,
        allocation="ranked_close",
        formula={"type": "none"},
        ranking={"awards": [60, 30, 20]},
    )

    assert totals(closed) == {"p2": 60, "p1": 30}
    assert closed.project_reasons == {"p3": "not_ranked", "p4": "not_ranked"}


def test_without_formula_or_prizes_nobody_gets_anything() -> None:
    closed = close(FOUR, pot=100, allocation="ranked_close", formula={"type": "none"})

    assert set(closed.project_reasons.values()) == {"no_formula"}


def test_a_call_gives_what_projects_ask_though_nobody_gave_to_them() -> None:
    projects = {
        "p1": {"project.score": 80, "project.asked": 400},
        "p2": {"project.score": 90, "project.asked": 900},
        "p3": {"project.score": 70},
    }

    closed = close([], pot=1000, projects=projects, **CALL, project_cap=500)

    assert totals(closed) == {"p2": 500, "p1": 400}
    assert closed.project_reasons == {"p2": "cap_project", "p3": "not_eligible:project.asked"}
    assert closed.by_claim == []


def test_a_cap_on_an_organisation_goes_by_rank() -> None:
    projects: dict[str, dict[str, Fact]] = {
        name: {"project.score": score, "project.asked": 400, "project.organisation": "o"}
        for name, score in (("p1", 10), ("p2", 20))
    }

    closed = close(
        [], pot=1000, projects=projects, **CALL, caps=[{"scope": "organisation", "amount": 600}]
    )

    assert totals(closed) == {"p2": 400, "p1": 200}


def test_a_share_of_cost_is_given_once() -> None:
    claims = [
        scored(10, 5, cost=1000),
        claim(10, ref="later", minutes=1, facts={"project.score": 5, "project.cost": 1000}),
    ]

    closed = close(
        claims,
        pot=10_000,
        allocation="ranked_close",
        formula={"type": "share_of_cost", "rate": [7, 10]},
    )

    assert totals(closed) == {"p1": 700}


LAYERS = [{"id": "federal", "rate": [1, 1], "pot": 1}, {"id": "local", "rate": [2, 1], "pot": 1}]


@pytest.mark.parametrize(
    ("coupling", "partial_fill", "expected"),
    [
        ("joint", False, {"p2": 150}),
        ("joint", True, {"p2": 150, "p1": 75}),
        ("independent", True, {"p2": 150, "p1": 105}),
    ],
)
def test_layers_pay_by_their_rates(
    coupling: str, partial_fill: object, expected: dict[str, int]
) -> None:
    claims = [scored(40, 1, project="p1"), scored(50, 2, project="p2")]

    closed = close(
        claims,
        pot=pots(federal=75, local=1000),
        allocation="ranked_close",
        layers=LAYERS,
        coupling=coupling,
        partial_fill=partial_fill,
    )

    assert totals(closed) == expected
    assert closed.by_project["p2"] == (("federal", 50), ("local", 100))


def test_standings_tell_places_from_one() -> None:
    entered = entrants.entrants(FOUR, {})

    found = ranking.ranked(rule(**RANKED, min_score=50), entered)

    assert [(one.entrant.project, one.score, one.place, one.reason) for one in found] == [
        ("p2", 90, 1, None),
        ("p1", 70, 2, None),
        ("p3", 70, 3, None),
        ("p4", 49, None, "below_min_score"),
    ]


@given(
    st.lists(st.tuples(st.integers(1, 1000), st.integers(0, 5)), max_size=8),
    st.integers(0, 3000),
    st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_ranks_never_give_more_than_the_pot_nor_part_of_a_wish_unasked(
    rows: list[tuple[int, int]],
    pot: int,
    partial: bool,  # noqa: FBT001
) -> None:
    claims = [scored(minor, score, project=f"p{n}") for n, (minor, score) in enumerate(rows)]

    closed = close(claims, pot=pot, **RANKED, partial_fill=partial)

    given_minor = totals(closed)
    wished = {one.project: one.base_minor for one in claims}
    short = [project for project, minor in given_minor.items() if minor < wished[project]]
    assert sum(given_minor.values()) <= pot
    assert len(short) <= (1 if partial else 0)
    assert close(reversed(claims), pot=pot, **RANKED, partial_fill=partial) == closed


def test_a_threshold_keeps_out_whom_nobody_gave_to() -> None:
    facts = {name: {"project.score": 9, "project.asked": 40} for name in ("p1", "p2", "p3")}
    claims = [claim(100, ref="a"), claim(10, ref="b", project="p2")]
    threshold = {"metric": "raised", "at": 50, "mode": "unlock_retro"}

    closed = close(claims, pot=1000, projects=facts, **CALL, threshold=threshold)

    assert totals(closed) == {"p1": 40}
    assert closed.project_reasons["p2"] == "threshold_not_reached"
    assert "p3" not in closed.by_project


def test_joint_funders_fill_in_part_and_name_the_shortest() -> None:
    layers = [{"id": "a", "rate": [1, 1], "pot": 1}, {"id": "b", "rate": [1, 1], "pot": 1}]
    terms: Document = {"allocation": "ranked_close", "layers": layers, "partial_fill": True}

    closed = close([scored(100, 9)], pot=pots(a=100, b=50), **terms)

    assert closed.by_project["p1"] == (("a", 50), ("b", 50))
    assert closed.project_reasons["p1"] == "limited_by:b"
