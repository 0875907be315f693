from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.exchange import NotARate, Rate, convert, convert_parts, rate_between
from payments.money import CurrencyMismatch, Money

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
DOLLAR = Rate(10873, 10000, "ecb:2029-12-31", NOON)


@pytest.mark.parametrize(
    ("amount", "rate", "expected"),
    [
        (Money(100_00, "EUR"), (10873, 10000, "USD"), Money(108_73, "USD")),
        (Money(1, "EUR"), (1, 2, "USD"), Money(1, "USD")),  # Half a cent goes up,
        (Money(-1, "EUR"), (1, 2, "USD"), Money(-1, "USD")),  # and away from zero below it.
        (Money(1, "EUR"), (49, 100, "USD"), Money(0, "USD")),
        (Money(100_00, "EUR"), (655957, 1000, "XOF"), Money(65_596, "XOF")),  # No decimals.
        (Money(1_000, "JPY"), (1, 160, "USD"), Money(6_25, "USD")),
        (Money(1_00, "EUR"), (337, 1000, "KWD"), Money(337, "KWD")),  # Three decimals.
    ],
)
def test_a_conversion_is_rounded_once_to_the_nearest_minor_unit(
    amount: Money, rate: tuple[int, int, str], expected: Money
) -> None:
    numerator, denominator, into = rate

    assert convert(amount, Rate(numerator, denominator, "x", NOON), into=into) == expected


def test_parts_that_are_converted_together_add_up() -> None:
    parts = [Money(33_33, "EUR"), Money(33_33, "EUR"), Money(33_34, "EUR")]

    converted = convert_parts(parts, DOLLAR, into="USD")

    assert converted == [Money(36_24, "USD"), Money(36_24, "USD"), Money(36_25, "USD")]
    assert [convert(part, DOLLAR, into="USD").minor for part in parts] == [36_24, 36_24, 36_25]
    assert convert_parts([], DOLLAR, into="USD") == []
    with pytest.raises(CurrencyMismatch):
        convert_parts([Money(1, "EUR"), Money(1, "USD")], DOLLAR, into="USD")


@pytest.mark.promise("M12")
@given(
    minors=st.lists(st.integers(1, 10**9), min_size=1, max_size=8),
    numerator=st.integers(1, 10**9),
    denominator=st.integers(1, 10**9),
    into=st.sampled_from(["USD", "JPY", "KWD"]),
)
def test_no_unit_is_made_or_lost_in_any_split(
    minors: list[int], numerator: int, denominator: int, into: str
) -> None:
    rate = Rate(numerator, denominator, "x", NOON)

    parts = convert_parts([Money(minor, "EUR") for minor in minors], rate, into=into)

    whole = convert(Money(sum(minors), "EUR"), rate, into=into)
    assert sum(part.minor for part in parts) == whole.minor


def test_two_amounts_name_the_rate_between_them() -> None:
    rate = rate_between(Money(10_000, "JPY"), Money(62_50, "USD"), source="stripe:txn_1", at=NOON)

    assert (rate.numerator, rate.denominator) == (1, 160)
    assert convert(Money(10_000, "JPY"), rate, into="USD") == Money(62_50, "USD")
    assert convert(Money(62_50, "USD"), rate.inverse, into="JPY") == Money(10_000, "JPY")


@pytest.mark.parametrize(
    ("numerator", "denominator", "source", "at"),
    [
        (0, 1, "x", NOON),
        (1, 0, "x", NOON),
        (-1, 1, "x", NOON),
        (1.5, 1, "x", NOON),
        (True, 1, "x", NOON),
        (1, 1, "", NOON),
        (1, 1, "x", NOON.replace(tzinfo=None)),
    ],
)
def test_what_is_not_a_rate_is_refused(
    numerator: int, denominator: int, source: str, at: datetime
) -> None:
    with pytest.raises(NotARate):
        Rate(numerator, denominator, source, at)
