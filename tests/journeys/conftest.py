"""What a person on a phone sees: pages of the running site, with JavaScript off unless said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journeys.walk import PHONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """Give a page 390 pixels wide, JavaScript off."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="en-GB")
    yield context.new_page()
    context.close()


@pytest.fixture
def scripted(browser: Browser) -> Iterator[Page]:
    """Give a page 390 pixels wide, JavaScript on, that fails the test on any script error."""
    context = browser.new_context(viewport=PHONE, locale="en-GB")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    yield page
    context.close()
    assert errors == []
