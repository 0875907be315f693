"""A survey has odd codes and odd decimals; its corridors' pages stand all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.make import remittances as make
from tests.remittances.pages.reading import text

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
UNKNOWN = {"cc1_lcu_code": "ZZZ", "cc2_lcu_code": "ZZZ"}
FINE = {"cc1_lcu_amount": "18000.123"}


@pytest.mark.parametrize("changes", [UNKNOWN, FINE])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_widget_shows_no_amount(client: Client, changes: dict[str, str], language: str) -> None:
    make.imported([make.row(**changes)])
    response = client.get(f"/{language}/embed/ken/uga/")
    assert response.status_code == 200
    assert b"<li>" not in response.content


def test_an_amount_that_is_asked_for_is_refused_and_never_breaks(client: Client) -> None:
    make.imported([make.row(**UNKNOWN)])
    assert client.get("/en/embed/ken/uga/", {"amount": "100"}).status_code == 422


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_about_a_corridor_leaves_out_what_is_no_money(
    client: Client, language: str
) -> None:
    make.imported([make.row(**UNKNOWN)])
    assert client.get(f"/{language}/send/ken/uga/about/").status_code == 200


def test_the_page_about_a_corridor_keeps_the_amounts_that_are_money(client: Client) -> None:
    make.imported([make.row(**FINE)])
    response = client.get("/en/send/ken/uga/about/")
    assert response.status_code == 200
    words = text(response)
    assert "Every service for KES 45,000 , CSV" in words
    assert "18,000" not in words
