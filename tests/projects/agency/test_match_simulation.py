"""Trying a draft out on the last year or on a file, before anything is published."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from projects.agency.matching import fan, try_form, trying
from projects.matching.models import Allocation, CountedMoney
from projects.matching.models.drafts import ProgrammeDraft
from projects.matching.services import drafts as services
from projects.matching.services.programmes import publish_programme
from projects.matching.simulating.draws import Spread
from tests.make import accounts
from tests.make import catalogue as make
from tests.make.rules import document
from tests.projects.agency import match_pages as pages

if TYPE_CHECKING:
    from projects.catalogue.models import Organisation, Project

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 2, 1, 12, tzinfo=UTC)
CSV = "id,t,project,amount,donor\nc1,2026-03-02T10:00:00Z,p1,100.00,d1\n"


@pytest.fixture
def agency() -> Organisation:
    return make.agency(country="KEN")


@pytest.fixture
def officer(client: Client, agency: Organisation) -> Client:
    return accounts.sign_in(client, pages.manager(agency))


def received(project: Project, minor: int, *, at: datetime, donor: str = "d1") -> None:
    """Store money as it was counted, without any programme having been asked."""
    CountedMoney.objects.create(
        contribution_ref=str(uuid4()),
        campaign_key="campaign:x",
        project_id=project.pk,
        amount_minor=minor,
        currency="EUR",
        donor_key=donor,
        facts={"contribution.amount": minor, "project.country": "KEN"},
        candidates=[],
        settled_at=at,
        counted_at=at,
    )


def tried(client: Client, draft: ProgrammeDraft, **sent: object) -> str:
    address = reverse("agency:match_simulate", args=[draft.pk])
    response = client.post(address, {"source": "past", "pot": "", **sent}, follow=True)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", response.content.decode()))


@time_machine.travel(TODAY)
def test_a_draft_is_tried_on_the_last_year_of_own_projects(
    officer: Client, agency: Organisation
) -> None:
    mine = make.project(listed_by=agency, title="Our own well")
    theirs = make.project(title="Somebody else's well")
    for days in range(30):
        received(mine, 100_00, at=TODAY - timedelta(days=200 - days))
        received(theirs, 100_00, at=TODAY - timedelta(days=200 - days))
    draft = pages.draft(agency, pot=1_000_00, caps=[{"scope": "contribution", "amount": 150_00}])

    page = tried(officer, draft)

    assert "The pot would be empty on 7 March 2026" in page
    assert "Contributions tried 30" in page
    assert "Match given €1,000.00" in page
    assert "Left at the end €0.00" in page
    assert "Projects matched in full 0 of 1" in page
    assert "pot_exhausted 24 €4,700.00" in page
    assert "cap_contribution 6 €300.00" in page
    assert "Our own well" in page
    assert "Somebody" not in page
    assert page.count("Every step") == 10
    assert not Allocation.objects.exists()


@time_machine.travel(TODAY)
def test_the_draft_stands_beside_the_published_terms(officer: Client, agency: Organisation) -> None:
    project = make.project(listed_by=agency)
    received(project, 100_00, at=TODAY - timedelta(days=20))
    draft = pages.draft(agency, pot=1_000_00)
    publish_programme(document=draft.document, agency_id=agency.pk, now=pages.NOW)
    services.discard_draft(draft_id=draft.pk, reason="", actor_id=draft.saved_by_id, now=pages.NOW)
    following = pages.draft(agency, pot=1_000_00, rate=[3, 1])

    page = tried(officer, following)

    assert "Beside version 1, on the same money" in page
    assert "Match given €200.00 €300.00" in page
    assert "Rate 2/1 3/1" in page


@time_machine.travel(TODAY)
def test_a_file_is_tried(officer: Client, agency: Organisation) -> None:
    draft = pages.draft(agency)
    file = SimpleUploadedFile("past.csv", ("\ufeff" + CSV).encode())

    page = tried(officer, draft, source="file", file=file, pot="1,000.50")

    assert "The pot would last" in page
    assert "Match given €200.00" in page
    assert "Left at the end €800.50" in page
    assert "Everything was matched as the rule says." in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file"),
        (b"id,t,project,amount\n", "The file has no row."),
        (b"id,t,id,amount\n", "is there twice"),
        (b"id,project,amount\n", "column t: is missing"),
        (CSV.encode() + b"c2,2026-02-31T10:00:00Z,p1,5,d1\n", "row 3, column t"),
        (CSV.encode() + b"c2,01/02/03,p1,5,d1\n", "row 3, column t"),
        (CSV.encode() + b"c2,2026-03-02T10:00:00Z,p1,=1+1,d1\n", "row 3, column amount"),
        (CSV.encode() + b"c2,2026-03-02T10:00:00Z,p1,-5,d1\n", "row 3, column amount"),
        (b"\xff\xfe\x00", "is not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_a_file_with_one_bad_row_is_not_used_at_all(
    officer: Client, agency: Organisation, content: bytes, words: str
) -> None:
    draft = pages.draft(agency, pot=1)

    page = tried(officer, draft, source="file", file=SimpleUploadedFile("x.csv", content))

    assert words in page
    assert "/tmp/" not in page  # noqa: S108  The address of the copy is nobody's business.
    assert "Match given" not in page


def test_a_file_that_would_take_too_long_is_left_to_the_command(
    officer: Client, agency: Organisation
) -> None:
    rows = (f"c{n},2026-03-02T10:00:00Z,p1,1,d1" for n in range(try_form.MOST_ROWS + 1))
    file = SimpleUploadedFile("x.csv", "\n".join(["id,t,project,amount,donor", *rows]).encode())

    page = tried(officer, pages.draft(agency), source="file", pot="5", file=file)

    assert "More than 5,000 contributions take too long here" in page
    assert "Match given" not in page


def test_what_is_missing_is_asked_for(officer: Client, agency: Organisation) -> None:
    draft = pages.draft(agency)

    assert "Say how much is in the pot." in tried(officer, draft)
    assert "Choose a file." in tried(officer, draft, source="file", pot="5")
    assert "Your projects received nothing" in tried(officer, draft, pot="5")
    assert "Enter the amount in digits" in tried(officer, draft, pot="much")


def test_the_fan_is_drawn_within_its_frame() -> None:
    first = datetime(2026, 3, 1, tzinfo=UTC).date()
    spreads = [
        Spread(first + timedelta(days=n), max(0, 900 - 10 * n), 1000 - 5 * n, 1000)
        for n in range(200)
    ]

    drawn = fan.drawn(spreads, funded_minor=1000, currency="EUR", runs_out_on=spreads[-1].on)

    assert drawn is not None
    numbers = [int(n) for n in re.findall(r"\d+", drawn.band)]
    assert (min(numbers[::2]), max(numbers[::2])) == (fan.LEFT, fan.RIGHT)
    assert (min(numbers[1::2]), max(numbers[1::2])) == (fan.TOP, fan.BOTTOM)
    assert drawn.middle.startswith("M130 20L")
    assert len(drawn.rows) == fan.MOST_ROWS
    assert drawn.end == fan.RIGHT
    assert fan.drawn(spreads[:1], funded_minor=1, currency="EUR", runs_out_on=None) is None


@time_machine.travel(TODAY)
def test_a_result_is_read_again_without_being_worked_out_again(
    officer: Client, agency: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = pages.draft(agency)
    address = reverse("agency:match_simulate", args=[draft.pk])
    file = SimpleUploadedFile("past.csv", CSV.encode())
    sent = officer.post(address, {"source": "file", "file": file, "pot": "1,000"})
    assert sent.status_code == 302
    result = sent["Location"].removesuffix("#result")
    monkeypatch.setattr(trying, "outcome", None)

    first, again = (officer.get(result).content.decode() for _ in range(2))

    assert "The pot would last" in first
    assert first.partition("csrf")[0] == again.partition("csrf")[0]


@time_machine.travel(TODAY)
def test_a_result_is_for_who_asked_and_of_the_draft_as_it_was(
    officer: Client, agency: Organisation
) -> None:
    draft = pages.draft(agency)
    address = reverse("agency:match_simulate", args=[draft.pk])
    file = SimpleUploadedFile("past.csv", CSV.encode())
    result = officer.post(address, {"source": "file", "file": file, "pot": "1,000"})["Location"]
    colleague = accounts.sign_in(Client(), pages.manager(agency))

    gone = "This result is no longer kept. Try it out again."
    for reader, place in (
        (colleague, result),
        (officer, f"{address}?result=../x"),
        (officer, f"{address}?result="),
    ):
        page = reader.get(place, follow=True)
        assert gone in page.content.decode()
        assert page.redirect_chain == [(address, 302)]
    ProgrammeDraft.objects.update(version=2, document=document(rate=[9, 1]))
    assert gone in officer.get(result, follow=True).content.decode()


def test_the_most_that_is_tried_is_said_before(officer: Client, agency: Organisation) -> None:
    page = pages.page(officer, "match_simulate", pages.draft(agency).pk)

    assert "At most 5,000 contributions are tried here" in re.sub("<[^>]+>", "", page)
