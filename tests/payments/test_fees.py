"""The fee that is named before anybody pays is a sensible one, or none; its shares add up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.currencies import OFFERED
from payments.fees import DEFAULT, Bearer, FeePolicy, Preview, share, usual_fee
from payments.money import Money


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


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


def test_the_project_bears_the_processors_fee_and_the_platform_what_a_refund_loses() -> None:
    assert FeePolicy(Bearer.PROJECT, 0, Bearer.PLATFORM) == DEFAULT
    assert DEFAULT.preview(eur(100_00)) == Preview(eur(100_00), eur(1_75), eur(0))


def test_the_platforms_fee_is_in_basis_points_rounded_down() -> None:
    assert FeePolicy(platform_bps=150).platform_fee(eur(33_33)) == eur(49)


@pytest.mark.promise("M12")
@given(
    fee=st.integers(0, 10**9),
    parts=st.lists(st.integers(1, 10**9), min_size=1, max_size=12),
)
def test_what_the_parts_of_a_refund_lose_adds_up_to_the_fee(fee: int, parts: list[int]) -> None:
    amount, gone, lost = eur(sum(parts)), eur(0), []
    for part in parts:
        before = share(eur(fee), gone=gone, amount=amount)
        gone += eur(part)
        lost.append((share(eur(fee), gone=gone, amount=amount) - before).minor)

    assert sum(lost) == fee
    assert min(lost) >= 0


@pytest.mark.parametrize(("gone", "amount"), [(101, 100), (-1, 100), (0, 0)])
def test_no_share_is_worked_out_of_what_cannot_be(gone: int, amount: int) -> None:
    with pytest.raises(ValueError, match="cannot have gone back"):
        share(eur(10), gone=eur(gone), amount=eur(amount))
