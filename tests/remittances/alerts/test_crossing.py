from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remittances.alerts.crossing import Step, step

PRICES = st.lists(st.integers(-500, 1500), max_size=12)


@pytest.mark.parametrize(
    ("is_armed", "price_bps", "expected"),
    [
        (True, 2_99, Step.TELL),
        (True, 3_00, Step.REST),
        (True, 3_01, Step.REST),
        (False, 2_99, Step.REST),
        (False, 3_00, Step.ARM),
        (False, 3_01, Step.ARM),
    ],
)
def test_a_price_is_below_only_when_it_is_shown_below(
    *, is_armed: bool, price_bps: int, expected: Step
) -> None:
    assert step(is_armed=is_armed, price_bps=price_bps, threshold_bps=3_00) is expected


@given(prices=PRICES, threshold_bps=st.integers(1, 1000))
def test_each_fall_below_the_threshold_is_told_once(prices: list[int], threshold_bps: int) -> None:
    is_armed, told = True, []
    for place, price_bps in enumerate(prices):
        found = step(is_armed=is_armed, price_bps=price_bps, threshold_bps=threshold_bps)
        is_armed = {Step.TELL: False, Step.ARM: True, Step.REST: is_armed}[found]
        if found is Step.TELL:
            told.append(place)
    falls = [
        place
        for place, price_bps in enumerate(prices)
        if price_bps < threshold_bps and (place == 0 or prices[place - 1] >= threshold_bps)
    ]
    assert told == falls
