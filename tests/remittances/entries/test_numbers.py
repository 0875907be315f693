"""A rate is read as the page's language writes it, or not at all."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remittances.entries.numbers import RateNotUnderstood, RateRefusal, rate

RATES = st.decimals(min_value="0.000001", max_value=999_999_999, places=6)
ARABIC = str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("148.2", "en", "148.2"),
        ("148,2", "fr", "148.2"),
        ("148,2", "es-MX", "148.2"),
        ("١٤٨٫٢", "en", "148.2"),
        ("١٤٨٫٢٠٠", "ar", "148.200"),
        ("１４８.２", "en", "148.2"),
        ("0.00773993808", "en", "0.00773993808"),
        ("\u00a0148.2 ", "en", "148.2"),
        ("3560", "ar", "3560"),
    ],
)
def test_a_rate_is_read_exactly(text: str, language: str, expected: str) -> None:
    assert rate(text, language=language) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("", "en", RateRefusal.EMPTY),
        ("  ", "en", RateRefusal.EMPTY),
        ("0", "en", RateRefusal.ZERO),
        ("0.000", "en", RateRefusal.ZERO),
        ("-1", "en", RateRefusal.SIGNED),
        ("+5", "en", RateRefusal.SIGNED),
        ("−5", "en", RateRefusal.SIGNED),
        ("1e3", "en", RateRefusal.UNREADABLE),
        ("1_000", "en", RateRefusal.UNREADABLE),
        ("NaN", "en", RateRefusal.UNREADABLE),
        ("Infinity", "en", RateRefusal.UNREADABLE),
        ("0x10", "en", RateRefusal.UNREADABLE),
        ("5\u200b", "en", RateRefusal.UNREADABLE),
        ("\x005", "en", RateRefusal.UNREADABLE),
        ("1٢", "en", RateRefusal.UNREADABLE),
        (".", "en", RateRefusal.UNREADABLE),
        ("12,50", "en", RateRefusal.SEPARATOR),
        ("12.50", "es", RateRefusal.SEPARATOR),
        ("1.000,50", "en", RateRefusal.SEPARATOR),
        ("1,000.50", "en", RateRefusal.SEPARATOR),
        ("1'000.50", "en", RateRefusal.SEPARATOR),
        ("1\u202f000,50", "fr", RateRefusal.SEPARATOR),
        ("1.2.3", "en", RateRefusal.SEPARATOR),
        ("5.", "en", RateRefusal.SEPARATOR),
        (".5", "en", RateRefusal.SEPARATOR),
        ("130.450", "ar", RateRefusal.AMBIGUOUS),
        ("9" * 4301, "en", RateRefusal.TOO_LONG),
        ("1234567890", "en", RateRefusal.TOO_LONG),
        ("0.1234567890123", "en", RateRefusal.TOO_LONG),
    ],
)
def test_what_is_no_plain_rate_is_refused(text: str, language: str, code: RateRefusal) -> None:
    with pytest.raises(RateNotUnderstood) as refusal:
        rate(text, language=language)
    assert refusal.value.code is code


@given(RATES)
def test_the_languages_read_the_same_rate_each_in_its_own_way(value: Decimal) -> None:
    plain = f"{value:f}"

    assert rate(plain, language="en") == value
    assert rate(plain.replace(".", ","), language="fr") == value
    assert rate(plain.translate(ARABIC), language="ar") == value


@given(st.text(max_size=60), st.sampled_from(["en", "ar", "es", "fr", "xx"]))
def test_whatever_is_typed_is_a_rate_above_zero_or_refused(text: str, language: str) -> None:
    with suppress(RateNotUnderstood):
        assert rate(text, language=language) > 0
