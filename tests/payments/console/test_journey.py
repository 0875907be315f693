"""A person of finance at work: sees what waits, takes it, closes it, and looks at everything."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Literal

import pytest
import requests
from django.conf import settings

from tests.journeys import walk
from tests.journeys.test_working import log_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.stack import Stack

pytestmark = pytest.mark.journey

MOST_ELEMENTS = 1200
# What the demo world has none of, as the rooms above would ask for it; then all is compared.
REST = """
from django.core.management import call_command
from django.utils import timezone
from payments.console.hooks import Payment
from tests.make import payouts as make
from tests.payments.console import world
now = timezone.now()
make.bank_account(now=now)
make.requested(now=now, reference="stage-of-the-journey")
if not Payment.objects.filter(charge_key="ch_journey").exists():
    world.differing(reference="contribution-of-the-journey", key="ch_journey")
world.event(key="evt_journey", object_key="ch_journey", received_at=now, worked_at=now, due_at=now)
call_command("reconcile")
"""


@pytest.fixture(scope="module")
def desk(stack: Stack, browser: Browser) -> Iterator[Page]:
    """Sign the administrator in, with something of everything in the books."""
    seeded = stack.manage("seed", "--scenario", "small", "--seed", "1")
    _plant(stack, "unknown_charge")
    _run(stack, "shell", "-c", REST)
    context = browser.new_context(viewport=walk.PHONE, locale="en-GB")
    page = context.new_page()
    log_in(stack, page, seeded, "platform_admin", None)
    yield page
    context.close()


@pytest.fixture(scope="module")
def addresses(stack: Stack, desk: Page) -> dict[str, str]:
    """Return the address of every kind of page, of things that there are."""
    lists = ("exceptions", "payments", "payouts", "inbox", "accounts")
    found = {"home": "/en/finance/", "trial-balance": "/en/finance/trial-balance/"}
    for name in lists:
        found[name] = f"/en/finance/{name}/"
        desk.goto(stack.url(f"{found[name]}?state=all"))
        first = desk.locator("main table tbody th a").first.get_attribute("href") or ""
        found[f"one-of-{name}"] = re.sub(r"^/[a-z]+/", "/en/", first)
    desk.goto(stack.url("/en/finance/payments/?q=ch_journey"))
    differing = desk.locator("main table tbody th a").first.get_attribute("href") or ""
    found["differing"] = differing
    found["refund"] = f"{differing}refund/"
    found["hold"] = f"{found['one-of-payouts']}hold/"
    return found


def test_what_waits_is_found_taken_and_closed(stack: Stack, desk: Page) -> None:
    desk.set_viewport_size(walk.PHONE)
    desk.goto(stack.url("/en/"))
    desk.get_by_role("link", name="Finance").click()
    assert "Waits for a person" in desk.locator("main").inner_text()
    desk.get_by_role("link", name="Unknown charge").click()
    desk.locator("main table").get_by_role("link", name="Unknown charge").first.click()
    assert "The provider took money that no payment of ours asked for." in _said(desk)

    desk.get_by_role("button", name="Take").click()
    assert "You look after this now." in desk.locator("body").inner_text()
    walk.look(desk, "finance-exception-taken-390")
    desk.get_by_role("link", name="Close", exact=True).click()
    desk.get_by_role("button", name="Close").click()
    assert "Say why." in _said(desk)
    desk.get_by_label("Why").fill("A test payment by the bank.")
    desk.get_by_role("button", name="Close").click()

    assert "A test payment by the bank." in _said(desk)
    assert "This is closed and stays as it was closed." in _said(desk)


def test_a_refund_is_asked_once_more_and_done(stack: Stack, desk: Page) -> None:
    desk.set_viewport_size(walk.PHONE)
    desk.goto(stack.url("/en/finance/payments/?q=ch_journey"))
    desk.get_by_role("link", name="contribution-of-the-journey").first.click()
    desk.get_by_role("link", name="Refund", exact=True).click()
    desk.get_by_label("Amount").fill("1.00")
    desk.get_by_label("Why").fill("Less came than was asked for.")
    walk.look(desk, "finance-refund-390")
    desk.get_by_role("button", name="Continue").click()
    assert "Give back €1.00?" in _said(desk)
    walk.look(desk, "finance-refund-confirm-390")
    desk.get_by_role("button", name="Refund now").click()

    assert "The refund is asked for." in desk.locator("body").inner_text()
    assert "€1.00" in _said(desk)


@pytest.mark.parametrize(
    ("language", "colours", "width"),
    [
        ("en", "light", 390),
        ("ar", "light", 390),
        pytest.param("en", "light", 1280, marks=pytest.mark.slow),
        pytest.param("ar", "light", 1280, marks=pytest.mark.slow),
        pytest.param("en", "dark", 390, marks=pytest.mark.slow),
    ],
)
def test_every_page_is_whole_and_without_barriers(  # noqa: PLR0913  Fixtures, and one walk's look.
    stack: Stack,
    desk: Page,
    addresses: dict[str, str],
    *,
    language: str,
    colours: Literal["light", "dark"],
    width: int,
) -> None:
    desk.emulate_media(color_scheme=colours)
    desk.set_viewport_size({"width": width, "height": 844})
    for name, address in addresses.items():
        answer = desk.goto(stack.url(address.replace("/en/", f"/{language}/", 1)))
        assert answer is not None
        assert answer.status == 200, name
        walk.look(desk, f"finance-{name}-{language}-{colours}-{width}")
        assert walk.barriers(desk) == [], name
        assert desk.evaluate("document.documentElement.scrollWidth") <= width, name
        assert desk.evaluate("document.querySelectorAll('*').length") <= MOST_ELEMENTS, name
        assert desk.locator("h1").count() == 1, name
    desk.emulate_media(color_scheme="light")


def _said(desk: Page) -> str:
    return desk.locator("main").inner_text()


def _plant(stack: Stack, fault: str) -> None:
    answer = requests.post(
        f"http://localhost:{stack.sandbox_port}/_sandbox/plant",
        json={"fault": fault},
        headers={"Authorization": "Bearer sk_test_sandbox"},
        timeout=10,
    )
    assert answer.status_code == 200, answer.text


def _run(stack: Stack, *arguments: str) -> None:
    """Run a command beside the site; 1 is its way of saying that something waits."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
