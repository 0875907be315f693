from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remittances import pricing
from remittances.pricing import Freshness, NoPrice, Point, Price

amounts = st.integers(1, 10**9).map(Fraction)
fees = st.fractions(0, 10**6, max_denominator=100)
margins = st.fractions(-20, 60, max_denominator=100)


def point(amount: int, fee: str, margin: str | None = "1.81", rate: str = "0.0076") -> Point:
    margin_pct = None if margin is None else Fraction(margin)
    return Point(Fraction(amount), Fraction(fee), margin_pct, Fraction(rate))


def priced(points: list[Point], amount: int, *, disclosed: bool = True) -> Price:
    return pricing.price(points, Fraction(amount), cost_disclosed=disclosed)


def test_at_a_surveyed_amount_the_surveyed_numbers_are_used() -> None:
    found = priced([point(18000, "414", "0.55"), point(45000, "1067", "0.55")], 18000)
    assert found.fee == 414
    assert found.fee_pct == Fraction("2.3")
    assert found.total_pct == Fraction("2.85")
    assert found.received == (18000 - 414) * (1 - Fraction("0.0055"))
    assert pricing.rounded(found.received, 2) == Decimal("17489.28")
    assert not found.estimate
    assert found.reason is None


def test_between_two_amounts_the_fee_in_money_is_interpolated_and_never_the_percentage() -> None:
    found = priced([point(18000, "1800"), point(45000, "1800")], 31500)
    assert found.estimate
    assert found.fee == 1800
    assert found.total_pct is not None
    assert pricing.rounded(found.total_pct, 2) == Decimal("7.52")  # Not 8.81.


def test_an_estimate_carries_the_fees_between_which_it_lies() -> None:
    found = priced([point(45000, "1067", "0.55"), point(18000, "414", "0.45")], 31500)
    assert found.fee == Fraction("740.5")
    assert found.margin_pct == Fraction("0.5")
    assert found.fee_bounds == (Fraction(414), Fraction(1067))


@pytest.mark.parametrize("amount", [1, 17999, 45001, 10**15])
def test_outside_the_surveyed_amounts_there_is_no_number(amount: int) -> None:
    found = priced([point(18000, "414"), point(45000, "1067")], amount)
    assert found.reason is NoPrice.OUTSIDE_SURVEYED_AMOUNTS
    assert (found.fee, found.fee_pct, found.total_pct, found.received) == (None,) * 4
    assert found.margin_pct == Fraction("1.81")


def test_one_surveyed_amount_has_a_price_there_and_nowhere_else() -> None:
    assert priced([point(18000, "414")], 18000).reason is None
    assert priced([point(18000, "414")], 18001).reason is NoPrice.ONE_AMOUNT_ONLY
    assert priced([point(18000, "414")] * 2, 18001).reason is NoPrice.ONE_AMOUNT_ONLY
    assert priced([], 18000).reason is NoPrice.PRICE_MISSING


def test_a_fee_that_falls_by_one_per_cent_is_not_interpolated() -> None:
    falling = priced([point(18000, "1000"), point(45000, "990")], 30000)
    assert falling.reason is NoPrice.FEE_FALLS
    assert falling.received is None
    assert priced([point(18000, "1000"), point(45000, "990")], 45000).reason is None


def test_a_fee_that_falls_by_less_is_a_flat_fee_converted_twice() -> None:
    found = priced([point(295000, "29500"), point(735000, "29400")], 515000)
    assert found.reason is None
    assert found.estimate
    assert found.fee == 29450


def test_a_cost_that_is_not_disclosed_is_not_zero() -> None:
    hidden = priced([point(18000, "414", "0"), point(45000, "1067", "0")], 18000, disclosed=False)
    assert hidden.reason is NoPrice.EXCHANGE_COST_NOT_DISCLOSED
    assert hidden.fee == 414
    assert hidden.margin_pct is None
    assert hidden.total_pct is None
    assert hidden.received is None


def test_a_missing_margin_is_not_zero() -> None:
    missing = priced([point(18000, "414", None), point(45000, "1067")], 18000)
    assert missing.reason is NoPrice.EXCHANGE_COST_NOT_DISCLOSED
    half = priced([point(18000, "414", None), point(45000, "1067")], 20000)
    assert half.reason is NoPrice.EXCHANGE_COST_NOT_DISCLOSED
    assert half.received is None


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-1, Freshness.STALE),
        (0, Freshness.CURRENT),
        (31, Freshness.CURRENT),
        (32, Freshness.DATED),
        (120, Freshness.DATED),
        (121, Freshness.STALE),
        (None, Freshness.STALE),
    ],
)
@pytest.mark.promise("C4")
def test_age_decides_the_label(days: int | None, expected: Freshness) -> None:
    assert pricing.freshness(days) is expected


def test_age_counts_from_the_day_of_collection() -> None:
    assert pricing.age_in_days(date(2025, 8, 14), date(2026, 11, 23)) == 466
    assert pricing.age_in_days(None, date(2026, 11, 23)) is None


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("0.00499999", 2, "0.00"),
        ("2.5", 0, "3"),
        ("17489.277", 2, "17489.28"),
    ],
)
def test_rounding_is_half_away_from_zero(value: str, places: int, expected: str) -> None:
    assert f"{pricing.rounded(Fraction(value), places):f}" == expected


def test_numbers_are_written_in_full() -> None:
    assert pricing.text(Fraction("0.00774293457220286")) == "0.00774293457220286"
    assert pricing.text(Fraction("414"), places=2) == "414.00"
    assert pricing.text(Fraction("3047.5"), places=2) == "3047.50"
    assert pricing.text(Fraction("3047.125"), places=2) == "3047.125"
    assert pricing.text(Fraction(1, 3)) == "0.333333333333"
    assert pricing.text(Fraction("-0.69")) == "-0.69"


@given(st.tuples(amounts, amounts), st.tuples(fees, fees), margins, st.integers(0, 100))
def test_an_estimate_never_leaves_its_bounds(
    span: tuple[Fraction, Fraction],
    ends: tuple[Fraction, Fraction],
    margin: Fraction,
    per_cent: int,
) -> None:
    (low, width), (first, last) = span, ends
    high = low + width
    points = [Point(low, first, margin, None), Point(high, last, margin, None)]
    found = pricing.price(points, low + width * per_cent / 100, cost_disclosed=True)
    if found.fee is None:
        assert found.reason is NoPrice.FEE_FALLS
        assert last < first
    else:
        assert min(first, last) <= found.fee <= max(first, last)
        assert found.margin_pct == margin
        assert found.received == (found.amount - found.fee) * (1 - margin / 100)


@given(st.lists(st.tuples(amounts, fees, margins), max_size=2), amounts)
def test_the_order_of_the_points_changes_nothing(
    given_points: list[tuple[Fraction, Fraction, Fraction]], amount: Fraction
) -> None:
    points = [Point(*parts, None) for parts in given_points]
    if len({each.amount for each in points}) == len(points):
        one = pricing.price(points, amount, cost_disclosed=True)
        assert pricing.price(points[::-1], amount, cost_disclosed=True) == one
        assert (one.received is None) or one.reason is None


@given(st.fractions(-(10**9), 10**9, max_denominator=10**6), st.integers(0, 6))
def test_rounding_is_never_off_by_more_than_half_a_unit(value: Fraction, places: int) -> None:
    assert abs(Fraction(pricing.rounded(value, places)) - value) * 10**places <= Fraction(1, 2)
