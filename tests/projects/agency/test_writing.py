"""Starting, changing, sending and taking back a project, as a browser without script does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import translation

from payments.money import Money
from projects.catalogue.models import Organisation, Project
from tests.make import accounts
from tests.make import catalogue as make

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db
NEW = {
    "title": "A loom for Nowhere",
    "summary": "Cloth nobody wove.",
    "story": "It began.\r\n\r\nIt went on.",
    "what_will_change": "Twelve people earn.",
    "language": "en",
    "owner_name": "Invented Weavers",
    "kind": "msme",
    "sector": "crafts",
    "country": "KEN",
    "place": "Nowhere, Invented County",
    "beneficiaries": "12",
    "currency": "EUR",
    "asked": "1,000.50",
    "internal_notes": "Ask the uncle.",
    "version": "0",
    "lines-TOTAL_FORMS": "3",
    "lines-INITIAL_FORMS": "0",
    "lines-0-item": "Loom",
    "lines-0-amount": "900.50",
    "lines-1-item": "",
    "lines-1-amount": "",
    "lines-2-item": "Thread",
    "lines-2-amount": "100",
}


@pytest.fixture
def agency() -> Organisation:
    return make.agency(country="KEN")


@pytest.fixture
def officer(client: Client, agency: Organisation) -> Client:
    return accounts.sign_in(client, make.member(agency))


def start(officer: Client, **changes: str) -> Project:
    response = officer.post(reverse("agency:new"), {**NEW, **changes})
    assert response.status_code == 302, response.content.decode()
    return Project.objects.get()


def test_a_project_is_started_changed_and_sent(officer: Client, agency: Organisation) -> None:
    project = start(officer)
    assert project.agency == agency
    assert project.asked == Money(1_000_50, "EUR")
    assert [(line.item, line.amount_minor) for line in project.budget_lines.all()] == [
        ("Loom", 900_50),
        ("Thread", 100_00),
    ]

    edit = reverse("agency:edit", args=[project.pk])
    page = officer.get(edit).content.decode()
    assert 'value="1000.5"' in page
    assert 'value="Loom"' in page
    response = officer.post(edit, {**NEW, "version": "1", "title": "Two looms for Nowhere"})
    assert response.status_code == 302
    assert project.texts.get().title == "Two looms for Nowhere"

    submit = reverse("agency:submit", args=[project.pk])
    assert "Send for checking?" in officer.get(submit).content.decode()
    assert officer.post(submit).status_code == 302
    page = officer.get(reverse("agency:project", args=[project.pk])).content.decode()
    assert "Sent for checking" in page
    assert "A colleague who did not write it" in page
    assert [step.event for step in project.transitions.all()] == ["create", "save", "submit"]


def test_a_title_and_a_name_are_enough_for_a_draft_and_its_page_says_what_is_missing(
    officer: Client,
) -> None:
    empty = dict.fromkeys(("summary", "story", "what_will_change", "place", "asked"), "")
    lines = {name: "" for name in NEW if name.startswith("lines-") and name[6].isdigit()}
    project = start(officer, **empty, **lines, beneficiaries="", internal_notes="")

    page = officer.get(reverse("agency:project", args=[project.pk])).content.decode()
    sent = officer.post(reverse("agency:submit", args=[project.pk]))

    for words in ("Say in one sentence", "Tell the story", "Say how much", "List at least one"):
        assert words in page
        assert words in sent.content.decode()
    project.refresh_from_db()
    assert project.state == Project.State.DRAFT


def test_problems_stand_beside_their_fields_and_nothing_typed_is_lost(officer: Client) -> None:
    wrong = {"title": "", "asked": "a lot", "lines-0-amount": "", "lines-1-amount": "5"}
    response = officer.post(reverse("agency:new"), {**NEW, **wrong})

    page = response.content.decode()
    assert response.status_code == 200
    assert "<title>Error:" in page
    assert "There is a problem" in page
    assert 'href="#id_title"' in page
    assert "Enter the amount in digits" in page
    assert "Budget line 1: Say what this costs." in page
    assert "Budget line 2: Say what this buys." in page
    assert 'value="a lot"' in page
    assert "Ask the uncle." in page
    assert not Project.objects.exists()


def test_more_rows_come_without_script_and_without_saving(officer: Client) -> None:
    response = officer.post(reverse("agency:new"), {**NEW, "title": "", "more": "1"})

    page = response.content.decode()
    assert "There is a problem" not in page
    assert 'name="lines-6-item"' in page
    assert 'value="Thread"' in page
    assert 'value="1,000.50"' in page
    assert not Project.objects.exists()


def test_a_colleague_who_was_faster_is_named_and_both_texts_survive(
    officer: Client, agency: Organisation
) -> None:
    project = start(officer)
    edit = reverse("agency:edit", args=[project.pk])
    amina = make.member(agency, user=accounts.user(name="Amina Invented"))
    faster = accounts.sign_in(officer.__class__(), amina)
    faster.post(edit, {**NEW, "version": "1", "title": "Her title"})

    response = officer.post(edit, {**NEW, "version": "1", "title": "My title"})

    page = response.content.decode()
    assert response.status_code == 200
    assert "Amina Invented saved this project" in page
    assert 'value="My title"' in page
    assert 'name="version" value="2"' in page
    assert project.texts.get().title == "Her title"

    officer.post(edit, {**NEW, "version": "2", "title": "My title"})
    assert project.texts.get().title == "My title"


def test_a_sent_project_is_not_edited(officer: Client) -> None:
    project = start(officer)
    officer.post(reverse("agency:submit", args=[project.pk]))
    edit = reverse("agency:edit", args=[project.pk])

    response = officer.post(edit, {**NEW, "version": "2", "title": "Too late"}, follow=True)

    assert response.redirect_chain == [(reverse("agency:project", args=[project.pk]), 302)]
    assert "its text is fixed" in response.content.decode()
    assert project.texts.get().title == "A loom for Nowhere"


def test_taking_back_asks_why_and_keeps_the_answer(officer: Client) -> None:
    project = start(officer)
    withdraw = reverse("agency:withdraw", args=[project.pk])

    assert "Say why the project" in officer.post(withdraw, {"reason": " "}).content.decode()
    project.refresh_from_db()
    assert project.state == Project.State.DRAFT

    officer.post(withdraw, {"reason": "The loom was sold."})
    project.refresh_from_db()
    assert project.state == Project.State.WITHDRAWN
    assert project.transitions.latest("at").reason_text == "The loom was sold."


@pytest.mark.promise("A4")
def test_fields_nobody_asked_for_change_nothing(officer: Client) -> None:
    other = make.agency()
    project = start(officer, state="listed", agency=str(other.pk), slug="mine", created_by="1")

    assert project.state == Project.State.DRAFT
    assert project.agency != other
    assert project.slug == "a-loom-for-nowhere"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"country": "USA"}, "Select a valid choice"),
        ({"currency": "XXX"}, "Select a valid choice"),
        ({"version": ""}, "There is a problem"),
        ({"lines-TOTAL_FORMS": "100000"}, "There is a problem"),
        ({"lines-TOTAL_FORMS": ""}, "There is a problem"),
        ({"title": "\u0958" * 120}, "at most 120 characters (it has 240)"),
        ({"lines-0-item": "\u0958" * 160}, "There is a problem"),
        ({"title": "x" * 121}, "There is a problem"),
        ({"beneficiaries": "-1"}, "There is a problem"),
        ({"asked": "9" * 60}, "This number is too long"),
    ],
)
def test_hostile_forms_are_refused_in_words(
    officer: Client, changes: dict[str, str], words: str
) -> None:
    response = officer.post(reverse("agency:new"), {**NEW, **changes})

    assert response.status_code == 200
    assert words in response.content.decode()
    assert not Project.objects.exists()


def test_amounts_are_read_in_the_language_of_the_page(officer: Client) -> None:
    with translation.override("ar"):
        address = reverse("agency:new")
    officer.post(address, {**NEW, "asked": "١٠٠٠٫٥٠"})

    assert Project.objects.get().asked == Money(1_000_50, "EUR")
