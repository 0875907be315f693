from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.currencies import (
    KNOWN,
    OFFERED,
    NotChargeable,
    UnknownCurrency,
    currency,
    from_provider,
    to_provider,
)
from payments.money import Money

PROVIDER = json.loads((Path(__file__).parent / "data" / "provider_currencies.json").read_text())
CHARGED = [code for code in KNOWN if currency(code).provider_exponent is not None]


def expected_provider_exponent(code: str) -> int:
    if code in PROVIDER["three_decimal"]:
        return 3
    if code in PROVIDER["zero_decimal"] and code not in PROVIDER["sent_with_two_zeros"]:
        return 0
    return 2


@pytest.mark.promise("M11")
@pytest.mark.parametrize("code", CHARGED)
def test_our_table_agrees_with_the_providers_lists(code: str) -> None:
    row = currency(code)

    assert row.provider_exponent == expected_provider_exponent(code)
    assert row.exponent == (0 if code in PROVIDER["sent_with_two_zeros"] else row.provider_exponent)
    assert row.charge_step_minor == (10 if code in PROVIDER["three_decimal"] else 1)
    assert row.minimum_minor >= PROVIDER["minimum_charge_minor"].get(code, 1)
    assert row.minimum_minor % row.charge_step_minor == 0


def test_every_exceptional_currency_of_the_provider_has_a_row() -> None:
    exceptional = {*PROVIDER["zero_decimal"], *PROVIDER["sent_with_two_zeros"]}

    assert exceptional | {*PROVIDER["three_decimal"]} <= {*CHARGED}


def test_what_is_offered_can_be_charged() -> None:
    assert set(OFFERED) <= set(CHARGED)
    assert len(set(OFFERED)) == len(OFFERED)


@pytest.mark.promise("M11")
@given(code=st.sampled_from(CHARGED), steps=st.integers(-(10**12), 10**12))
def test_every_amount_goes_to_the_provider_and_back_unchanged(code: str, steps: int) -> None:
    money = Money(steps * currency(code).charge_step_minor, code)

    assert from_provider(to_provider(money), code) == money


@pytest.mark.parametrize(
    ("money", "provider"),
    [
        (Money(100_50, "EUR"), 10050),
        (Money(500, "JPY"), 500),
        (Money(5, "ISK"), 500),
        (Money(20_000, "UGX"), 2_000_000),
        (Money(5_000, "MGA"), 5_000),
        (Money(5_120, "KWD"), 5_120),
    ],
)
def test_the_provider_counts_in_its_own_decimals(money: Money, provider: int) -> None:
    assert to_provider(money) == provider


@pytest.mark.parametrize("money", [Money(5_124, "KWD"), Money(1, "TND"), Money(100, "SSP")])
def test_what_the_provider_would_not_take_is_refused(money: Money) -> None:
    with pytest.raises(NotChargeable):
        to_provider(money)


@pytest.mark.parametrize(("amount", "code"), [(150_50, "UGX"), (1, "ISK"), (100, "SSP")])
def test_what_our_books_cannot_hold_is_refused(amount: int, code: str) -> None:
    with pytest.raises(NotChargeable):
        from_provider(amount, code)


@pytest.mark.parametrize("code", ["eur", "IQD", ""])
def test_the_provider_may_not_bring_an_unknown_currency(code: str) -> None:
    with pytest.raises(UnknownCurrency):
        from_provider(100, code)
