"""Filters are links that join, count and can be taken back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.remittances.pages.reading import KENYA_TO_UGANDA, services, text

if TYPE_CHECKING:
    from django.test import Client


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real")]


def option(page: str, key: str) -> tuple[str, int, bool]:
    """Return the address, the count and the state of an option."""
    found = re.search(rf'id="{key}" href="([^"]*)"([^>]*)>[^<]*<span>\D*(\d+)', page)
    assert found is not None, key
    return found[1].replace("&amp;", "&"), int(found[3]), "aria-current" in found[2]


def test_an_option_counts_what_it_leaves_and_leads_there(client: Client) -> None:
    page = client.get(KENYA_TO_UGANDA).content.decode()
    for key in ("pay_in-cash", "receive-mobile", "speed-hour", "firm-bank"):
        address, count, chosen = option(page, key)
        assert not chosen
        left = client.get(KENYA_TO_UGANDA + address)
        assert len(services(left)) == count
        back, _, chosen = option(left.content.decode(), key)
        assert chosen
        assert back == "?"


def test_filters_join_and_keep_the_amount(client: Client) -> None:
    asked = {"amount": "18000", "pay_in": "cash", "firm": "operator"}
    response = client.get(KENYA_TO_UGANDA, asked)
    assert 0 < len(services(response)) < 16
    assert all("Money transfer operator" in one for one in services(response))
    page = response.content.decode()
    assert '<input type="hidden" form="compare" name="firm" value="operator">' in page
    assert option(page, "pay_in-cash")[0] == "?amount=18000&firm=operator"
    assert '<details class="filters" open>' in page


def test_places_are_counted_among_those_left(client: Client) -> None:
    response = client.get(KENYA_TO_UGANDA, {"firm": "mobile"})
    assert services(response)[0].startswith("M-Pesa Most received in this list")
    assert "M-Pesa left the most" in text(response)


def test_nothing_left_says_which_filter_to_remove(client: Client) -> None:
    response = client.get(KENYA_TO_UGANDA, {"firm": "mobile", "pay_in": "card"})
    assert response.status_code == 200
    assert "No service like that" in text(response)
    assert "The filters leave out all 16 services. Remove a filter:" in text(response)
    page = response.content.decode()
    assert 'href="?firm=mobile"' in page
    assert 'href="?pay_in=card"' in page
    assert services(response) == []


@pytest.mark.parametrize("name", ["pay_in", "speed", "firm", "sort"])
def test_an_option_that_does_not_exist_filters_nothing(client: Client, name: str) -> None:
    response = client.get(KENYA_TO_UGANDA, {name: "pigeon\u0000'<"})
    assert response.status_code == 200
    assert len(services(response)) == 16
