"""The rate between two currencies is exact, of one day, and says whose it is."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remittances.datasets.rows import WORLD_BANK
from remittances.rates import references
from remittances.rates.references import ECB, Published, best, between, margin_pct, turned

DAY = date(2026, 10, 30)
RATES = st.fractions(min_value=Fraction(1, 10_000), max_value=10_000)


def told(base: str, quote: str, rate: Fraction, *, on: date = DAY, source: str = ECB) -> Published:
    return Published(base=base, quote=quote, rate=rate, on=on, source=source)


def test_a_cross_rate_goes_by_way_of_the_euro() -> None:
    euro = [told("EUR", "USD", Fraction("1.25")), told("EUR", "GBP", Fraction("0.80"))]

    found = between("GBP", "USD", euro=euro)

    assert found == told("GBP", "USD", Fraction("1.5625"))
    assert between("EUR", "USD", euro=euro) == told("EUR", "USD", Fraction("1.25"))
    assert between("USD", "EUR", euro=euro) == told("USD", "EUR", Fraction("0.8"))


def test_there_is_no_rate_for_a_currency_the_bank_does_not_tell() -> None:
    euro = [told("EUR", "USD", Fraction("1.25"))]

    assert between("USD", "KES", euro=euro) is None
    assert between("EUR", "USD", euro=[]) is None


@given(one=RATES, other=RATES, third=RATES)
def test_cross_rates_never_lose_anything(one: Fraction, other: Fraction, third: Fraction) -> None:
    euro = [told("EUR", "USD", one), told("EUR", "GBP", other), told("EUR", "JPY", third)]

    def rate(base: str, quote: str) -> Fraction:
        found = between(base, quote, euro=euro)
        assert found is not None
        return found.rate

    assert rate("USD", "GBP") * rate("GBP", "JPY") == rate("USD", "JPY")
    assert rate("USD", "GBP") * rate("GBP", "USD") == 1
    back = turned(turned(euro[0], base="USD"), base="EUR")
    assert back == euro[0]


@given(rate=RATES, reference=RATES)
def test_what_the_margin_keeps_and_the_rate_gives_make_the_reference(
    rate: Fraction, reference: Fraction
) -> None:
    margin = margin_pct(rate=rate, reference=reference)

    assert reference * (1 - margin / 100) == rate
    assert (margin < 0) == (rate > reference)


@pytest.mark.parametrize(
    ("ages", "expected"),
    [
        ({ECB: 3, "Bank of Kenya": 0, WORLD_BANK: 0}, ECB),
        ({ECB: 7, "Bank of Kenya": 0}, ECB),
        ({ECB: 8, "Bank of Kenya": 7, WORLD_BANK: 0}, "Bank of Kenya"),
        ({ECB: 8, WORLD_BANK: 7}, WORLD_BANK),
        ({ECB: 25, WORLD_BANK: 90}, ECB),
        ({ECB: 90, WORLD_BANK: 25}, WORLD_BANK),
        ({ECB: 25, "Bank of Kenya": 25, WORLD_BANK: 25}, ECB),
        ({}, None),
    ],
)
def test_of_recent_rates_the_best_source_counts_else_the_newest_day(
    ages: dict[str, int], expected: str | None
) -> None:
    rates = [
        told("USD", "KES", Fraction(130), on=DAY - timedelta(days=age), source=source)
        for source, age in ages.items()
    ]

    found = best(rates, today=DAY)

    assert (found and found.source) == expected
    if found:
        assert found.age_days == ages[found.source]
        assert found.is_recent == (ages[found.source] <= references.MOST_AGE_DAYS)


def test_a_rate_of_tomorrow_is_none_of_today() -> None:
    tomorrow = told("USD", "KES", Fraction(130), on=DAY + timedelta(days=1))

    assert best([tomorrow], today=DAY) is None
