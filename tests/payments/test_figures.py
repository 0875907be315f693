"""Figures as people of a language write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import figures
from payments.money import Money

RTL_MARK = "\N{RIGHT-TO-LEFT MARK}"


@pytest.mark.parametrize(
    ("amount", "language", "written"),
    [
        (Money(123_456, "EUR"), "en", "€1,234.56"),
        (Money(123_456, "EUR"), "es", "1.234,56\xa0€"),
        (Money(123_456, "EUR"), "fr", "1\u202f234,56\xa0€"),
        (Money(123_456, "EUR"), "ar", f"{RTL_MARK}1,234.56\xa0€"),
        (Money(2_972_700, "KES"), "en", "KES\xa029,727.00"),
        (Money(1_200, "USD"), "en", "USD\xa012.00"),
        (Money(1_200, "USD"), "fr", "12,00\xa0USD"),
        (Money(1_200, "MXN"), "es", "12,00\xa0MXN"),
        (Money(5_000, "JPY"), "en", "JPY\xa05,000"),
        (Money(1_500, "TND"), "en", "TND\xa01.500"),
        (Money(-1_050, "EUR"), "en", "-€10.50"),
    ],
)
def test_an_amount_has_its_decimals_and_a_sign_nobody_else_uses(
    amount: Money, language: str, written: str
) -> None:
    assert figures.money_text(amount, language=language) == written


def test_a_short_amount_drops_decimals_only_where_they_are_zero() -> None:
    assert figures.money_text(Money(615_000, "EUR"), language="en", short=True) == "€6,150"
    assert figures.money_text(Money(615_050, "EUR"), language="en", short=True) == "€6,150.50"


@given(st.integers(-(10**15), 10**15), st.sampled_from(["EUR", "KES", "JPY", "TND"]))
def test_no_digit_of_an_amount_is_lost_in_writing(minor: int, code: str) -> None:
    written = figures.money_text(Money(minor, code), language="en")
    assert int("".join(filter(str.isdigit, written))) == abs(minor)


def test_a_percentage_is_given_in_per_cent_not_as_a_share() -> None:
    assert figures.percent_text(68, language="en") == "68%"
    assert figures.percent_text(Decimal("1.04"), language="en", decimals=1) == "1.0%"
    assert figures.percent_text(Fraction(19, 2), language="es", decimals=1) == "9,5\xa0%"


def test_numbers_follow_the_separators_of_the_language() -> None:
    assert figures.number_text(1_234_567, language="en") == "1,234,567"
    assert figures.number_text(1_234_567, language="es") == "1.234.567"
    assert figures.number_text(Decimal("150.2"), language="en", decimals=2) == "150.20"


def test_a_day_names_its_month_before_its_year() -> None:
    assert figures.day_text(date(2026, 11, 24), language="en") == "24 November 2026"
    assert figures.day_text(date(2026, 11, 24), language="fr") == "24 novembre 2026"


def test_a_moment_names_its_time_zone() -> None:
    at = datetime(2026, 11, 24, 8, 40, tzinfo=UTC)
    assert figures.moment_text(at, language="en") == "24 November 2026, 08:40 UTC"


def test_text_for_attributes_is_isolated_from_what_stands_around_it() -> None:
    assert figures.isolated("€5") == "\N{FIRST STRONG ISOLATE}€5\N{POP DIRECTIONAL ISOLATE}"
