"""Who sees and moves an agency's programmes; everybody else sees what a missing page looks like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.urls import reverse

from payments.money import Money
from projects.catalogue.models import Membership, Organisation
from projects.matching.models.drafts import ProgrammeDraft
from projects.matching.permissions import MANAGERS, TREASURERS
from projects.matching.refusals import NotAllowed
from projects.matching.services import drafts as services
from projects.matching.services.programmes import fund_pot, publish_programme
from tests.make import accounts
from tests.make import catalogue as make
from tests.make.rules import document
from tests.projects.agency import match_pages as pages

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from projects.matching.models import ProgrammeVersion

pytestmark = pytest.mark.django_db
Role = Membership.Role
READERS = frozenset(set(Role) - {Role.OWNER})
NOWHERE = UUID("01900000-0000-7000-8000-000000000000")
DRAFT_PAGES = {
    "match_draft": READERS,
    "match_edit": MANAGERS,
    "match_text": MANAGERS,
    "match_propose": MANAGERS,
    "match_discard": MANAGERS,
    "match_simulate": MANAGERS,
}
PROGRAMME_PAGES = {"match_programme": READERS, "match_pots": TREASURERS}
POSTED = ("match_edit", "match_text", "match_propose", "match_publish", "match_return")


def programme(agency: Organisation, key: str) -> ProgrammeVersion:
    version = publish_programme(document=document(id=key), agency_id=agency.pk, now=pages.NOW)
    fund_pot(programme_id=key, amount=Money(500_00, "EUR"), idempotency_key="test", now=pages.NOW)
    return version


def look(client: Client, name: str, of: object) -> tuple[int, bytes]:
    """Return the status, and the page without what differs by address and by visit."""
    response = client.get(reverse(f"agency:{name}", args=[of]))
    body = response.content.replace(str(of).encode(), b"")
    return response.status_code, body.split(b"csrfmiddlewaretoken")[0]


@pytest.mark.promise("A1")
@pytest.mark.parametrize("role", sorted(Role))
def test_the_wall_around_drafts_and_programmes(client: Client, role: Role) -> None:
    mine, theirs = make.agency(), make.agency()
    own, other = pages.draft(mine, id="my-draft"), pages.draft(theirs, id="their-draft")
    programme(mine, "my-fund")
    programme(theirs, "their-fund")
    accounts.sign_in(client, make.member(mine, role))

    for name, roles in DRAFT_PAGES.items():
        assert look(client, name, own.pk)[0] == (200 if role in roles else 404), name
        assert look(client, name, other.pk) == look(client, name, NOWHERE), name
        assert look(client, name, NOWHERE)[0] == 404
    for name, roles in PROGRAMME_PAGES.items():
        assert look(client, name, "my-fund")[0] == (200 if role in roles else 404), name
        assert look(client, name, "their-fund") == look(client, name, "no-fund"), name
        assert look(client, name, "their-fund")[0] == 404


@pytest.mark.promise("A1")
@pytest.mark.parametrize("role", sorted(Role))
def test_posting_over_the_wall_changes_nothing(client: Client, role: Role) -> None:
    theirs = make.agency()
    draft = pages.draft(theirs)
    programme(theirs, "their-fund")
    accounts.sign_in(client, make.member(make.agency(), role))

    for name in POSTED:
        sent = {"version": "1", "reason": "mischief", "text": "id: x", "save": "1"}
        address = reverse(f"agency:{name}", args=[draft.pk])
        assert client.post(address, sent).status_code == 404, name
    for name in ("match_change", "match_pots"):
        address = reverse(f"agency:{name}", args=["their-fund"])
        sent = {"step": "freeze", "freeze-reason": "mischief"}
        assert client.post(address, sent).status_code == 404, name

    draft.refresh_from_db()
    assert (draft.state, draft.version) == (ProgrammeDraft.State.OPEN, 1)
    assert ProgrammeDraft.objects.count() == 1


@pytest.mark.parametrize("role", sorted(set(Role) - MANAGERS))
def test_a_service_refuses_whoever_has_no_such_role(role: Role) -> None:
    agency = make.agency()
    person = make.member(agency, role)

    with pytest.raises(NotAllowed, match="Only match managers"):
        services.start_draft(
            document=document(), agency_id=agency.pk, actor_id=person.pk, now=pages.NOW
        )
    assert not ProgrammeDraft.objects.exists()


@pytest.mark.parametrize("name", ["match", "match_new", "match_examples"])
def test_a_stranger_is_sent_to_the_log_in(client: Client, name: str) -> None:
    response = client.get(reverse(f"agency:{name}"))

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/en/accounts/login/?next=/en/agency/match/")


def test_the_list_shows_own_programmes_and_drafts_only(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    mine, theirs = make.agency(), make.agency()
    programme(mine, "my-fund")
    pages.draft(mine, id="my-draft", name="A draft of ours")
    programme(theirs, "their-fund")
    pages.draft(theirs, id="their-draft", name="A draft of theirs")
    accounts.sign_in(client, make.member(mine, Role.AGENCY_AUDITOR))

    with django_assert_max_num_queries(15):
        page = pages.page(client, "match")

    assert "my-fund" in page
    assert "A draft of ours" in page
    assert re.sub("<[^>]+>", "", page).count("€500.00 of €500.00") == 1
    assert "their" not in page
    assert "Start a programme" not in page


def test_an_empty_list_says_how_to_begin(client: Client) -> None:
    accounts.sign_in(client, pages.manager(make.agency()))

    page = pages.page(client, "match")

    assert "No programme yet" in page
    assert "Start from a real programme" in page


def test_an_example_is_begun_under_an_own_id_and_labelled(client: Client) -> None:
    agency = make.agency()
    accounts.sign_in(client, pages.manager(agency))
    listed = pages.page(client, "match_examples")
    assert "as published. Check with the funder" in listed
    assert "UK Aid Match" in listed

    address = reverse("agency:match_new") + "?example=uk-aid-match"
    assert "As published; check with the funder" in client.get(address).content.decode()
    response = client.post(address, {"name": "Our match", "key": "our-match"})

    draft = ProgrammeDraft.objects.get()
    assert response.headers["Location"] == reverse("agency:match_edit", args=[draft.pk])
    assert (draft.template, draft.document["currency"]) == ("uk-aid-match", "GBP")
    assert (draft.document["id"], draft.document["name"]) == ("our-match", "Our match")
    assert client.get(reverse("agency:match_new") + "?example=none").status_code == 404


def test_pages_take_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    agency = make.agency()
    draft = pages.draft(agency)
    programme(agency, "my-fund")
    accounts.sign_in(client, pages.manager(agency))

    for name, of in (
        ("match_draft", draft.pk),
        ("match_edit", draft.pk),
        ("match_programme", "my-fund"),
        ("match_pots", "my-fund"),
    ):
        with django_assert_max_num_queries(15):
            pages.page(client, name, of)
