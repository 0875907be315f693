"""What must be sent so that a wanted sum arrives."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from remittances import pricing
from remittances.pricing import NoPrice, Point, Price

CENT = Fraction(1, 100)

amounts = st.integers(10**3, 10**7).map(Fraction)
shares = st.integers(1, 999).map(lambda parts: Fraction(parts, 1000))
fees = st.fractions(0, 900, max_denominator=100)
margins = st.fractions(0, 60, max_denominator=100)


def point(amount: str, fee: str, margin: str | None = "0.55", rate: str | None = "27.5") -> Point:
    margin_pct, applied = (None if text is None else Fraction(text) for text in (margin, rate))
    return Point(Fraction(amount), Fraction(fee), margin_pct, applied)


def received(points: list[Point], wanted: str, *, disclosed: bool = True) -> Price:
    return pricing.price_of_received(points, Fraction(wanted), unit=CENT, cost_disclosed=disclosed)


def paid_out(points: list[Point], wanted: str) -> Price:
    return pricing.price_of_paid_out(
        points, Fraction(wanted), unit=CENT, paid_unit=Fraction(1), cost_disclosed=True
    )


def shown(sum_: Fraction) -> Fraction:
    return Fraction(pricing.rounded(sum_, 2))


SURVEYED = [point("18000", "414"), point("45000", "1067")]


def test_what_arrives_at_a_surveyed_amount_is_sent_by_that_amount() -> None:
    found = received(SURVEYED, "17489.277")
    assert (found.amount, found.fee, found.estimate) == (Fraction(18000), Fraction(414), False)


@given(amounts, fees, margins, st.sampled_from([0, 1]))
def test_the_figure_that_is_shown_for_a_surveyed_amount_is_sent_by_that_amount(
    low: Fraction, fee: Fraction, margin: Fraction, end: int
) -> None:
    points = [Point(low, fee, margin, Fraction(27)), Point(low + 5000, fee, margin, Fraction(27))]
    at_end = pricing.price(points, points[end].amount, cost_disclosed=True)
    assert at_end.received is not None
    assert at_end.paid_out is not None
    assert received(points, str(shown(at_end.received))) == at_end
    assert paid_out(points, str(pricing.rounded(at_end.paid_out, 0))) == at_end


def test_a_sum_that_is_not_what_the_page_shows_stays_outside() -> None:
    assert received(SURVEYED, "17489.28").amount == 18000
    assert received(SURVEYED[:1], "17489.28").amount == 18000
    assert received(SURVEYED, "17489.27").reason is NoPrice.OUTSIDE_SURVEYED_AMOUNTS


def test_a_sum_between_the_surveyed_ones_is_sent_by_the_least_cents_that_reach_it() -> None:
    found = received(SURVEYED, "30000")
    assert found.estimate
    assert found.received is not None
    assert found.received >= 30000
    less = pricing.price(SURVEYED, found.amount - CENT, cost_disclosed=True)
    assert less.received is not None
    assert less.received < 30000
    assert found.amount == Fraction("30891.71")


def test_what_is_paid_out_is_solved_at_the_rate_that_is_given() -> None:
    found = paid_out(SURVEYED, "800000")
    assert found.paid_out is not None
    assert pricing.rounded(found.paid_out, 0) == 800_000
    assert found.paid_out == (found.amount - (found.fee or 0)) * Fraction("27.5")


@pytest.mark.parametrize(
    ("points", "wanted", "reason"),
    [
        (SURVEYED, "17489.27", NoPrice.OUTSIDE_SURVEYED_AMOUNTS),
        (SURVEYED, "43692", NoPrice.OUTSIDE_SURVEYED_AMOUNTS),
        (SURVEYED, "1" + "0" * 30, NoPrice.OUTSIDE_SURVEYED_AMOUNTS),
        (SURVEYED[:1], "17000", NoPrice.ONE_AMOUNT_ONLY),
        ([point("18000", "1000"), point("45000", "900")], "30000", NoPrice.FEE_FALLS),
        ([point("18000", "414", None), SURVEYED[1]], "30000", NoPrice.EXCHANGE_COST_NOT_DISCLOSED),
        ([], "30000", NoPrice.PRICE_MISSING),
    ],
)
def test_where_no_amount_is_known_to_bring_it_there_is_a_reason_and_no_number(
    points: list[Point], wanted: str, reason: NoPrice
) -> None:
    found = received(points, wanted)
    assert found.reason is reason
    assert (found.fee, found.total_pct, found.received) == (None, None, None)


def test_a_hidden_rate_is_not_solved() -> None:
    assert received(SURVEYED, "30000", disclosed=False).reason is (
        NoPrice.EXCHANGE_COST_NOT_DISCLOSED
    )


def test_a_rate_that_is_not_given_pays_out_nothing_that_we_know() -> None:
    points = [point("18000", "414", rate=None), point("45000", "1067", rate=None)]
    found = paid_out(points, "800000")
    assert found.reason is NoPrice.PRICE_MISSING


@given(st.tuples(amounts, amounts), st.tuples(fees, fees), st.tuples(margins, margins), shares)
def test_the_price_of_the_solution_brings_the_wanted_sum_within_one_minor_unit(
    span: tuple[Fraction, Fraction],
    ends: tuple[Fraction, Fraction],
    rates: tuple[Fraction, Fraction],
    share: Fraction,
) -> None:
    low, high = span[0], span[0] + span[1]
    points = [Point(low, ends[0], rates[0], None), Point(high, ends[1], rates[1], None)]
    first, last = (pricing.price(points, end, cost_disclosed=True).received for end in (low, high))
    assert first is not None
    assert last is not None
    wanted = first + (last - first) * share
    assume(wanted not in {shown(first), shown(last)})  # Those are sent by the ends themselves.
    found = pricing.price_of_received(points, wanted, unit=CENT, cost_disclosed=True)
    if last <= first:
        assert found.reason in {NoPrice.OUTSIDE_SURVEYED_AMOUNTS, NoPrice.FEE_FALLS}
        return
    assume(found.reason is not NoPrice.FEE_FALLS)
    assert found.reason is None
    assert found.received is not None
    assert low < found.amount <= high
    assert (found.amount / CENT).denominator == 1
    assert found.received >= wanted
    less = pricing.price(points, found.amount - CENT, cost_disclosed=True).received
    assert less is not None
    assert less < wanted
    assert pricing.price(points, found.amount, cost_disclosed=True) == found
    if ends[0] <= ends[1] and rates[0] <= rates[1]:  # A cent more brings a cent at most.
        assert found.received - wanted < CENT
