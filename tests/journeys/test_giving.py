"""A guest gives from a phone, with JavaScript off."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from tests.journeys import walk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.stack import Stack

pytestmark = pytest.mark.journey

SECONDS_TO_RISE = 5


def matched_project(site: Stack, page: Page, *, number: int = 0) -> str:
    """Return the address name of a project whose 100 becomes 300."""
    answer = page.request.get(site.url("/api/v1/projects?country=KEN&matched=true"))
    return str(answer.json()["results"][number]["slug"])


def minor(site: Stack, page: Page, slug: str, part: str) -> int:
    return int(page.request.get(site.url(f"/api/v1/projects/{slug}")).json()[part]["minor"])


@pytest.mark.promise("M18")
def test_a_guest_gives_and_the_project_rises_by_own_money_and_match_within_five_seconds(
    stack: Stack, phone: Page
) -> None:
    slug = matched_project(stack, phone)
    contributed, matched = (minor(stack, phone, slug, p) for p in ("contributed", "matched"))
    phone.goto(stack.url(f"/en/projects/{slug}/"))
    walk.look(phone, "project-390")
    walk.give_until_checked(phone, stack, slug, amount="100", email="asha@example.org")
    walk.look(phone, "give-check-390")
    assert "200.00" in phone.locator("main").inner_text()

    phone.get_by_role("button", name="Pay €100.00").click()
    walk.look(phone, "provider-page-390")
    walk.pay_by_card(phone)
    paid_at = time.monotonic()

    stack.wait_for(
        lambda: (
            minor(stack, phone, slug, "contributed") == contributed + 100_00
            and minor(stack, phone, slug, "matched") == matched + 200_00
        ),
        seconds=SECONDS_TO_RISE,
    )
    assert time.monotonic() - paid_at < SECONDS_TO_RISE
    phone.reload()
    assert phone.get_by_role("heading", level=1).inner_text() == "Thank you"
    receipt = phone.locator("main").inner_text()
    assert re.search(r"Your own money\s+€100\.00", receipt)
    assert re.search(r"Match:\s+€200\.00", receipt)
    assert re.search(r"€300\.00", receipt)
    assert "asha@example.org" not in phone.content()
    walk.look(phone, "receipt-390")


@pytest.mark.promise("M5")
def test_double_click_back_reload_and_two_tabs_give_one_charge_and_one_receipt(
    stack: Stack, phone: Page
) -> None:
    slug = matched_project(stack, phone, number=1)
    before = minor(stack, phone, slug, "contributed")
    walk.give_until_checked(phone, stack, slug, amount="40", email="two.tabs@example.org")
    other = phone.context.new_page()
    other.goto(phone.url)
    phone.get_by_role("button", name="Pay €40.00").dblclick()
    other.get_by_role("button", name="Pay €40.00").click()
    for page in (phone, other):
        page.wait_for_url("**/c/pay/**")
    assert other.url == phone.url

    walk.pay_by_card(phone)
    phone.wait_for_url("**/done/**")
    done = phone.url
    other.reload()
    if "/done/" not in other.url:
        walk.pay_by_card(other)
    phone.go_back()
    phone.reload()
    phone.goto(done)
    stack.wait_for(
        lambda: minor(stack, phone, slug, "contributed") != before, seconds=SECONDS_TO_RISE
    )
    for _ in range(2):
        phone.reload()

    assert other.url.partition("?")[0] == done
    assert minor(stack, phone, slug, "contributed") == before + 40_00
    assert stack.manage("ledger", "verify")["ok"] is True


def test_a_declined_card_takes_nothing_and_the_gift_can_be_paid_with_another(
    stack: Stack, phone: Page
) -> None:
    slug = matched_project(stack, phone)
    before = minor(stack, phone, slug, "contributed")
    walk.give_until_checked(phone, stack, slug, amount="25", email="declined@example.org")
    phone.get_by_role("button", name="Pay €25.00").click()

    walk.pay_by_card(phone, "4000 0000 0000 0002")

    assert "declined" in phone.locator("body").inner_text()
    assert minor(stack, phone, slug, "contributed") == before
    walk.pay_by_card(phone)
    phone.wait_for_url("**/done/**")
    stack.wait_for(
        lambda: minor(stack, phone, slug, "contributed") == before + 25_00, seconds=SECONDS_TO_RISE
    )


def test_cancelling_on_the_provider_s_page_leads_back_with_nothing_lost(
    stack: Stack, phone: Page
) -> None:
    slug = matched_project(stack, phone)
    walk.give_until_checked(phone, stack, slug, amount="30", email="cancelled@example.org")
    phone.get_by_role("button", name="Pay €30.00").click()

    phone.get_by_role("link", name="Cancel").or_(phone.get_by_role("button", name="Cancel")).click()

    assert phone.get_by_role("heading", level=1).inner_text() == "Check and pay"
    assert "cancelled@example.org" in phone.locator("main").inner_text()


@pytest.mark.parametrize("typed", ["0", "-1", "1e3", "NaN", "12,50", "1.000", "", "abc"])
def test_an_amount_that_is_not_understood_is_refused_beside_the_field(
    stack: Stack, phone: Page, typed: str
) -> None:
    slug = matched_project(stack, phone)
    phone.goto(stack.url(f"/en/give/{slug}/amount/"))

    phone.get_by_label("Amount").fill(typed)
    phone.get_by_role("button", name="Continue").click()

    field = phone.get_by_label("Amount")
    assert field.get_attribute("aria-invalid") == "true"
    assert field.input_value() == typed
    assert phone.title().startswith("Error: ")
    assert phone.get_by_role("heading", name="There is a problem").is_visible()


def test_in_arabic_the_whole_way_is_right_to_left(stack: Stack, browser: Browser) -> None:
    context = browser.new_context(viewport=walk.PHONE, java_script_enabled=False, locale="ar")
    page = context.new_page()
    slug = matched_project(stack, page)

    page.goto(stack.url(f"/ar/give/{slug}/amount/"))
    walk.look(page, "give-amount-ar-390")
    page.locator("input[name=amount]").fill("١٠٠")
    page.locator("main form .btn").click()

    assert page.locator("html").get_attribute("dir") == "rtl"
    assert "/match/" in page.url
    walk.look(page, "give-match-ar-390")
    context.close()


def test_with_scripts_another_amount_changes_the_panel_and_the_bar_below_together(
    stack: Stack, scripted: Page
) -> None:
    slug = matched_project(stack, scripted)
    scripted.goto(stack.url(f"/en/projects/{slug}/"))

    scripted.get_by_role("link", name="€250").click()
    scripted.get_by_role("heading", name="Your €250 becomes").wait_for()

    bar = scripted.locator("#give-bar")
    assert "Your €250 becomes" in bar.inner_text()
    assert (bar.get_by_role("link").get_attribute("href") or "").endswith("?amount=250")
