"""The bank's numbers as it wrote them, and no number where it wrote none."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from remittances.rates import ecb
from remittances.rates.references import ECB

FRIDAY, SUNDAY, MONDAY = date(2014, 3, 28), date(2014, 3, 30), date(2014, 3, 31)


def test_a_day_is_read_exactly_as_the_bank_published_it() -> None:
    rates = {rate.quote: rate for rate in ecb.published(since=FRIDAY, until=FRIDAY)}

    assert rates["USD"].rate == Fraction("1.3759")
    assert rates["CZK"].rate == Fraction("27.423")
    assert (rates["USD"].base, rates["USD"].on, rates["USD"].source) == ("EUR", FRIDAY, ECB)
    assert "KES" not in rates


def test_a_weekend_has_no_rates_and_none_are_drawn_from_its_neighbours() -> None:
    days = {rate.on for rate in ecb.published(since=FRIDAY, until=MONDAY) if rate.quote == "USD"}

    assert days == {FRIDAY, MONDAY}
    assert not list(ecb.published(since=SUNDAY, until=SUNDAY))


def test_a_currency_that_ended_stays_ended() -> None:
    after = ecb.published(since=date(2023, 1, 2), until=date(2023, 1, 10))

    assert "HRK" not in {rate.quote for rate in after}
