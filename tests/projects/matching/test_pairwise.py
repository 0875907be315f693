from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from math import isqrt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.matching.closes import pairwise, quadratic

if TYPE_CHECKING:
    from collections.abc import Mapping

Sums = dict[str, dict[quadratic.Giver, int]]

giver = st.sampled_from([f"d{n}" for n in range(12)])
rounds = st.dictionaries(
    st.sampled_from(["p1", "p2", "p3", "p4"]),
    st.dictionaries(giver, st.integers(1, 10**7), max_size=10),
    max_size=4,
)
DIGITS = 10**40


def together(one: int, other: int) -> Fraction:
    return Fraction(isqrt(one * other * DIGITS * DIGITS), DIGITS)


def plainly(sums: Mapping[str, Mapping[quadratic.Giver, int]], m_minor: int) -> dict[str, Fraction]:
    """Work it out pair by pair, in fractions with forty decimal digits."""
    pairs = {
        project: {
            (one, other): together(of_project[one], of_project[other])
            for n, one in enumerate(sorted(of_project, key=str))
            for other in sorted(of_project, key=str)[n + 1 :]
        }
        for project, of_project in sums.items()
    }
    k = defaultdict[tuple[quadratic.Giver, quadratic.Giver], Fraction](Fraction)
    for own in pairs.values():
        for pair, root in own.items():
            k[pair] += root
    return {
        project: sum((2 * x * m_minor / (m_minor + k[pair]) for pair, x in own.items()), Fraction())
        for project, own in pairs.items()
    }


def test_givers_who_agree_everywhere_count_less() -> None:
    sums: Sums = {
        "p1": {"d1": 100, "d2": 100},
        "p2": {"d1": 100, "d2": 100},
        "p3": {"d3": 100, "d4": 100},
    }

    assert pairwise.ideals(sums, m_minor=100) == {"p1": 66_667, "p2": 66_667, "p3": 100_000}


def test_many_pairs_do_not_add_up_what_rounding_loses() -> None:
    many: Sums = {"p": {f"d{n}": 27 for n in range(400)}}

    assert pairwise.ideals(many, m_minor=27) == {"p": 400 * 399 // 2 * 27 * 1000}


def test_where_m_is_huge_it_is_linear_quadratic_funding() -> None:
    sums: Sums = {"p": {"d1": 2500, "d2": 3333, "d3": 27}}
    linear = quadratic.ideals({"p": sums["p"].values()})["p"]

    found = pairwise.ideals(sums, m_minor=10**9)["p"]
    assert linear - found == pytest.approx(0, abs=50)


@given(rounds, st.integers(1, 10**6))
@settings(max_examples=50, deadline=None)
def test_an_ideal_is_right_to_the_thousandth(sums: Sums, m_minor: int) -> None:
    exact = plainly(sums, m_minor)

    for project, thousandths in pairwise.ideals(sums, m_minor=m_minor).items():
        pairs = len(sums[project]) ** 2 / 2
        assert abs(exact[project] * 1000 - thousandths) < Fraction(1, 2) + Fraction(pairs) / 100


@given(rounds, st.integers(1, 10**6))
@settings(max_examples=30, deadline=None)
def test_the_order_of_rows_is_irrelevant(sums: Sums, m_minor: int) -> None:
    turned = {p: dict(reversed(sums[p].items())) for p in reversed(sums)}

    assert pairwise.ideals(turned, m_minor=m_minor) == pairwise.ideals(sums, m_minor=m_minor)


@given(rounds, st.integers(1, 10**6))
@settings(max_examples=30, deadline=None)
def test_it_is_never_negative_and_never_above_the_linear_ideal(sums: Sums, m_minor: int) -> None:
    linear = quadratic.ideals({project: given.values() for project, given in sums.items()})

    for project, thousandths in pairwise.ideals(sums, m_minor=m_minor).items():
        assert 0 <= thousandths <= linear[project]


def test_a_project_of_one_giver_or_none_gets_nothing() -> None:
    sums: Sums = {"p1": {"d1": 100}, "p2": {}}

    assert pairwise.ideals(sums, m_minor=100) == {"p1": 0, "p2": 0}
    assert pairwise.ideals({}, m_minor=100) == {}


def test_money_that_fixed_point_cannot_carry_is_refused() -> None:
    largest: Sums = {"p1": {"d1": 2**40, "d2": 2**40}}
    assert pairwise.ideals(largest, m_minor=2**40) == {"p1": 2**40 * 1000}

    with pytest.raises(pairwise.TooMuchMoney):
        pairwise.ideals({"p1": {"d1": 2**42 - 1, "d2": 1}}, m_minor=1)
