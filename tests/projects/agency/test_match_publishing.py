"""One person proposes a programme's terms, another publishes them, from a day on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from projects.catalogue.models import Membership, Organisation
from projects.matching.models import Programme, ProgrammeVersion
from projects.matching.models.drafts import DraftStep, ProgrammeDraft
from projects.matching.refusals import DraftOutdated, DraftRefused, NotAllowed
from projects.matching.services import drafts as services
from projects.matching.services.programmes import publish_programme
from tests.make import accounts
from tests.make import catalogue as make
from tests.projects.agency import match_pages as pages

if TYPE_CHECKING:
    from marketplace.accounts.models import User

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 2, 2, 12, tzinfo=UTC)
State = ProgrammeDraft.State


@pytest.fixture
def agency() -> Organisation:
    return make.agency(country="KEN")


@pytest.fixture
def first(agency: Organisation) -> User:
    return make.member(agency, pages.MANAGER, user=accounts.user(name="First Invented"))


@pytest.fixture
def second(agency: Organisation) -> User:
    owner = Membership.Role.AGENCY_OWNER
    return make.member(agency, owner, user=accounts.user(name="Second Invented"))


def proposed(agency: Organisation, by: User, **changes: object) -> ProgrammeDraft:
    draft = pages.draft(agency, by, **changes)
    return services.propose_draft(
        draft_id=draft.pk, version=1, starts_at=None, actor_id=by.pk, now=pages.NOW
    )


@time_machine.travel(datetime(2026, 2, 1, 12, tzinfo=UTC))
def test_two_people_publish_from_a_day_on(
    client: Client, agency: Organisation, first: User, second: User
) -> None:
    draft = pages.draft(agency, first, tz="Africa/Nairobi")
    accounts.sign_in(client, first)
    address = reverse("agency:match_propose", args=[draft.pk])
    assert pages.send(client, address, starts_on="2026-02-10").status_code == 302

    page = pages.page(client, "match_draft", draft.pk)
    assert "You proposed it, so somebody else has to publish it" in page
    assert "Publish it" not in page

    colleague = accounts.sign_in(Client(), second)
    page = pages.page(colleague, "match_draft", draft.pk)
    assert "First Invented proposed it" in page
    response = colleague.post(reverse("agency:match_publish", args=[draft.pk]), {"version": "1"})

    assert response.headers["Location"] == reverse("agency:match_programme", args=["kenya-fund"])
    version = ProgrammeVersion.objects.get()
    assert version.published_at == datetime(2026, 2, 9, 21, tzinfo=UTC)
    assert version.published_by == "Second Invented"
    assert version.document == draft.document
    page = pages.page(colleague, "match_programme", "kenya-fund")
    assert "First Invented" in page
    assert "Second Invented" in page
    draft.refresh_from_db()
    assert (draft.state, draft.published) == (State.PUBLISHED, version)
    assert [step.event for step in draft.steps.all()] == ["start", "propose", "publish"]


def test_who_proposed_it_cannot_publish_it(
    client: Client, agency: Organisation, first: User
) -> None:
    draft = proposed(agency, first)
    accounts.sign_in(client, first)

    page = client.post(
        reverse("agency:match_publish", args=[draft.pk]), {"version": "1"}, follow=True
    ).content.decode()

    assert "You proposed it, so somebody else has to publish it" in page
    with pytest.raises(NotAllowed):
        services.publish_draft(draft_id=draft.pk, version=1, actor_id=first.pk, now=LATER)
    draft.refresh_from_db()
    assert draft.state == State.PROPOSED
    assert not Programme.objects.exists()


def test_the_database_too_wants_two_people(agency: Organisation, first: User) -> None:
    draft = proposed(agency, first)
    version = publish_programme(document=draft.document, agency_id=agency.pk, now=LATER)

    with pytest.raises(IntegrityError, match="matching_draft_two_people"), transaction.atomic():
        ProgrammeDraft.objects.filter(pk=draft.pk).update(
            state=State.PUBLISHED, published_by=first, published=version
        )


def test_the_database_keeps_what_was_proposed_and_the_history(
    agency: Organisation, first: User
) -> None:
    draft = proposed(agency, first)

    with pytest.raises(IntegrityError, match="cannot go"), transaction.atomic():
        ProgrammeDraft.objects.filter(pk=draft.pk).update(document={})
    with pytest.raises(IntegrityError, match="cannot go"), transaction.atomic():
        ProgrammeDraft.objects.filter(pk=draft.pk).update(
            state=State.DISCARDED, proposed_by=None, proposed_at=None
        )
    with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
        DraftStep.objects.update(reason="another")
    with (
        pytest.raises(IntegrityError, match="written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM matching_draft")


def test_what_was_proposed_can_be_given_back_with_a_reason(
    client: Client, agency: Organisation, first: User, second: User
) -> None:
    draft = proposed(agency, first)
    accounts.sign_in(client, second)
    address = reverse("agency:match_return", args=[draft.pk])

    assert "Say why." in client.post(address, {"reason": ""}).content.decode()
    client.post(address, {"reason": "The cap is missing."})

    draft.refresh_from_db()
    assert (draft.state, draft.proposed_by, draft.starts_at) == (State.OPEN, None, None)
    assert "The cap is missing." in pages.page(client, "match_draft", draft.pk)


@pytest.mark.parametrize("page", ["match_edit", "match_text", "match_propose"])
def test_a_proposed_draft_is_not_written_on(
    client: Client, agency: Organisation, first: User, page: str
) -> None:
    draft = proposed(agency, first)
    accounts.sign_in(client, first)

    response = client.post(reverse(f"agency:{page}", args=[draft.pk]), {"gives": "9"}, follow=True)

    assert "waits for a second person, so its text is fixed" in response.content.decode()
    draft.refresh_from_db()
    assert draft.document["rate"] == [2, 1]


def test_new_terms_never_start_in_the_past(agency: Organisation, first: User) -> None:
    draft = pages.draft(agency, first)

    with pytest.raises(DraftRefused, match="never start in the past"):
        services.propose_draft(
            draft_id=draft.pk,
            version=1,
            starts_at=datetime(2026, 1, 31, tzinfo=UTC),
            actor_id=first.pk,
            now=pages.NOW,
        )
    draft.refresh_from_db()
    assert draft.state == State.OPEN


def test_a_start_that_has_passed_by_the_publication_is_now(
    agency: Organisation, first: User, second: User
) -> None:
    draft = pages.draft(agency, first)
    services.propose_draft(
        draft_id=draft.pk, version=1, starts_at=pages.NOW, actor_id=first.pk, now=pages.NOW
    )

    version = services.publish_draft(draft_id=draft.pk, version=1, actor_id=second.pk, now=LATER)

    assert version.published_at == LATER


def test_the_next_version_begins_from_the_last_and_shows_what_differs(
    client: Client, agency: Organisation, first: User, second: User
) -> None:
    draft = proposed(agency, first, caps=[{"scope": "donor", "amount": 100_00}])
    services.publish_draft(draft_id=draft.pk, version=1, actor_id=second.pk, now=LATER)
    accounts.sign_in(client, first)

    response = client.post(reverse("agency:match_change", args=["kenya-fund"]))
    following = ProgrammeDraft.objects.get(state=State.OPEN)
    assert response.headers["Location"] == reverse("agency:match_edit", args=[following.pk])
    assert (following.based_on, following.document) == (1, draft.document)
    address = reverse("agency:match_edit", args=[following.pk])
    assert pages.send(client, address, caps__0__amount="250").status_code == 302

    page = pages.page(client, "match_draft", following.pk)
    assert "What it changes in version 1" in page
    assert "Limits · row 1 · amount" in page
    assert "<del>€100.00</del>" in page
    assert "<ins>€250.00</ins>" in page
    again = client.post(reverse("agency:match_change", args=["kenya-fund"]))
    assert again.headers["Location"] == reverse("agency:match_draft", args=[following.pk])


def test_a_published_programme_keeps_its_id_and_its_currency(
    agency: Organisation, first: User, second: User
) -> None:
    draft = proposed(agency, first)
    services.publish_draft(draft_id=draft.pk, version=1, actor_id=second.pk, now=LATER)
    following = pages.draft(agency, first)

    for change in ({"id": "another"}, {"currency": "KES"}):
        with pytest.raises(NotAllowed, match="never changes"):
            services.save_draft(
                draft_id=following.pk,
                document=following.document | change,
                version=1,
                actor_id=first.pk,
                now=LATER,
            )
    following.refresh_from_db()
    assert following.document == draft.document


def test_a_draft_overtaken_by_another_version_has_to_begin_again(
    agency: Organisation, first: User, second: User
) -> None:
    draft = proposed(agency, first)
    publish_programme(
        document=draft.document | {"rate": [3, 1]}, agency_id=agency.pk, now=pages.NOW
    )

    with pytest.raises(DraftOutdated):
        services.publish_draft(draft_id=draft.pk, version=1, actor_id=second.pk, now=LATER)

    assert ProgrammeVersion.objects.count() == 1


def test_the_same_terms_are_not_proposed_again(
    agency: Organisation, first: User, second: User
) -> None:
    draft = proposed(agency, first)
    services.publish_draft(draft_id=draft.pk, version=1, actor_id=second.pk, now=LATER)

    with pytest.raises(DraftRefused, match="says the same"):
        proposed(agency, first)
