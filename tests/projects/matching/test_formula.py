from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.matching.formula import Band, BandMode, Rate, TierOn, Tiers

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


@given(room=st.integers(0, 10**12), numerator=terms, denominator=terms)
def test_the_largest_base_for_a_room_fits_and_the_next_does_not(
    room: int, numerator: int, denominator: int
) -> None:
    rate = Rate(numerator, denominator)

    most = rate.most_for(room)

    assert most is not None
    assert rate.of(most) <= room < rate.of(most + 1)


def test_a_rate_of_nothing_fits_any_base() -> None:
    assert Rate(0, 1).most_for(0) is None


def tiers(*bands: Band, mode: BandMode = BandMode.MARGINAL) -> Tiers:
    return Tiers(TierOn.AMOUNT, mode, bands)


def test_marginal_tiers_give_each_part_its_rate_and_round_once() -> None:
    two = tiers(Band(1, 100_00, Rate(1, 1)), Band(100_01, None, Rate(1, 4)))

    assert [two.across(minor) for minor in (0, 99_99, 100_00, 140_00)] == [0, 99_99, 100_00, 110_00]
    thirds = tiers(Band(0, 1_00, Rate(1, 3)), Band(1_01, None, Rate(2, 3)))
    assert thirds.across(1_01) == 34  # 33.33… and 0.66… are 34 exactly.


@given(
    edges=st.lists(st.integers(1, 10**6), min_size=1, max_size=4, unique=True).map(sorted),
    rates=st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=5, max_size=5),
    parts=st.lists(st.integers(0, 10**6), max_size=6),
)
def test_marginal_tiers_on_a_growing_total_sum_to_the_match_on_the_whole(
    edges: list[int], rates: list[tuple[int, int]], parts: list[int]
) -> None:
    firsts, lasts = [0, *(edge + 1 for edge in edges)], [*edges, None]
    bands = zip(firsts, lasts, rates, strict=False)
    marginal = tiers(*(Band(first, last, Rate(*rate)) for first, last, rate in bands))
    total = given_so_far = 0

    for part in parts:
        given_so_far += marginal.across(total + part) - marginal.across(total)
        total += part

    assert given_so_far == marginal.across(sum(parts))


def test_a_band_has_both_its_edges() -> None:
    one, two = Band(10_00, 19_99, Rate(1, 10)), Band(20_00, None, Rate(1, 5))
    slab = tiers(one, two, mode=BandMode.SLAB)

    found = [slab.band_for(minor) for minor in (9_99, 10_00, 19_99, 20_00)]

    assert found == [None, one, one, two]


def test_the_rate_for_a_fact_is_that_of_its_word_or_its_band() -> None:
    by_word = Tiers(TierOn.ATTRIBUTE, BandMode.SLAB, (), "o.status", (("leader", Rate(2, 5)),))
    by_number = Tiers(TierOn.ATTRIBUTE, BandMode.SLAB, (Band(1, 3, Rate(1, 4)),), "project.jobs")

    assert by_word.rate_for("leader") == Rate(2, 5)
    assert by_number.rate_for(3) == Rate(1, 4)
    for fact in ("partner", None, 4, True):
        assert by_word.rate_for(fact) is None
        assert by_number.rate_for(fact) is None
