"""Each public page, as a picture and as a person with assistive technology meets it."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from tests.journeys import walk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Response

    from tests.stack import Stack

pytestmark = pytest.mark.journey

KILO = 1024
WIDTHS = (390, 1280)
LANGUAGES = ("en", "ar")
# Page -> (kilobytes of the first view, kilobytes in low-data mode), both compressed.
BUDGETS = {
    "home": (160, 40),
    "list": (150, 35),
    "project": (160, 40),
    "comparator": (92, 30),
}
MOST_REQUESTS = 12
MOST_ELEMENTS = 1200


def path(name: str, language: str, slug: str) -> str:
    return {
        "home": f"/{language}/",
        "list": f"/{language}/projects/",
        "project": f"/{language}/projects/{slug}/",
        "comparator": f"/{language}/send/ken/uga/?amount=18000",
        "send": f"/{language}/send/",
        "history": f"/{language}/send/gbr/ken/?amount=120",
        "give": f"/{language}/give/{slug}/amount/",
        "sign-in": f"/{language}/accounts/login/",
        "missing": f"/{language}/projects/no-such-project/",
    }[name]


@pytest.fixture
def slug(stack: Stack, scripted: Page) -> str:
    answer = scripted.request.get(stack.url("/api/v1/projects?country=KEN"))
    return str(answer.json()["results"][0]["slug"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name", ["home", "list", "project", "comparator", "send", "history", "give", "sign-in"]
)
def test_axe_finds_no_barrier_and_nothing_is_cut_off(
    stack: Stack, scripted: Page, slug: str, name: str, language: str
) -> None:
    for width in WIDTHS:
        scripted.set_viewport_size({"width": width, "height": 844})
        scripted.goto(stack.url(path(name, language, slug)))
        walk.look(scripted, f"{name}-{language}-{width}")

        assert walk.barriers(scripted) == []
        assert scripted.evaluate("document.documentElement.scrollWidth") <= width
        assert scripted.locator("h1").count() == 1


@pytest.mark.parametrize("name", BUDGETS)
def test_a_page_stays_within_its_budget(
    stack: Stack, browser: Browser, slug: str, name: str
) -> None:
    for budget, query in zip(BUDGETS[name], ("", "lowdata=1"), strict=True):
        context = browser.new_context(viewport=walk.PHONE)
        page = context.new_page()
        answers = heard(page)
        address = path(name, "en", slug)
        page.goto(
            stack.url(f"{address}{'&' if '?' in address else '?'}{query}" if query else address),
            wait_until="networkidle",
        )

        assert sum(weight(answer) for answer in answers) <= budget * KILO
        assert len(answers) <= MOST_REQUESTS
        assert {answer.url.split("/")[2] for answer in answers} == {f"localhost:{stack.port}"}
        assert page.evaluate("document.querySelectorAll('*').length") <= MOST_ELEMENTS
        context.close()


def test_text_twice_as_large_still_fits_a_phone(stack: Stack, scripted: Page, slug: str) -> None:
    for name in ("home", "list", "project", "comparator", "give"):
        scripted.goto(stack.url(path(name, "en", slug)))
        scripted.evaluate("document.documentElement.style.fontSize = '200%'")

        assert scripted.evaluate("document.documentElement.scrollWidth") <= walk.PHONE["width"], (
            name
        )


def heard(page: Page) -> list[Response]:
    """Return the list that every answer to the page will be put on."""
    answers: list[Response] = []

    def hear(answer: Response) -> None:
        answers.append(answer)

    page.on("response", hear)
    return answers


def weight(answer: Response) -> int:
    """Return what an answer weighs on the line: fonts as they are, everything else compressed."""
    if 300 <= answer.status < 400:
        return 0
    body = answer.body()
    is_packed = answer.headers.get("content-type", "").startswith(("font/", "image/png"))
    return len(body) if is_packed else len(gzip.compress(body, 6))
