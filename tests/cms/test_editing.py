"""Editors change the home page in Wagtail; the public page shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cms.pages.first_words import WORDS
from cms.pages.services import ensure_home
from marketplace import icons
from tests.make import accounts as make_accounts

if TYPE_CHECKING:
    from django.test import Client

    from cms.pages.models import HomePage

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> HomePage:
    return ensure_home(now=datetime(2030, 1, 1, tzinfo=UTC))


@pytest.fixture
def editor(client: Client) -> Client:
    person = make_accounts.with_second_factor(make_accounts.platform_admin())
    return make_accounts.sign_in(client, person)


def test_the_home_page_opens_in_the_editor_in_our_colours(editor: Client, home: HomePage) -> None:
    answer = editor.get(f"/admin/pages/{home.pk}/edit/")
    assert answer.status_code == 200
    assert b"editing/colours.css" in answer.content


def test_a_published_change_is_what_visitors_read(client: Client, home: HomePage) -> None:
    home.lead = "Words of an editor."
    home.save_revision().publish()
    assert b"Words of an editor." in client.get("/en/").content


def test_every_sign_of_a_check_and_every_door_has_its_icon(home: HomePage) -> None:
    for words in WORDS.values():
        kinds = [kind for kind, _ in words.sections]
        assert kinds == [
            "doors",
            "closing_soon",
            "transfer_costs",
            "honest_numbers",
            "warning",
        ]
    for section in home.sections:
        if section.block_type == "honest_numbers":
            for check in section.value["checks"]:
                assert icons.known(check["sign"])
