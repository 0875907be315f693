"""What tests of the programme pages share: people, drafts, and the form as a browser sends it."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from django.urls import reverse

from projects.catalogue.models import Membership
from projects.matching.services import drafts as services
from tests.make import catalogue as make
from tests.make.rules import document

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse

    from marketplace.accounts.models import User
    from projects.catalogue.models import Organisation
    from projects.matching.models.drafts import ProgrammeDraft

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
MANAGER = Membership.Role.AGENCY_MATCH_MANAGER


def manager(agency: Organisation) -> User:
    return make.member(agency, MANAGER)


def draft(agency: Organisation, by: User | None = None, **changes: object) -> ProgrammeDraft:
    """Begin a draft of a programme that does not exist yet."""
    return services.start_draft(
        document=document(**changes),
        agency_id=agency.pk,
        actor_id=(by or manager(agency)).pk,
        now=NOW,
    )


class _Fields(HTMLParser):
    """Collects what a browser would send of the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self._select = ""
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "input" and name:
            is_box = given.get("type") in ("checkbox", "radio")
            if not is_box or "checked" in given:
                value = given.get("value", "on" if is_box else "")
                self.found.setdefault(name, []).append(value or "")
        elif tag == "select":
            self._select = name
        elif tag == "option":
            self._option(given.get("value") or "", is_selected="selected" in given)
        elif tag == "textarea":
            self._area = name
            self.found[name] = [""]

    def _option(self, value: str, *, is_selected: bool) -> None:
        """Take the option that is selected, else the first."""
        if is_selected or self._select not in self.found:
            self.found[self._select] = [value]

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            text = self.found[self._area][0]
            self.found[self._area][0] = text.removeprefix("\n").removeprefix("\r\n")
            self._area = ""


def fields(page: str) -> dict[str, list[str]]:
    """Return the fields of a page with what stands in them."""
    parser = _Fields()
    parser.feed(page)
    parser.found.pop("csrfmiddlewaretoken", None)
    return parser.found


def send(client: Client, address: str, **changes: str | list[str]) -> _MonkeyPatchedWSGIResponse:
    """Open a page and send its form with some fields changed; "__" in a name stands for "-"."""
    found: dict[str, str | list[str]] = dict(fields(client.get(address).content.decode()))
    found |= {name.replace("__", "-"): value for name, value in changes.items()}
    return client.post(address, found)


def page(client: Client, name: str, *args: object) -> str:
    response = client.get(reverse(f"agency:{name}", args=args))
    assert response.status_code == 200, response.status_code
    return response.content.decode()
