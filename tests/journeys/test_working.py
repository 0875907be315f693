"""People who work on the site: an agency's officer, and an editor of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.journeys import walk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.stack import Stack

pytestmark = pytest.mark.journey

BUDGET = (("A second well", "4,000.00"), ("Pipes and taps", "1,500.00"))


@pytest.fixture(scope="module")
def world(stack: Stack) -> dict[str, Any]:
    document: dict[str, Any] = stack.manage("seed", "--scenario", "small", "--seed", "1")
    return document


def log_in(stack: Stack, page: Page, world: dict[str, Any], role: str, agency: str | None) -> None:
    """Sign in with password and one-time code, as `make run` tells."""
    user = next(u for u in world["users"] if (u["role"], u["agency"]) == (role, agency))
    page.goto(stack.url("/en/accounts/login/"))
    page.get_by_label("Email").fill(user["email"])
    page.get_by_label("Password").fill(user["password"])
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill(stack.manage("demo_code", user["email"])["code"])
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


def test_an_officer_writes_saves_and_submits_a_project_and_sees_its_state(
    stack: Stack, phone: Page, world: dict[str, Any]
) -> None:
    log_in(stack, phone, world, "agency_editor", "kenya-diaspora-office")
    phone.goto(stack.url("/en/agency/"))
    phone.get_by_role("link", name="Start a project").first.click()
    phone.get_by_label("Title").fill("Water for the market of Mfanoni")
    phone.get_by_label("Who runs it").fill("Mfanoni Market Women")
    phone.get_by_role("button", name="Save").click()
    assert "Draft" in phone.locator("main").inner_text()
    assert "List at least one thing the money buys." in phone.locator("main").inner_text()

    phone.get_by_role("link", name="Go on writing").first.click()
    phone.get_by_label("In one sentence").fill("Two taps where 200 women sell vegetables.")
    phone.get_by_label("The story").fill("Water is carried for an hour.")
    phone.get_by_label("What will be different").fill("200 women have water at their stall.")
    phone.get_by_label("Town or village").fill("Mfanoni, Makueni County")
    phone.get_by_label("What it costs in all").fill("5,500.00")
    for number, (item, amount) in enumerate(BUDGET):
        phone.get_by_label("What it buys").nth(number).fill(item)
        phone.locator("[name$=-amount]").nth(number).fill(amount)
    phone.get_by_role("button", name="Save").click()
    walk.look(phone, "agency-project-390")
    phone.get_by_role("link", name="Send for checking").first.click()
    phone.get_by_role("button", name="Send for checking").click()

    state = phone.locator("main").inner_text()
    assert "Sent for checking" in state
    assert "Wait. A colleague who did not write it takes the first look." in state
    walk.look(phone, "agency-submitted-390")
    mine = phone.url
    public = phone.request.get(stack.url("/api/v1/projects?q=market")).json()
    assert public["count"] == 0
    phone.context.clear_cookies()
    log_in(stack, phone, world, "agency_editor", "moldova-diaspora-desk")
    assert phone.goto(mine).status == 404  # type: ignore[union-attr]


def test_an_editor_changes_the_home_page(
    stack: Stack, browser: Browser, world: dict[str, Any]
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    log_in(stack, page, world, "cms_editor", None)
    page.goto(stack.url("/admin/"))
    home = page.request.get(stack.url("/admin/pages/")).text()
    assert "Weft" in home
    page.goto(stack.url(f"/admin/pages/{home_id(page, stack)}/edit/"))
    page.locator("[name=heading]").fill("Give where you come from.")
    page.get_by_role("button", name="More actions").last.click()
    page.get_by_role("button", name="Publish").click()
    page.wait_for_load_state("networkidle")
    walk.look(page, "editor-published-1280")
    context.close()

    visitor = browser.new_page()
    stack.wait_for(lambda: "Give where you come from." in seen(visitor, stack), seconds=10)
    visitor.close()


def home_id(page: Page, stack: Stack) -> str:
    """Return the id of the English home page, from the explorer's own link."""
    page.goto(stack.url("/admin/pages/"))
    address = page.get_by_role("link", name="Weft").first.get_attribute("href") or ""
    return next(part for part in address.split("/") if part.isdigit())


def seen(page: Page, stack: Stack) -> str:
    page.goto(stack.url("/en/"))
    return page.locator("main").inner_text()
