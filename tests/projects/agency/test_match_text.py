"""Saving what another also saved, pages that came damaged, and the same rule as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from projects.matching import documents
from projects.matching.models.drafts import ProgrammeDraft
from projects.matching.services import drafts as services
from tests.make import accounts
from tests.make import catalogue as make
from tests.projects.agency import match_pages as pages

if TYPE_CHECKING:
    from django.test import Client

    from projects.catalogue.models import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency() -> Organisation:
    return make.agency(country="KEN")


@pytest.fixture
def officer(client: Client, agency: Organisation) -> Client:
    return accounts.sign_in(client, pages.manager(agency))


def edit(draft: ProgrammeDraft) -> str:
    return reverse("agency:match_edit", args=[draft.pk])


def test_a_colleague_who_was_faster_is_named_and_may_be_overruled(
    officer: Client, agency: Organisation
) -> None:
    draft = pages.draft(agency)
    mine = pages.fields(officer.get(edit(draft)).content.decode())
    amina = make.member(agency, pages.MANAGER, user=accounts.user(name="Amina Invented"))
    services.save_draft(
        draft_id=draft.pk,
        document=draft.document | {"rate": [9, 1]},
        version=1,
        actor_id=amina.pk,
        now=pages.NOW,
    )

    page = officer.post(edit(draft), {**mine, "gives": "5"}).content.decode()
    draft.refresh_from_db()
    assert "Amina Invented saved this draft" in page
    assert draft.document["rate"] == [9, 1]

    assert officer.post(edit(draft), pages.fields(page)).status_code == 302
    draft.refresh_from_db()
    assert draft.document["rate"] == [5, 1]


def test_a_damaged_page_is_refused_and_nothing_is_written(
    officer: Client, agency: Organisation
) -> None:
    draft = pages.draft(agency)

    for base in ("", "no object", "[]", '{"id": 3}', "[" * 5000):
        response = pages.send(officer, edit(draft), base=base, gives="7")
        page = response.content.decode()
        assert response.status_code == 200
        assert "There is a problem" in page
        draft.refresh_from_db()
        assert (draft.version, draft.document["rate"]) == (1, [2, 1]), base


def test_the_same_rule_is_text_and_back(officer: Client, agency: Organisation) -> None:
    draft = pages.draft(agency, threshold={"metric": "donors", "at": 5})
    address = reverse("agency:match_text", args=[draft.pk])

    assert pages.send(officer, address).status_code == 302
    draft.refresh_from_db()
    assert draft.document["threshold"] == {"metric": "donors", "at": 5}

    text = pages.fields(officer.get(address).content.decode())["text"][0]
    assert "currency: EUR" in text
    pages.send(officer, address, text=text.replace("at: 5", "at: 6"))
    draft.refresh_from_db()
    assert draft.document["threshold"] == {"metric": "donors", "at": 6}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &x [1]\nb: *x", "Line 1: anchors are not allowed."),
        ("id: x\ncolour: red", "Line 2: colour unknown"),
        ("id: [", "Line"),
        ("- 1", "must be an object"),
    ],
)
def test_text_that_is_no_rule_is_refused_by_its_line(
    officer: Client, agency: Organisation, text: str, words: str
) -> None:
    draft = pages.draft(agency)
    address = reverse("agency:match_text", args=[draft.pk])

    page = pages.send(officer, address, text=text).content.decode()

    assert words in page
    assert pages.fields(page)["text"] == [text]
    draft.refresh_from_db()
    assert draft.version == 1


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u200f", "\u061c"])
def test_a_name_that_turns_the_direction_of_text_is_refused(
    officer: Client, agency: Organisation, mark: str
) -> None:
    draft = pages.draft(agency)
    name, said = f"Fund{mark}dnuF", "invisible marks that turn the direction of text"
    address = reverse("agency:match_text", args=[draft.pk])
    for written in (name, f"Fund\\u{ord(mark):04x}dnuF"):
        text = documents.write(draft.document | {"name": "Fund"}).replace("Fund", f'"{written}"', 1)
        sent = officer.post(address, {"text": text, "version": draft.version})
        assert said in sent.content.decode()

    assert said in pages.send(officer, edit(draft), name=name).content.decode()
    begun = officer.post(reverse("agency:match_new"), {"name": name, "currency": "EUR"})

    assert said in begun.content.decode()
    draft.refresh_from_db()
    assert draft.version == 1
    assert ProgrammeDraft.objects.count() == 1
