from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from payments.currencies import KNOWN, currency, from_provider
from payments.sandbox import amounts
from payments.sandbox.errors import InvalidRequest
from tests.payments.sandbox import make

if TYPE_CHECKING:
    from tests.payments.sandbox.make import Client

CHARGEABLE = [code for code in KNOWN if currency(code).provider_exponent is not None]


@pytest.mark.parametrize(
    ("code", "amount", "shown"),
    [
        ("eur", 50, "0.50 EUR"),
        ("usd", 1_234_567, "12,345.67 USD"),
        ("jpy", 50, "50 JPY"),
        ("jpy", 1_235, "1,235 JPY"),
        ("xof", 600, "600 XOF"),
        ("isk", 10_000, "100.00 ISK"),
        ("ugx", 500_000, "5,000.00 UGX"),
        ("kwd", 1_230, "1.230 KWD"),
        ("tnd", 12_340, "12.340 TND"),
    ],
)
def test_an_amount_counts_by_the_providers_exponent(
    client: Client, code: str, amount: int, shown: str
) -> None:
    session = make.session(client, amount=amount, currency=code)

    assert (session.amount_total, session.currency) == (amount, code)
    assert amounts.shown(amount, code) == shown


@pytest.mark.parametrize(
    ("name", "amount", "code"),
    [
        ("eur", 49, "amount_too_small"),
        ("usd", 49, "amount_too_small"),
        ("gbp", 29, "amount_too_small"),
        ("jpy", 49, "amount_too_small"),
        ("isk", 10_050, "parameter_invalid_integer"),
        ("ugx", 500_001, "parameter_invalid_integer"),
        ("kwd", 1_234, "parameter_invalid_integer"),
        ("tnd", 12_345, "parameter_invalid_integer"),
        ("eur", 100_000_000, "amount_too_large"),
        ("xyz", 100, None),
        ("euros", 100, None),
    ],
)
def test_an_amount_outside_the_rules_is_refused(
    client: Client, name: str, amount: int, code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.create({"amount": amount, "currency": name})

    assert refusal.value.code == code
    with pytest.raises(stripe.InvalidRequestError):
        make.session(client, amount=amount, currency=name)
    assert client.v1.payment_intents.list().data == []


@pytest.mark.parametrize("code", CHARGEABLE)
def test_every_currency_has_a_smallest_charge(code: str) -> None:
    row = amounts.check_currency(code)
    least = row.minimum_minor * 10 ** ((row.provider_exponent or 0) - row.exponent)

    amounts.check_charge(least, code)
    with pytest.raises(InvalidRequest):
        amounts.check_charge(least - 1, code)


@pytest.mark.parametrize("code", [code for code in KNOWN if code not in CHARGEABLE])
def test_a_currency_that_the_provider_does_not_take_is_refused(code: str) -> None:
    with pytest.raises(InvalidRequest, match="Invalid currency"):
        amounts.check_currency(code)


@pytest.mark.parametrize(
    ("code", "amount", "fee"),
    [
        ("eur", 100_00, 175),
        ("eur", 99, 26),  # 1.485 + 25 = 26.485
        ("eur", 100, 27),  # 1.5 + 25 = 26.5, half up
        ("jpy", 1_000, 15),  # 15 + 0.25 = 15.25
        ("jpy", 50, 1),  # 0.75 + 0.25 = 1
        ("kwd", 10_000, 400),
        ("ugx", 500_000, 7_500),  # 75.25 shillings, of which there are no parts
        ("isk", 10_000, 200),  # 1.75 krónur
    ],
)
def test_a_charge_costs(code: str, amount: int, fee: int) -> None:
    assert amounts.fee(amount, code) == fee


@given(st.sampled_from(CHARGEABLE), st.integers(1, 99_999_999))
def test_a_fee_is_whole_in_our_books_and_within_half_a_coin(code: str, amount: int) -> None:
    row = amounts.check_currency(code)
    exponent = row.provider_exponent or 0
    coin = 10 ** (exponent - row.exponent)

    fee = amounts.fee(amount, code)

    assert from_provider(fee, code).minor * coin == fee
    assert abs(2000 * fee - 2 * (15 * amount + 250 * 10**exponent)) <= 1000 * coin
