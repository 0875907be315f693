from __future__ import annotations

from fractions import Fraction

import pytest

from remittances.payout import implied_currency


@pytest.mark.parametrize(
    ("sent", "local", "rate", "expected"),
    [
        ("KES", "UGX", "27.5386996904024", "UGX"),
        ("KES", "UGX", "0.00774293457220286", "USD"),
        ("KES", "TZS", "20.2090592334494", "TZS"),
        ("KES", "RWF", "11.1996904024767", "RWF"),
        ("KES", "RWF", "0.00773993808049535", "USD"),
        ("TZS", "KES", "0.0513717693836978", "KES"),
        ("TZS", "UGX", "1.41749502982107", "UGX"),
        ("KES", "UGX", "20.2090592334494", None),  # Tanzania's rate on a row to Uganda.
        ("KES", "UGX", "1", None),  # A rate that is not disclosed.
        ("KES", "SSP", "0.00773993808049535", None),  # We do not know how large a pound is.
        ("KES", "EUR", "0.0066", None),  # About a dollar's size, but it may be a euro.
        ("KES", "", "0.0077", None),
        ("RWF", "KES", "121.852", None),
        ("TZS", "KES", "0.00066", None),  # 2011: the shilling was worth more.
    ],
)
def test_a_currency_is_named_only_where_the_rate_can_mean_no_other(
    sent: str, local: str, rate: str, expected: str | None
) -> None:
    found = implied_currency(sent=sent, local=local, reference_rate=Fraction(rate))
    assert found == expected


def test_no_rate_names_no_currency() -> None:
    assert implied_currency(sent="KES", local="UGX", reference_rate=None) is None
    assert implied_currency(sent="KES", local="UGX", reference_rate=Fraction(0)) is None
