"""One draft of a programme at a time, under an id that nobody else has, until it is thrown away."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from projects.catalogue.models import Membership
from projects.matching.models.drafts import ProgrammeDraft
from projects.matching.refusals import WrongState
from projects.matching.services import drafts as services
from tests.make import accounts
from tests.make import catalogue as make
from tests.projects.agency import match_pages as pages

if TYPE_CHECKING:
    from django.test import Client

    from marketplace.accounts.models import User
    from projects.catalogue.models import Organisation

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


def test_the_id_of_another_agencys_programme_is_taken(
    client: Client, agency: Organisation, first: User, second: User
) -> None:
    draft = proposed(agency, first)
    services.publish_draft(draft_id=draft.pk, version=1, actor_id=second.pk, now=LATER)
    accounts.sign_in(client, pages.manager(make.agency()))

    page = client.post(
        reverse("agency:match_new"),
        {"name": "Mine", "key": "kenya-fund", "currency": "EUR"},
    ).content.decode()

    assert "This id is taken. Choose another one." in page
    assert ProgrammeDraft.objects.count() == 1


def test_one_draft_of_a_programme_at_a_time(client: Client, agency: Organisation) -> None:
    pages.draft(agency)
    accounts.sign_in(client, pages.manager(agency))

    page = client.post(
        reverse("agency:match_new"),
        {"name": "Mine", "key": "kenya-fund", "currency": "EUR"},
    ).content.decode()

    assert "A draft of this programme is being written already." in page
    assert ProgrammeDraft.objects.count() == 1


def test_a_draft_is_thrown_away_with_a_reason(
    client: Client, agency: Organisation, first: User
) -> None:
    draft = pages.draft(agency, first)
    accounts.sign_in(client, first)
    address = reverse("agency:match_discard", args=[draft.pk])

    assert "Say why." in pages.send(client, address).content.decode()
    assert pages.send(client, address, reason="No funder.").status_code == 302

    draft.refresh_from_db()
    assert draft.state == State.DISCARDED
    with pytest.raises(WrongState, match="thrown away"):
        services.save_draft(
            draft_id=draft.pk, document=draft.document, version=1, actor_id=first.pk, now=LATER
        )
    assert pages.draft(agency, first).pk != draft.pk
