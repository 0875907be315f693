"""What a giver does, page by page, as a browser without scripts does it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.urls import reverse

from tests.make import payments as make_payments
from tests.payments.browser import SUCCEEDS, pay
from tests.payments.webhooks.signing import deliver

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

    from payments.sandbox.server import Running

DETAILS = {
    "email": "amina@example.org",
    "name": "Amina Invented",
    "residence": "DEU",
    "message": "",
}


@dataclass
class Visitor:
    """Somebody with a browser who gives to one project."""

    client: Client
    slug: str
    language: str = "en"

    def amount_page(self, query: str = "") -> Answer:
        return self.client.get(f"/{self.language}/give/{self.slug}/amount/{query}")

    def give(self, amount: str, *, token: str = "", **extra: str) -> Answer:
        """Send the amount; return the answer as it is."""
        page = self.amount_page()
        return self.client.post(
            f"/{self.language}/give/{self.slug}/amount/",
            {"amount": amount, "token": token or field(page, "token"), **extra},
        )

    def up_to_pay(self, amount: str = "100", **details: str) -> str:
        """Go through amount, match and details; return the address of the last step."""
        match_page = self.give(amount)["Location"]
        details_page = link(self.client.get(match_page), "/details/")
        answer = self.client.post(details_page, DETAILS | details)
        return urlsplit(str(answer["Location"])).path

    def press_pay(self, pay_page: str) -> Answer:
        """Open the last step and press its button; return the answer as it is."""
        page = self.client.get(pay_page)
        shown = field(page, "agreed_match_minor")
        return self.client.post(urlsplit(pay_page).path, {"agreed_match_minor": shown})

    def come_back(self, hosted_page: str, *, card: str = SUCCEEDS) -> Answer:
        """Pay on the provider's page and follow it back."""
        back = urlsplit(pay(hosted_page, card=card).headers["Location"])
        return self.client.get(f"{back.path}?{back.query}")


def let_worker_run(client: Client, provider: Running) -> None:
    """Deliver what the provider has to tell, signed, and do all work that follows."""
    for record in provider.world.store.every("event"):
        assert deliver(client, record.document) == 200
    make_payments.work_inbox()
    make_payments.deliver_announcements()


def field(page: Answer, name: str) -> str:
    """Return the value of a form field of a page."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page.content.decode())
    assert found, f"no field {name}"
    return html.unescape(found[1])


def link(page: Answer, part: str) -> str:
    """Return the first address of a page that contains some text."""
    found = re.search(rf'href="([^"]*{re.escape(part)}[^"]*)"', page.content.decode())
    assert found, f"no link with {part}"
    return html.unescape(found[1])


def text(page: Answer) -> str:
    """Return the words of a page's main part, in one line, without marks of direction."""
    body = page.content.decode()
    main = body[body.index("<main") : body.index("</main>")]
    joined = re.sub(r"</?(?:a|b|bdi|span|time)\b[^>]*>", "", main)
    words = html.unescape(re.sub(r"<[^>]+>", " ", joined))
    return " ".join(re.sub("[\u2066-\u2069]", "", words).replace("\xa0", " ").split())


def address(name: str, *args: object) -> str:
    return reverse(f"public:{name}", args=args)
