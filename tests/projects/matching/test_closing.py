"""What holds of every kind of round."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.matching import closing
from projects.matching.closes import entrants, sharing
from tests.make.claims import claim, close, pots, totals
from tests.make.rules import rule
from tests.projects.matching.rounds import PRORATA, QUADRATIC, RANKED, SHARE

if TYPE_CHECKING:
    from projects.matching.closes.entrants import Claim
    from tests.make.rules import Document


@pytest.mark.parametrize("allocation", [PRORATA, SHARE, QUADRATIC])
@pytest.mark.parametrize("mode", ["unlock_retro", "unlock_forward"])
def test_a_project_below_the_threshold_gets_nothing(allocation: Document, mode: str) -> None:
    claims = [
        claim(100, ref="a", minutes=0),
        claim(100, ref="b", minutes=1),
        claim(100, ref="c", minutes=2),
        claim(150, ref="d", project="p2"),
    ]
    threshold = {"metric": "raised", "at": 200, "mode": mode}

    closed = close(claims, pot=1000, **allocation, threshold=threshold)

    locked = {"d", *(["a"] if mode == "unlock_forward" else [])}
    assert set(totals(closed)) == {"p1"}
    assert {ref for ref, minor in closed.by_claim if not minor} == locked
    assert {ref: closed.reasons[ref] for ref in locked} == dict.fromkeys(
        locked, "threshold_not_reached"
    )
    assert closed.by_project["p2"] == ()
    assert closed.project_reasons["p2"] == "threshold_not_reached"


@pytest.mark.parametrize(
    ("threshold", "is_reached"),
    [
        ({"metric": "donors", "at": 2}, True),
        ({"metric": "donors", "at": 3}, False),
        ({"metric": "pct", "at": 30}, True),
        ({"metric": "pct", "at": 31}, False),
    ],
)
def test_a_threshold_counts_givers_or_percent_of_the_goal(
    threshold: Document, is_reached: object
) -> None:
    claims = [claim(100, donor="d"), claim(100, donor="d"), claim(100)]

    closed = close(
        claims,
        pot=1000,
        projects={"p1": {"project.goal": 1000}},
        **SHARE,
        threshold={**threshold, "mode": "unlock_retro"},
    )

    assert bool(totals(closed)) == is_reached


def test_a_project_whose_goal_nobody_knows_reaches_no_percentage() -> None:
    threshold = {"metric": "pct", "at": 1, "mode": "unlock_retro"}

    assert totals(close([claim(100)], pot=1000, **SHARE, threshold=threshold)) == {}


@pytest.mark.parametrize("allocation", [PRORATA, SHARE, QUADRATIC, RANKED])
def test_a_round_without_claims_gives_nothing(allocation: Document) -> None:
    closed = close([], pot=1000, **allocation)

    assert (closed.by_project, closed.by_claim) == ({}, [])


@pytest.mark.parametrize("allocation", [PRORATA, SHARE, QUADRATIC])
def test_an_empty_pot_gives_nothing_and_says_why(allocation: Document) -> None:
    closed = close([claim(100, ref="a"), claim(100, ref="b")], pot=0, **allocation)

    assert closed.by_claim == [("a", 0), ("b", 0)]
    assert set(closed.reasons) == {"a", "b"}


def test_a_match_is_shared_over_its_claims_by_what_they_count() -> None:
    assert closing.shares(100, [1, 1, 1]) == [34, 33, 33]
    assert closing.shares(0, [1, 1, 1]) == [0, 0, 0]


rows = st.lists(
    st.tuples(
        st.integers(1, 10**6),
        st.sampled_from(["p1", "p2", "p3", "p4"]),
        st.sampled_from(["d1", "d2", "d3", None]),
        st.integers(0, 3),
    ),
    max_size=12,
)
rounds = st.sampled_from(
    [
        PRORATA,
        {**PRORATA, "project_cap": 4000, "floors": [{"scope": "project", "amount": 500}]},
        SHARE,
        {**SHARE, "project_cap": [1, 3]},
        {**SHARE, "caps": [{"scope": "organisation", "amount": 700}], "fill": False},
        QUADRATIC,
        {**QUADRATIC, "project_cap": 900},
        {**QUADRATIC, "formula": {"type": "quadratic", "variant": "pairwise", "m": 5000}},
        RANKED,
        {**RANKED, "partial_fill": True, "project_cap": 5000},
    ]
)


def made(given_rows: list[tuple[int, str, str | None, int]]) -> list[Claim]:
    return [
        claim(
            minor,
            ref=f"c{n:03}",
            project=project,
            donor=donor,
            minutes=minutes,
            facts={"project.organisation": project[-1:] < "3", "project.score": minor % 7},
        )
        for n, (minor, project, donor, minutes) in enumerate(given_rows)
    ]


@given(rows, rounds, st.integers(0, 10**6))
@settings(max_examples=50, deadline=None)
def test_any_round_conserves_money_and_ignores_the_order_of_rows(
    given_rows: list[tuple[int, str, str | None, int]], terms: Document, pot: int
) -> None:
    claims = made(given_rows)
    closed = close(claims, pot=pot, **terms)

    by_project = totals(closed)
    assert sum(by_project.values()) <= pot
    assert all(minor >= 0 for _, minor in closed.by_claim)
    assert sum(minor for _, minor in closed.by_claim) == sum(by_project.values())
    project_of = {one.ref: one.project for one in claims}
    for project, minor in by_project.items():
        assert minor == sum(each for ref, each in closed.by_claim if project_of[ref] == project)
    assert {ref for ref, minor in closed.by_claim if not minor} <= set(closed.reasons)

    assert close(reversed(claims), pot=pot, **terms) == closed


@given(rows, st.sampled_from([SHARE, QUADRATIC]), st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_what_the_database_added_up_is_shared_out_the_same(
    given_rows: list[tuple[int, str, str | None, int]], terms: Document, pot: int
) -> None:
    claims = sorted(made(given_rows), key=lambda one: (one.settled_at, one.ref))
    sums = entrants.added_up(claims)
    of_project = [
        (
            project,
            [one.ref for one in claims if one.project == project],
            [one.base_minor for one in claims if one.project == project],
        )
        for project in sums
    ]

    asked = rule(**terms)
    closed = closing.close_added_up(
        asked,
        entrants.entrants(claims, {}),
        of_project,
        pots=pots(pot),
        ideals=sharing.ideals_of(asked, sums),
    )

    plain = close(claims, pot=pot, **terms)
    assert sorted(closed.by_claim) == sorted(plain.by_claim)
    assert replace(closed, by_claim=()) == replace(plain, by_claim=())


@given(rows.filter(len), st.integers(1, 10**6))
@settings(max_examples=30, deadline=None)
def test_a_share_pays_the_pot_to_the_last_unit(
    given_rows: list[tuple[int, str, str | None, int]], pot: int
) -> None:
    assert sum(totals(close(made(given_rows), pot=pot, **SHARE)).values()) == pot
