from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.matching.formula import Rate

terms = st.integers(1, 10**6)


@pytest.mark.parametrize(
    ("rate", "base", "match"),
    [
        (Rate(1, 2), 75_00, 37_50),
        (Rate(1, 2), 33_33, 16_66),
        (Rate(2, 1), 100_00, 200_00),
        (Rate(393, 1000), 8734_99, 3432_85),
        (Rate(1, 3), 2, 0),
    ],
)
def test_the_match_is_the_base_times_the_rate_rounded_down(
    rate: Rate, base: int, match: int
) -> None:
    assert rate.of(base) == match


@given(base=st.integers(0, 10**15), numerator=terms, denominator=terms)
def test_the_match_is_never_above_the_exact_rate_and_less_than_one_unit_below(
    base: int, numerator: int, denominator: int
) -> None:
    exact = base * Fraction(numerator, denominator)

    match = Rate(numerator, denominator).of(base)

    assert match <= exact < match + 1
