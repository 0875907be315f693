from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.payments.sandbox import make

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.payments.sandbox.make import Client

PHONE = {"width": 390, "height": 844}
pytestmark = pytest.mark.journey


@pytest.fixture(params=["en", "ar"])
def phone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Open a page on a small screen, without JavaScript, in each language."""
    context = browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]
        locale=request.param,
        java_script_enabled=False,
    )
    yield context.new_page()
    context.close()


def test_a_person_pays_by_the_labels_after_a_declined_card(phone: Page, client: Client) -> None:
    session = make.session(client, success_url="http://127.0.0.1:9/done/")
    phone.goto(make.address(session))
    number, expiry, cvc = phone.get_by_role("textbox").all()
    buttons = phone.get_by_role("button").all()
    sizes = [button.bounding_box() for button in buttons]

    assert len(buttons) == 3
    assert all(size and size["height"] >= 44 and size["width"] <= 390 for size in sizes)
    number.fill("4000 0000 0000 0002")
    expiry.fill("12/40")
    cvc.fill("123")
    buttons[0].click()

    assert phone.locator("#number").get_attribute("aria-invalid") == "true"
    assert phone.locator("#number-error").is_visible()
    phone.locator("#number").fill("4242 4242 4242 4242")
    phone.locator("#cvc").fill("123")
    phone.locator("#cvc").press("Enter")

    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_is_accessible_and_fits_a_phone(
    browser: Browser, client: Client, language: str
) -> None:
    context = browser.new_context(viewport=PHONE, locale=language)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(make.address(make.session(client)))

    found = Axe().run(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()

    assert found.response["violations"] == []
    assert width <= PHONE["width"]
