"""Shares of the pot and quadratic funding: projects are matched as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.make.claims import claim, close, totals
from tests.projects.matching.rounds import QUADRATIC, SHARE

if TYPE_CHECKING:
    from tests.make.rules import Document


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
