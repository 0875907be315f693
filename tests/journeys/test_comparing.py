"""A migrant on a phone compares what a transfer costs, with JavaScript off."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import pytest

from tests.journeys import walk

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.stack import Stack

pytestmark = pytest.mark.journey


def test_from_the_home_page_to_the_services_in_the_order_of_what_arrives(
    stack: Stack, phone: Page
) -> None:
    phone.goto(stack.url("/en/"))
    phone.get_by_role("navigation").get_by_role("link", name="Compare transfer costs").click()
    phone.get_by_label("From").select_option(label="Kenya")
    phone.get_by_label("To", exact=True).select_option(label="Uganda")
    phone.get_by_label("You send").fill("18000")
    phone.get_by_role("button", name="Compare").click()
    walk.look(phone, "compare-390")

    services = phone.get_by_role("listitem").filter(has=phone.get_by_role("heading", level=3))
    shown = services.all_inner_texts()
    received = [Decimal(figure(r"KES\s([0-9,.]+)\s+arrives", text)) for text in shown]
    totals = [figure(r"([0-9.]+)% total cost", text) for text in shown]

    assert shown[0].startswith("Dahabshiil")
    assert (received[0], totals[0]) == (Decimal("17489.28"), "2.85")
    assert received == sorted(received, reverse=True)
    assert all("World Bank" in text and "2025" in text for text in shown)


@pytest.mark.promise("C1")
def test_a_stranger_can_recompute_what_arrives_from_the_page(stack: Stack, phone: Page) -> None:
    document = phone.request.get(
        stack.url("/api/v1/remittances/quotes?from=KEN&to=UGA&amount=18000&currency=KES")
    ).json()
    phone.goto(stack.url("/en/send/ken/uga/?amount=18000"))
    page = phone.locator("main").inner_text()

    for quote in document["quotes"]:
        if quote["ranked"]:
            margin = Decimal(str(quote["fx_margin_pct"])) / 100
            arrives = (Decimal(18000) - Decimal(quote["fee"])) * (1 - margin)
            shown = arrives.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
            assert shown == Decimal(quote["received_value"])
            assert f"{Decimal(quote['received_value']):,}" in page


def test_with_a_script_the_results_change_while_one_types(stack: Stack, scripted: Page) -> None:
    scripted.goto(stack.url("/en/send/ken/uga/?amount=18000"))
    amount = scripted.get_by_label("You send")
    amount.fill("20000")
    scripted.wait_for_url("**/en/send/ken/uga/?amount=20000*")

    services = scripted.get_by_role("listitem").filter(has=scripted.get_by_role("heading", level=3))
    assert "KES 19,430.17" in services.first.inner_text().replace("\xa0", " ")
    assert scripted.locator("#live").inner_text() == "16 services"
    assert amount.evaluate("field => field === document.activeElement")
    scripted.get_by_text("Show only").click()
    scripted.get_by_role("link", name=re.compile("Mobile phone operator")).click()
    scripted.wait_for_url("**firm=mobile*")
    assert services.count() == 2
    assert scripted.get_by_role("heading", level=1).inner_text() == "Kenya to Uganda"
    scripted.go_back()
    scripted.wait_for_url("**/en/send/ken/uga/?amount=20000*")


def test_what_must_be_sent_is_asked_and_answered_without_a_script(
    stack: Stack, phone: Page
) -> None:
    phone.goto(stack.url("/en/send/ken/uga/"))
    phone.get_by_role("link", name="I know what they should receive").click()
    phone.get_by_label("They should receive").fill("20000")
    phone.get_by_role("button", name="Compare").click()
    walk.look(phone, "compare-back-390")

    services = phone.get_by_role("listitem").filter(has=phone.get_by_role("heading", level=3))
    sent = [
        Decimal(figure(r"KES\s([0-9,.]+)\s+to send", text)) for text in services.all_inner_texts()
    ]
    assert sent == sorted(sent)


def test_a_corridor_without_services_shows_the_world_bank_s_average_over_the_years(
    stack: Stack, phone: Page
) -> None:
    phone.goto(stack.url("/en/send/deu/gha/?amount=140"))
    walk.look(phone, "compare-history-390")

    assert phone.get_by_role("img", name=re.compile("Line chart")).is_visible()
    assert "The World Bank" in phone.locator("main").inner_text()


@pytest.mark.parametrize("typed", ["0", "-1", "1e3", "NaN", "1.000.0", "", "9" * 4301])
def test_an_amount_that_is_not_understood_is_refused_beside_the_field(
    stack: Stack, phone: Page, typed: str
) -> None:
    answer = phone.request.get(stack.url(f"/en/send/ken/uga/?amount={typed}"))

    assert answer.status in {200, 422}
    assert 'aria-invalid="true"' in answer.text() or typed == ""


def figure(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, text
    return found[1].replace(",", "")
