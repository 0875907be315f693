"""The page about a corridor: spread, ways, history, and what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from remittances.models import Provider
from tests.make import remittances as make
from tests.remittances.pages.reading import text

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries


pytestmark = pytest.mark.django_db
ABOUT = "/en/send/ken/uga/about/"


@pytest.mark.usefixtures("real")
@pytest.mark.promise("C5")
def test_both_amounts_are_averaged_as_the_survey_counts(client: Client) -> None:
    words = text(client.get(ABOUT))
    assert "All services 27 12.75% 7.17%" in words
    assert "Average of the three cheapest surveyed services 3 3.92%" in words
    assert "SmaRT" not in words
    assert "How much of the market these services carry: the survey does not say." in words
    assert "No service pays us" in words


@pytest.mark.usefixtures("real")
def test_the_spread_is_drawn_and_told_by_kind_of_provider(client: Client) -> None:
    response = client.get(ABOUT)
    page = response.content.decode()
    assert page.count('class="bx"') == 3
    assert "Total cost for KES 18,000 by kind of provider, Q3 2025" in text(response)
    assert 'aria-label="Bank: from' in page
    assert (
        'href="/api/v1/remittances/quotes?from=KEN&amp;to=UGA&amp;amount=45000&amp;format=csv"'
        in page
    )
    assert 'href="/api/v1/remittances/history?from=KEN&amp;to=UGA&amp;format=csv"' in page


def test_what_is_hidden_is_counted_and_complaints_are_shown_where_known(client: Client) -> None:
    make.imported([make.row(), make.row(firm="Hidden", transparent="no")])
    Provider.objects.filter(name="Hidden").update(complaints_url="https://hidden.example/help")
    response = client.get(ABOUT)
    assert "with 1 service, which does not disclose it" in text(response)
    assert 'href="https://hidden.example/help" rel="nofollow noopener"' in response.content.decode()


def test_a_corridor_without_services_still_has_its_history(client: Client) -> None:
    make.imported([make.average(), make.average(period="2020_1Q")])
    response = client.get("/en/send/gbr/ken/about/")
    assert response.status_code == 200
    assert "We do not have the price of each service here." in text(response)
    assert "Average cost, Q1 2020 to Q3 2020" in text(response)


def test_other_spellings_and_one_country_twice_lead_on(client: Client) -> None:
    assert client.get("/en/send/KEN/uga/about/")["Location"] == ABOUT
    assert client.get("/en/send/ken/ken/about/")["Location"].startswith("/en/send/?from=ken")
    assert client.get("/en/send/zzz/uga/about/").status_code == 404


@pytest.mark.usefixtures("real")
def test_it_takes_few_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        client.get(ABOUT)
