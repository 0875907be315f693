from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.currencies import KNOWN, UnknownCurrency
from payments.money import CurrencyMismatch, Money

minors = st.integers(-(10**12), 10**12)


def test_money_adds_subtracts_and_compares_in_one_currency() -> None:
    assert Money(1_50, "EUR") + Money(50, "EUR") == Money(2_00, "EUR")
    assert Money(1_50, "EUR") - Money(2_00, "EUR") == Money(-50, "EUR")
    assert Money(1, "EUR") < Money(2, "EUR") <= Money(2, "EUR")
    assert Money(2, "EUR") > Money(1, "EUR")
    assert max(Money(1, "EUR"), Money(3, "EUR")) == Money(3, "EUR")
    assert (bool(Money(0, "EUR")), bool(Money(-1, "EUR"))) == (False, True)


@pytest.mark.promise("M11")
def test_two_currencies_never_meet() -> None:
    euro, dollar = Money(1, "EUR"), Money(1, "USD")

    with pytest.raises(CurrencyMismatch):
        euro + dollar
    with pytest.raises(CurrencyMismatch):
        euro - dollar
    with pytest.raises(CurrencyMismatch):
        euro < dollar  # noqa: B015  Comparing is what is refused.
    with pytest.raises(CurrencyMismatch):
        euro <= dollar  # noqa: B015  Comparing is what is refused.
    assert euro != dollar


@pytest.mark.promise("M11")
@pytest.mark.parametrize("minor", [1.0, Decimal(1), "1", True, None, Fraction(1)])
def test_minor_units_are_whole_numbers(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "code", ["eur", "EUЯ", "XXX", "XAU", "", "EUR ", "IQD", "IRR", "LYD", "SYP"]
)
def test_a_currency_we_do_not_know_is_refused(code: str) -> None:
    with pytest.raises(UnknownCurrency):
        Money(1, code)


@pytest.mark.parametrize(
    ("money", "amount"),
    [
        (Money(10000, "EUR"), "100.00"),
        (Money(5, "EUR"), "0.05"),
        (Money(-5, "EUR"), "-0.05"),
        (Money(0, "EUR"), "0.00"),
        (Money(100, "JPY"), "100"),
        (Money(1230, "KWD"), "1.230"),
    ],
)
def test_the_document_has_exactly_the_decimals_of_the_currency(money: Money, amount: str) -> None:
    assert money.document() == {
        "amount": amount,
        "currency": money.currency,
        "minor": money.minor,
        "exponent": money.exponent,
    }


@given(minor=minors, code=st.sampled_from(KNOWN))
def test_the_decimal_is_exact(minor: int, code: str) -> None:
    money = Money(minor, code)

    assert Fraction(money.decimal) == Fraction(minor, 10**money.exponent)
    assert -money.decimal.as_tuple().exponent == money.exponent  # type: ignore[operator]


@given(minor=st.integers(0, 10**12), numerator=st.integers(0, 1000), of=st.integers(1, 1000))
def test_a_ratio_is_rounded_down_once(minor: int, numerator: int, of: int) -> None:
    scaled = Money(minor, "EUR").times(numerator, of)

    assert 0 <= Fraction(minor * numerator, of) - scaled.minor < 1
