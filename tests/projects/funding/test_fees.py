"""The fee that is named before anybody pays is a sensible one, or none."""

from __future__ import annotations

import pytest

from payments.currencies import OFFERED
from payments.money import Money
from projects.funding.fees import usual_fee


@pytest.mark.parametrize(
    ("currency", "minor", "fee_minor"),
    [("EUR", 100_00, 1_75), ("EUR", 33, 25), ("GBP", 100_00, 1_70), ("USD", 100_00, 3_20)],
)
def test_the_usual_fee_is_the_published_price(currency: str, minor: int, fee_minor: int) -> None:
    assert usual_fee(Money(minor, currency)) == Money(fee_minor, currency)


@pytest.mark.parametrize("currency", [*OFFERED, "UGX"])
def test_a_fee_is_never_named_as_nothing(currency: str) -> None:
    fee = usual_fee(Money(1, currency))

    assert fee is None or fee.minor > 0


@pytest.mark.parametrize("currency", ["JPY", "UGX", "KWD", "KES"])
def test_where_no_price_is_known_none_is_named(currency: str) -> None:
    assert usual_fee(Money(1_000_000, currency)) is None
