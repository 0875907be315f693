"""Steps that several journeys take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

    from tests.stack import Stack

PHONE: ViewportSize = {"width": 390, "height": 844}
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def look(page: Page, name: str) -> None:
    """Keep a picture of the whole page under var/screens."""
    folder = settings.VAR / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def barriers(page: Page) -> list[str]:
    """Return what axe finds on the page: WCAG 2.2 AA and best practice."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": STANDARDS}})
    return [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]


def give_until_checked(page: Page, site: Stack, slug: str, *, amount: str, email: str) -> None:
    """Walk from the project to the page where one checks and pays."""
    page.goto(site.url(f"/en/give/{slug}/amount/"))
    page.get_by_label("Amount").fill(amount)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="Continue").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Name").fill("Asha Mwangi")
    page.get_by_label("Country of residence").select_option("SWE")
    page.get_by_role("button", name="Continue").click()


def pay_by_card(page: Page, number: str = "4242 4242 4242 4242") -> None:
    """Fill in the provider's page and pay."""
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry").fill("12/34")
    page.get_by_label("CVC").fill("123")
    page.get_by_role("button", name="Pay").click()
