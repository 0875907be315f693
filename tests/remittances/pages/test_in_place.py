"""With htmx the results change in place; without it everything works the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.remittances.pages.reading import KENYA_TO_UGANDA, services, text

if TYPE_CHECKING:
    from django.test import Client


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real")]
HTMX = {"HX-Request": "true"}


def test_htmx_gets_the_results_alone_the_count_said_and_the_address_pushed(
    client: Client,
) -> None:
    whole = client.get(KENYA_TO_UGANDA, {"amount": "20000", "x": "1"})
    part = client.get(KENYA_TO_UGANDA, {"amount": "20000", "x": "1"}, headers=HTMX)
    page = part.content.decode()
    assert services(part) == services(whole)
    assert "<html" not in page
    assert "<h1" not in page
    assert '<div id="live" hx-swap-oob="innerHTML">16 services</div>' in page
    assert part["HX-Push-Url"] == f"{KENYA_TO_UGANDA}?amount=20000"
    assert "Send KES 20,000 from Kenya to Uganda: 16 services compared | Weft" in text(part)
    assert "HX-Request" in whole["Vary"]
    assert "HX-Request" in part["Vary"]


def test_going_back_gets_the_whole_page(client: Client) -> None:
    headers = {**HTMX, "HX-History-Restore-Request": "true"}
    assert b"<html" in client.get(KENYA_TO_UGANDA, headers=headers).content


def test_a_refusal_is_said_in_place_and_asks_for_no_focus(client: Client) -> None:
    part = client.get(KENYA_TO_UGANDA, {"amount": "x"}, headers=HTMX)
    assert part.status_code == 200
    assert text(part).count("Enter the amount in digits, for example 18000.") == 2
    assert b"autofocus" not in part.content


def test_the_fields_ask_again_after_a_pause_and_nothing_runs_inline(client: Client) -> None:
    page = client.get(KENYA_TO_UGANDA).content.decode()
    asks = 'hx-get="/en/send/ken/uga/" hx-trigger="input changed delay:400ms"'
    assert page.count(asks) == 2  # The amount, and how they receive it.
    assert "hx-on" not in page
    assert "hx-vals" not in page
    assert " style=" not in page
