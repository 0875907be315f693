"""Margins and totals are exact; what is far from its measure or its past is odd."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remittances import pricing
from remittances.feeds.outliers import Oddity, oddities
from remittances.feeds.priced import HEADINGS, Named, Point, Priced

REFERENCE = Named(Decimal(150), "European Central Bank", date(2026, 11, 23))
ROW = Priced(
    origin="DEU",
    destination="KEN",
    firm="Kestrel Pay",
    pay_in="Cash",
    pay_out="Cash",
    speed="Same day",
    currency="EUR",
    payout_currency="KES",
    points=(Point(Decimal(200), Decimal(2), Decimal(147)),),
    reference=REFERENCE,
    promotion=False,
    collected_on=date(2026, 11, 24),
    collected_at=datetime(2026, 11, 24, 9, tzinfo=UTC),
)
AMOUNTS = st.decimals(min_value=1, max_value=10**6, places=2)
RATES = st.decimals(min_value="0.0001", max_value=10**5, places=4)


def row(fee: str = "2", rate: str | None = "147", *, amount: str = "200") -> Priced:
    point = Point(Decimal(amount), Decimal(fee), None if rate is None else Decimal(rate))
    return replace(ROW, points=(point,), transparent=rate is not None)


def test_margin_and_total_are_measured_against_the_named_rate() -> None:
    point = ROW.points[0]

    assert ROW.margin_pct(point) == 2
    assert ROW.total_pct(point) == 3
    assert ROW.prices() == {
        "amount_1": 200,
        "fee_1": 2,
        "applied_rate_1": 147,
        "margin_pct_1": 2,
        "total_pct_1": 3,
    }
    assert ROW.period == "2026_4Q"


@pytest.mark.parametrize(
    "unknown", [replace(ROW, reference=None), replace(ROW, transparent=False), row(rate=None)]
)
def test_a_margin_that_is_not_known_is_not_zero(unknown: Priced) -> None:
    assert unknown.margin_pct(unknown.points[0]) is None
    assert unknown.total_pct(unknown.points[0]) is None


@given(amount=AMOUNTS, rate=RATES, reference=RATES)
def test_what_arrives_by_the_margin_is_what_the_rate_gives(
    amount: Decimal, rate: Decimal, reference: Decimal
) -> None:
    named = replace(REFERENCE, rate=reference)
    quote = replace(ROW, points=(Point(amount, Decimal(0), rate),), reference=named)
    margin = quote.margin_pct(quote.points[0])

    assert margin is not None
    valued = Fraction(amount) * (1 - margin / 100)
    assert valued * Fraction(reference) == Fraction(amount) * Fraction(rate)
    kept = quote.prices()["margin_pct_1"]
    assert kept is not None
    assert abs(Fraction(kept) - margin) <= Fraction(1, 10**24)


@given(amount=AMOUNTS, fee=AMOUNTS, rate=RATES, moment=st.datetimes(timezones=st.just(UTC)))
def test_a_row_is_kept_as_json_and_read_back_the_same(
    amount: Decimal, fee: Decimal, rate: Decimal, moment: datetime
) -> None:
    points = (Point(amount, fee, rate), Point(amount * 2, fee, rate))
    quote = replace(ROW, points=points, collected_at=moment)

    assert Priced.from_document(quote.document()) == quote
    bare = replace(quote, reference=None, collected_at=None, transparent=False)
    assert Priced.from_document(bare.document()) == bare


def test_the_row_as_it_was_told_names_the_reference_and_its_day() -> None:
    told = dict(zip(HEADINGS, ROW.cells(), strict=True))

    assert told["reference_source"] == "European Central Bank"
    assert told["reference_on"] == "2026-11-23"
    assert told["payout_currency"] == "KES"
    assert told["send_amount_1"] == "200"
    assert told["send_amount_2"] == ""
    assert told["collected_at"] == "2026-11-24T09:00:00+00:00"


@pytest.mark.parametrize(
    ("rate", "is_far"),
    [("135", False), ("134.9999", True), ("165", False), ("165.0001", True), (None, False)],
)
def test_a_rate_more_than_a_tenth_away_from_the_reference_is_odd(
    rate: str | None,
    is_far: bool,  # noqa: FBT001
) -> None:
    assert (Oddity.RATE_FAR in oddities(row(rate=rate), standing=None)) is is_far


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (row("2", rate="151.5"), []),
        (row("4", rate="151.5001"), [Oddity.RATE_GIVES]),
        (row("0", rate="150"), []),
        (row("0", rate="150.0001"), [Oddity.TOTAL_BELOW]),
        (row("0", rate="153"), [Oddity.RATE_GIVES, Oddity.TOTAL_BELOW]),
        (replace(row("0", rate="153"), reference=None), []),
    ],
)
def test_a_price_that_gives_more_than_it_takes_is_odd(new: Priced, expected: list[Oddity]) -> None:
    assert oddities(new, standing=None) == expected


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        (row(), row(), []),
        (row("8"), row("2"), []),
        (row("8.01"), row("2"), [Oddity.FEE_MOVED, Oddity.TOTAL_MOVED]),
        (row("0"), row("6.5"), [Oddity.FEE_MOVED, Oddity.TOTAL_MOVED]),
        (row(rate="141"), row(rate="147"), [Oddity.TOTAL_MOVED]),
        (row(rate="150"), row(rate="136"), [Oddity.RATE_MOVED, Oddity.TOTAL_MOVED]),
        (row("50", amount="500"), row("2"), [Oddity.FEE_MOVED, Oddity.TOTAL_MOVED]),
        (row("150", amount="200.01"), row("2"), [Oddity.FEE_MOVED, Oddity.TOTAL_MOVED]),
        (row("8", amount="200.01"), row("2"), []),
        (row(rate=None), row(), []),
    ],
)
def test_what_moved_too_far_since_it_last_stood_is_odd(
    new: Priced, old: Priced, expected: list[Oddity]
) -> None:
    assert oddities(new, standing=old) == expected


def test_the_nearest_amount_before_measures() -> None:
    near, far = Point(Decimal(200), Decimal(2), None), Point(Decimal(500), Decimal(40), None)
    old = replace(ROW, points=(near, far), transparent=False)

    assert oddities(row("38", rate=None, amount="490"), standing=old) == []
    assert oddities(row("38", rate=None, amount="210"), standing=old) == [Oddity.FEE_MOVED]


def test_without_a_reference_the_last_rate_still_measures() -> None:
    new = replace(row(rate="1470"), reference=None)

    assert oddities(new, standing=None) == []
    assert oddities(new, standing=row()) == [Oddity.RATE_MOVED]


@given(AMOUNTS, RATES)
def test_what_stays_the_same_is_never_odd_by_its_past(fee: Decimal, rate: Decimal) -> None:
    quote = replace(ROW, points=(Point(fee + 1, fee, rate),), reference=None)

    assert oddities(quote, standing=quote) == []
    assert pricing.rounded(Fraction(fee), 2) == fee
