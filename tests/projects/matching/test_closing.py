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

if TYPE_CHECKING:
    from projects.matching.closes.entrants import Claim
    from tests.make.rules import Document

PRORATA: Document = {"allocation": "prorata_close", "rate": [1, 1]}
SHARE: Document = {"allocation": "share_close"}
QUADRATIC: Document = {"allocation": "quadratic_close"}
RANKED: Document = {"allocation": "ranked_close", "rate": [1, 1]}
JOINT: Document = {
    "allocation": "prorata_close",
    "layers": [
        {"id": "federal", "rate": [1, 1], "pot": 1},
        {"id": "local", "rate": [2, 1], "pot": 1},
    ],
}


def test_pro_rata_gives_everybody_the_rate_where_the_pot_does() -> None:
    closed = close(
        [claim(10_01, ref="a"), claim(5_00, ref="b", project="p2")],
        pot=1000_00,
        allocation="prorata_close",
        rate=[1, 2],
    )

    assert closed.by_claim == [("a", 5_00), ("b", 2_50)]
    assert closed.by_project == {"p1": (("", 5_00),), "p2": (("", 2_50),)}
    assert (closed.reasons, closed.project_reasons) == ({}, {})


def test_pro_rata_thirds_give_the_last_cent_to_the_earliest() -> None:
    claims = [
        claim(100_00, ref="c3", project="p3", minutes=2),
        claim(100_00, ref="c1", project="p1", minutes=1),
        claim(100_00, ref="c2", project="p2", minutes=0),
    ]

    closed = close(claims, pot=100_00, **PRORATA)

    assert closed.by_claim == [("c2", 33_34), ("c1", 33_33), ("c3", 33_33)]
    assert closed.reasons == dict.fromkeys(["c1", "c2", "c3"], "pot_exhausted")


def test_pro_rata_never_rounds_the_ratio_first() -> None:
    """GlobalGiving's own page pays 3,432.86, with 39.3 percent."""
    claims = [claim(8_735_00, ref="a"), claim(181_905_17, ref="b")]

    closed = close(claims, pot=75_000_00, **PRORATA)

    assert closed.by_claim == [("a", 3_436_45), ("b", 71_563_55)]


def test_pro_rata_keeps_the_caps_of_the_rule_and_names_them() -> None:
    claims = [claim(80, ref="a", donor="d", minutes=0), claim(80, ref="b", donor="d", minutes=1)]

    closed = close(claims, pot=1000, **PRORATA, caps=[{"scope": "donor", "amount": 100}])

    assert closed.by_claim == [("a", 80), ("b", 20)]
    assert closed.reasons == {"b": "cap_donor"}


def test_wishes_do_not_go_through_weight_or_threshold_a_second_time() -> None:
    claims = [
        claim(50, ref="a", facts={"donor.score": 20}, minutes=0),
        claim(50, ref="b", facts={"donor.score": 20}, minutes=1),
    ]

    closed = close(
        claims,
        pot=1000,
        **PRORATA,
        caps=[{"scope": "donor", "amount": 40}],
        weight={"by": "donor.score", "map": [[15, 50], [25, 100]]},
        threshold={"metric": "donors", "at": 2, "mode": "unlock_retro"},
    )

    assert closed.by_claim == [("a", 40), ("b", 40)]


def test_pro_rata_shares_again_what_the_cap_on_a_project_cuts_off() -> None:
    claims = [claim(300, ref="a"), claim(100, ref="b", project="p2"), claim(100, ref="c")]

    filled = close(claims, pot=250, **PRORATA, project_cap=160)
    kept = close(claims, pot=250, **PRORATA, project_cap=160, fill=False)

    assert (totals(filled), totals(kept)) == ({"p1": 160, "p2": 90}, {"p1": 160, "p2": 50})
    assert filled.by_claim == [("a", 120), ("b", 90), ("c", 40)]
    assert filled.reasons == {"a": "cap_project", "b": "pot_exhausted", "c": "cap_project"}


def test_pro_rata_pays_no_project_less_than_the_floor() -> None:
    claims = [claim(300, ref="a"), claim(100, ref="b", project="p2")]

    closed = close(claims, pot=200, **PRORATA, floors=[{"scope": "project", "amount": 60}])

    assert closed.by_claim == [("a", 200), ("b", 0)]
    assert closed.reasons == {"a": "pot_exhausted", "b": "below_floor"}


def test_a_pot_that_the_next_call_may_fill_says_so() -> None:
    closed = close([claim(300, ref="a")], pot=200, **PRORATA, on_exhaustion="next_call")

    assert closed.reasons == {"a": "next_call"}


def test_joint_layers_pay_in_step_with_the_shortest() -> None:
    closed = close(
        [claim(100, ref="a"), claim(300, ref="b", project="p2")],
        pot=pots(federal=200, local=1000),
        **JOINT,
    )

    assert closed.by_project == {
        "p1": (("federal", 50), ("local", 100)),
        "p2": (("federal", 150), ("local", 300)),
    }
    assert closed.by_claim == [("a", 150), ("b", 450)]
    assert closed.reasons == {"a": "pot_exhausted", "b": "pot_exhausted"}


def test_independent_layers_pay_each_for_itself() -> None:
    closed = close(
        [claim(100, ref="a"), claim(300, ref="b", project="p2")],
        pot=pots(federal=200, local=1000),
        coupling="independent",
        **JOINT,
    )

    assert totals(closed) == {"p1": 250, "p2": 750}


def test_a_layered_round_cuts_wishes_by_the_cap_on_a_project_and_drops_what_is_below_a_floor() -> (
    None
):
    closed = close(
        [claim(100, ref="a"), claim(300, ref="b", project="p2")],
        pot=pots(federal=1000, local=1000),
        project_cap=600,
        floors=[{"scope": "project", "amount": 400}],
        **JOINT,
    )

    assert totals(closed) == {"p2": 600}
    assert closed.by_claim == [("a", 0), ("b", 600)]
    assert closed.reasons == {"a": "below_floor", "b": "cap_project"}


def test_a_share_divides_the_whole_pot_by_what_each_project_counted() -> None:
    claims = [claim(30_00), claim(10_00, project="p2"), claim(10_00, project="p3")]

    closed = close(claims, pot=500_00, **SHARE)

    assert totals(closed) == {"p1": 300_00, "p2": 100_00, "p3": 100_00}


def test_equal_shares_give_the_last_cent_to_the_smallest_project_id() -> None:
    claims = [claim(5, project=name, minutes=n) for n, name in enumerate(["p3", "p2", "p1"])]

    assert totals(close(claims, pot=100, **SHARE)) == {"p1": 34, "p2": 33, "p3": 33}


def test_a_capped_share_is_shared_again_or_stays() -> None:
    claims = [claim(30), claim(10, project="p2"), claim(10, project="p3")]

    filled = close(claims, pot=500, **SHARE, project_cap=200)
    kept = close(claims, pot=500, **SHARE, project_cap=200, fill=False)

    assert totals(filled) == {"p1": 200, "p2": 150, "p3": 150}
    assert totals(kept) == {"p1": 200, "p2": 100, "p3": 100}
    assert filled.project_reasons == {"p1": "cap_project"}


@pytest.mark.parametrize(
    ("cap", "expected"),
    [
        ({"scope": "organisation", "amount": 100}, {"p1": 75, "p2": 25, "p3": 100}),
        ({"scope": "programme", "amount": 100}, {"p1": 60, "p2": 20, "p3": 20}),
        ({"scope": "project_cost", "amount": 130}, {"p1": 100, "p2": 120, "p3": 120}),
        (
            {
                "scope": "project",
                "amount": 50,
                "when": {"field": "project.kind", "op": "eq", "value": "small"},
            },
            {"p1": 338, "p2": 112, "p3": 50},
        ),
    ],
)
def test_caps_of_the_rule_limit_what_projects_get_of_a_share(
    cap: Document, expected: dict[str, int]
) -> None:
    facts = {
        "p1": {"project.organisation": "o1"},
        "p2": {"project.organisation": "o1"},
        "p3": {"project.organisation": "o2", "project.kind": "small"},
    }
    claims = [claim(30), claim(10, project="p2"), claim(10, project="p3")]

    closed = close(claims, pot=500, projects=facts, **SHARE, caps=[cap])

    assert totals(closed) == expected
    assert f"cap_{cap['scope']}" in closed.project_reasons.values()


def test_a_share_of_the_pot_as_cap_is_of_what_was_put_into_it() -> None:
    closed = close(
        [claim(30), claim(10, project="p2")],
        pot=1000,
        **SHARE,
        project_cap=[25, 100],
        fill=False,
    )

    assert totals(closed) == {"p1": 250, "p2": 250}


def test_a_share_below_the_floor_is_not_paid() -> None:
    claims = [claim(900), claim(100, project="p2", ref="b")]
    floors = [{"scope": "project", "amount": 20_00}]

    closed = close(claims, pot=100_00, **SHARE, fill=False, floors=floors)

    assert totals(closed) == {"p1": 90_00}
    assert closed.reasons == {"b": "below_floor"}


def test_a_saturated_quadratic_pot_is_divided_in_proportion() -> None:
    gifts = {
        "p1": [1_00, 4_00, 1_00, 9_00],
        "p2": [1_00] * 6 + [4_00],
        "p3": [1_00, 9_00, 1_00, 9_00, 1_00, 9_00, 4_00],
    }
    claims = [claim(minor, project=name) for name, minors in gifts.items() for minor in minors]

    closed = close(claims, pot=100_00, **QUADRATIC)

    assert totals(closed) == {"p1": 13_60, "p2": 21_60, "p3": 64_80}
    assert set(closed.reasons.values()) == {"pot_exhausted"}


def test_quadratic_funding_below_the_pot_pays_ideals_rounded_down() -> None:
    claims = [
        claim(27, ref="a"),
        claim(27, ref="b"),
        claim(5000, ref="c", project="p2", donor="d"),
        claim(5000, ref="d", project="p2", donor="d"),
    ]

    closed = close(claims, pot=1000_00, **QUADRATIC)

    assert totals(closed) == {"p1": 54}
    assert closed.by_claim == [("a", 27), ("b", 27), ("c", 0), ("d", 0)]
    assert closed.reasons == {"c": "single_giver", "d": "single_giver"}


def test_quadratic_givers_nobody_knows_are_each_their_own() -> None:
    closed = close([claim(100, donor=None), claim(100, donor=None)], pot=1000, **QUADRATIC)

    assert totals(closed) == {"p1": 200}


def test_a_quadratic_cap_is_shared_again_but_nobody_gets_above_the_ideal() -> None:
    claims = [
        *(claim(minor) for minor in (1_00, 4_00, 1_00, 9_00)),
        *(claim(minor, project="p2") for minor in (1_00, 4_00)),
    ]

    filled = close(claims, pot=30_00, **QUADRATIC, project_cap=20_00)
    kept = close(claims, pot=30_00, **QUADRATIC, project_cap=20_00, fill=False)

    assert totals(filled) == {"p1": 20_00, "p2": 4_00}
    assert totals(kept) == {"p1": 20_00, "p2": 3_16}


def test_quadratic_variants_pay_less() -> None:
    claims = [claim(100, donor="d1"), claim(400, donor="d2")]

    half = close(
        claims,
        pot=10_000,
        allocation="quadratic_close",
        formula={"type": "quadratic", "variant": "alpha", "alpha": [1, 2]},
    )
    bounded = close(
        claims,
        pot=10_000,
        allocation="quadratic_close",
        formula={"type": "quadratic", "variant": "pairwise", "m": 200},
    )

    assert (totals(half), totals(bounded)) == ({"p1": 200}, {"p1": 200})


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
