from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.splitting import UnsplittableTotal, largest_remainder

weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=1000).filter(any)


@pytest.mark.parametrize(
    ("total", "parts", "split"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (2, [1, 1, 1], [1, 1, 0]),
        (10, [3, 0, 7], [3, 0, 7]),
        (1, [1, 2], [0, 1]),
        (0, [5, 5], [0, 0]),
        (7, [1], [7]),
    ],
)
def test_parts_go_to_the_largest_remainder(total: int, parts: list[int], split: list[int]) -> None:
    assert largest_remainder(total, parts) == split


@pytest.mark.promise("M12")
@given(total=st.integers(0, 10**12), parts=weights)
def test_parts_sum_to_the_whole_and_stay_within_one_unit(total: int, parts: list[int]) -> None:
    split = largest_remainder(total, parts)

    assert sum(split) == total
    for part, weight in zip(split, parts, strict=True):
        assert abs(part - Fraction(total * weight, sum(parts))) < 1
        assert part >= 0


@pytest.mark.promise("M12")
@given(total=st.integers(0, 10**12), parts=weights, chance=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter_once_sorted_by_id(
    total: int, parts: list[int], chance: object
) -> None:
    rows = list(enumerate(parts))
    chance.shuffle(rows)  # type: ignore[attr-defined]

    again = largest_remainder(total, [weight for _, weight in sorted(rows)])

    assert again == largest_remainder(total, parts)


@pytest.mark.parametrize(("total", "parts"), [(1, []), (1, [0, 0]), (-1, [1]), (1, [2, -1])])
def test_what_cannot_be_split_is_refused(total: int, parts: list[int]) -> None:
    with pytest.raises(UnsplittableTotal):
        largest_remainder(total, parts)
