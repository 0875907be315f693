from __future__ import annotations

from fractions import Fraction
from math import isqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.splitting import largest_remainder
from projects.matching.closes import quadratic
from projects.matching.formula import Rate

amounts = st.lists(st.integers(1, 10**9), min_size=1, max_size=30)


def ideal(*given_minor: int) -> int:
    return quadratic.ideals({"p": given_minor})["p"]


@pytest.mark.parametrize(
    ("gifts", "thousandths"),
    [
        ((27, 27), 54_000),  # Roots rounded down to whole cents would give 50,
        ((99, 99), 198_000),  # 162,
        ((500, 500, 500), 3_000_000),  # 2,904
        ((2500, 3333), 5_773_214),  # and 5,700.
        ((100, 400, 100, 900), 3_400_000),
        ((5000,), 0),
        ((), 0),
    ],
)
def test_an_ideal_is_exact_to_the_thousandth(gifts: tuple[int, ...], thousandths: int) -> None:
    assert ideal(*gifts) == thousandths


def test_published_figures_come_out_to_the_cent() -> None:
    """The input is in the tests of cw-quadratic-funding, which pays 60,212 for the first.

    The figures beside it are from wtfisqf.com, which divides the pot by the whole square.
    """
    grants = {
        "1": (120000, 4499900, 3300),
        "2": (3000000, 5899900),
        "3": (23000000, 10000),
        "4": (10000000, 500),
    }
    ideals = quadratic.ideals(grants)
    squares = [ideals[name] + sum(grant) * quadratic.THOUSANDTHS for name, grant in grants.items()]
    published = [60673_38, 164749_05, 228074_05, 96503_53]  # One cent more than the pot.

    exact = [Fraction(550000_00 * square, sum(squares)) for square in squares]
    assert [round(share) for share in exact] == published

    paid = largest_remainder(550000_00, squares)
    assert paid == [60673_38, 164749_05, 228074_05, 96503_52]
    assert sum(paid) == 550000_00


def test_an_ideal_of_very_many_givers_is_still_exact() -> None:
    many = 20_000

    assert ideal(*[99] * many) == 1000 * 99 * many * (many - 1)


def test_coarse_roots_are_refined_until_the_thousandth_is_sure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exact = ideal(27, 27, 31, 1_000_003)
    monkeypatch.setattr(quadratic, "DIGITS", 2)

    assert ideal(27, 27, 31, 1_000_003) == exact


def test_roots_are_kept_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    exact, kept = ideal(*range(1, 50)), list[dict[int, int]]()
    made = quadratic._Roots  # noqa: SLF001  Only it knows what it keeps.

    def watched(digits: int) -> dict[int, int]:
        kept.append(made(digits))
        return kept[-1]

    monkeypatch.setattr(quadratic, "KEPT_ROOTS", 3)
    monkeypatch.setattr(quadratic, "_Roots", watched)

    assert ideal(*range(1, 50)) == exact
    assert [len(roots) for roots in kept] == [3]


@given(amounts)
@settings(max_examples=50)
def test_an_ideal_is_the_sum_over_pairs(gifts: list[int]) -> None:
    scale = 10**60
    pairs = sum(
        2 * isqrt(one * other * scale) for n, one in enumerate(gifts) for other in gifts[n + 1 :]
    )

    found = Fraction(ideal(*gifts), quadratic.THOUSANDTHS)
    assert abs(found - Fraction(pairs, isqrt(scale))) <= Fraction(1, 2000) + Fraction(1, 10**20)


@given(amounts.flatmap(lambda gifts: st.tuples(st.just(gifts), st.permutations(gifts))))
@settings(max_examples=30)
def test_the_order_of_gifts_is_irrelevant(orders: tuple[list[int], list[int]]) -> None:
    one, other = orders

    assert ideal(*one) == ideal(*other)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=8), st.integers(1, 10**6))
@settings(max_examples=30)
def test_splitting_one_gift_into_several_changes_nothing(parts: list[int], other: int) -> None:
    whole = quadratic.added_up([("p", "d1", sum(parts)), ("p", "d2", other)])
    split = quadratic.added_up([*(("p", "d1", part) for part in parts), ("p", "d2", other)])

    assert split == whole


@given(amounts)
@settings(max_examples=30)
def test_an_ideal_is_never_negative_and_grows_with_every_giver(gifts: list[int]) -> None:
    assert ideal(*gifts) >= 0
    assert ideal(*gifts, 1) > ideal(*gifts)


def test_a_giver_nobody_knows_is_one_of_his_own() -> None:
    sums = quadratic.added_up([("p", ("c1",), 100), ("p", ("c2",), 100), ("q", "d", 7)])

    assert sums == {"p": {("c1",): 100, ("c2",): 100}, "q": {"d": 7}}


def test_rows_added_up_by_the_database_give_the_same() -> None:
    sums = {"p": [27, 27], "q": [2500, 3333], "r": [5], "s": [99] * 300}

    assert quadratic.from_sums(sums.items()) == quadratic.ideals(sums)


def test_rows_added_up_by_the_database_are_refined_too(monkeypatch: pytest.MonkeyPatch) -> None:
    sums = {"p": [27, 31, 1_000_003]}
    exact = quadratic.ideals(sums)
    monkeypatch.setattr(quadratic, "DIGITS", 2)

    assert quadratic.from_sums(sums.items()) == exact


@pytest.mark.parametrize(
    ("alpha", "thousandths"),
    [(Rate(1, 1), 2001), (Rate(1, 2), 1001), (Rate(1, 3), 667), (Rate(0, 1), 0)],
)
def test_alpha_damps_an_ideal_to_the_nearest_thousandth(alpha: Rate, thousandths: int) -> None:
    assert quadratic.damped(2001, alpha) == thousandths
