"""The published method: its numbers are those of the product, and its changes are dated."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from remittances import pricing
from remittances.feeds import outliers
from remittances.method import example
from remittances.method.changes import CHANGES
from remittances.models import alerts
from remittances.rates.references import MOST_AGE_DAYS
from tests.remittances.asking import ask
from tests.remittances.pages.reading import text

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

METHOD, CHANGED = "/en/send/methodology/", "/en/send/methodology/changes/"


@pytest.mark.django_db
@pytest.mark.usefixtures("real")
@pytest.mark.parametrize(("amount", "part"), [("18000", "surveyed"), ("20000", "between")])
def test_the_worked_example_is_what_the_comparison_says(amount: str, part: str) -> None:
    worked: example.Worked = getattr(example.example(), part)
    quote = next(quote for quote in ask("KENUGA", amount).quotes if quote.provider == example.FIRM)
    assert quote.price.fee is not None
    assert quote.price.total_pct is not None
    assert worked.received.decimal == quote.received
    assert worked.fee.decimal == pricing.rounded(quote.price.fee, 2)
    assert worked.total_pct == pricing.rounded(quote.price.total_pct, 2)


def test_the_numbers_of_the_worked_example() -> None:
    worked = example.example()
    surveyed, between = worked.surveyed, worked.between
    assert (surveyed.fee_pct, surveyed.total_pct) == (Decimal("2.30"), Decimal("2.85"))
    assert str(surveyed.received.decimal) == "17489.28"
    assert worked.margin_of_rates == Decimal("0.55")
    assert worked.way == Decimal("7.41")
    assert str(between.fee.decimal) == "462.37"
    assert str(between.received.decimal) == "19430.17"


def test_a_published_average_comes_out_of_its_rows() -> None:
    found = example.mean()
    assert (found.mean, found.published) == (Decimal("23.6175"), Decimal("23.6175"))
    assert found.services > 0


def test_the_method_says_the_limits_that_the_code_has(client: Client) -> None:
    words = text(client.get(METHOD))
    for part in (
        f"more than {pricing.DATED_DAYS} days old stand in a list of their own",
        f"Prices from {pricing.CURRENT_DAYS + 1} to {pricing.DATED_DAYS} days",
        f"more than {MOST_AGE_DAYS} days old we show no amount",
        f"more than {outliers.MOST_RATE_AWAY_PCT}% away",
        f"moved by more than {outliers.MOST_MOVE_POINTS} points",
        "the fee falls by 1% or more",
    ):
        assert part in words
    assert Fraction(1, 100) == pricing.FALL_THAT_IS_ROUNDING
    assert alerts.CODE_HOLDS.total_seconds() == 30 * 60


def test_a_stranger_finds_all_parts_of_the_rule(client: Client) -> None:
    words = text(client.get(METHOD))
    for part in (
        "KES 414.00 ÷ KES 18,000.00 × 100 = 2.30%",
        "KES 17,586.00 less 0.55% = KES 17,489.28",
        "that is 7.41% of the way from KES 18,000.00 to KES 45,000.00",
        "The World Bank published 23.6175%",
        "leaves out corridors from Russia",
        "It is not the World Bank's SmaRT",
        "A live price waits for an officer",
        "Nobody can approve an entry of their own.",
        "told again only after it was at or above the percentage",
        "No service pays us, and there is no advertising.",
        "Nobody can buy a place",
        "The World Bank does not endorse this site.",
    ):
        assert part in words


@pytest.mark.django_db
@pytest.mark.parametrize("path", [METHOD, CHANGED, f"{CHANGED}feed.atom"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_method_asks_the_database_nothing(
    client: Client, path: str, language: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(path)
    with django_assert_num_queries(0):
        response = client.get(path.replace("/en/", f"/{language}/"))
    assert response.status_code == 200


def test_changes_stand_newest_first_each_under_a_name_of_its_own() -> None:
    days = [change.on for change in CHANGES]
    assert days == sorted(days, reverse=True)
    assert len({change.slug for change in CHANGES}) == len(CHANGES)


def test_every_change_is_on_the_page_and_in_the_feed(client: Client) -> None:
    page, feed = client.get(CHANGED), client.get(f"{CHANGED}feed.atom")
    assert feed["Content-Type"].startswith("application/atom+xml")
    for change in CHANGES:
        assert f'<h2 id="{change.slug}">{change.title}</h2>' in page.content.decode()
        assert f"/en/send/methodology/changes/#{change.slug}" in feed.content.decode()
    assert "24 November 2026" in text(page)
