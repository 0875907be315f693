"""Who gets into the workspace; everybody else sees what a missing page looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.urls import reverse

from projects.catalogue.models import Membership, Organisation, Project
from tests.make import accounts
from tests.make import catalogue as make

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
Role = Membership.Role
READERS = sorted(set(Role) - {Role.OWNER})
WRITERS = (Role.AGENCY_EDITOR, Role.AGENCY_OWNER)
NOWHERE = UUID("01900000-0000-7000-8000-000000000000")
READ = ("project",)
WRITE = ("edit", "submit", "withdraw")


def address(page: str, project_id: UUID) -> str:
    return reverse(f"agency:{page}", args=[project_id])


def look(client: Client, page: str, project_id: UUID) -> tuple[int, bytes]:
    """Return the status, and the page without what differs by address and by visit."""
    response = client.get(address(page, project_id))
    body = response.content.replace(str(project_id).encode(), b"")
    return response.status_code, body.split(b"csrfmiddlewaretoken")[0]


@pytest.mark.promise("A1")
@pytest.mark.promise("A2")
@pytest.mark.parametrize("role", sorted(Role))
@pytest.mark.parametrize("page", READ + WRITE)
@pytest.mark.parametrize("state", [Project.State.DRAFT, Project.State.LISTED])
def test_the_wall(client: Client, role: Role, page: str, state: Project.State) -> None:
    mine, theirs = make.agency(), make.agency()
    own, other = (make.project(listed_by=agency, state=state) for agency in (mine, theirs))
    accounts.sign_in(client, make.member(mine, role))

    is_let_in = role in (READERS if page in READ else WRITERS)
    # A draft is written; what is public can no longer be written and leads to its own page.
    expected = 302 if page in WRITE and state == Project.State.LISTED else 200
    missing, refused = (look(client, page, project_id) for project_id in (NOWHERE, other.pk))

    assert missing[0] == 404
    assert refused == missing
    assert look(client, page, own.pk)[0] == (expected if is_let_in else 404)


@pytest.mark.promise("A1")
@pytest.mark.parametrize("page", WRITE)
@pytest.mark.parametrize("role", sorted(Role))
def test_posting_over_the_wall_changes_nothing(client: Client, role: Role, page: str) -> None:
    other = make.project(listed_by=make.agency(), state=Project.State.DRAFT)
    accounts.sign_in(client, make.member(make.agency(), role))

    response = client.post(address(page, other.pk), {"reason": "mischief"})

    assert response.status_code == 404
    other.refresh_from_db()
    assert (other.state, other.version) == (Project.State.DRAFT, 1)


@pytest.mark.parametrize("page", READ + WRITE)
def test_a_stranger_is_sent_to_the_log_in_whether_or_not_there_is_a_project(
    client: Client, page: str
) -> None:
    project = make.project(state=Project.State.DRAFT)

    for project_id in (project.pk, NOWHERE):
        response = client.get(address(page, project_id))
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/en/accounts/login/?next=/en/agency/")


def test_home_and_new_pages_follow_the_roles(client: Client) -> None:
    agency = make.agency()
    expected = {role: (200, 200) if role in WRITERS else (200, 404) for role in READERS}
    expected[Role.OWNER] = (404, 404)

    for role, statuses in expected.items():
        accounts.sign_in(client, make.member(agency, role))
        found = tuple(client.get(reverse(f"agency:{name}")).status_code for name in ("home", "new"))
        assert found == statuses, role

    accounts.sign_in(client, accounts.user())
    assert client.get(reverse("agency:home")).status_code == 404


def test_home_lists_the_projects_of_the_own_agency_only(client: Client) -> None:
    agency = make.agency()
    make.project(listed_by=agency, state=Project.State.DRAFT, title="Our own draft")
    make.project(state=Project.State.LISTED, title="Somebody else's project")
    accounts.sign_in(client, make.member(agency))

    page = client.get(reverse("agency:home")).content.decode()

    assert "Our own draft" in page
    assert "Somebody else" not in page


def test_an_empty_workspace_says_how_to_begin(client: Client) -> None:
    accounts.sign_in(client, make.member(make.agency()))

    page = client.get(reverse("agency:home")).content.decode()

    assert "No project yet" in page
    assert "Start a project" in page


def test_pages_of_the_workspace_are_kept_out_of_caches(client: Client) -> None:
    accounts.sign_in(client, make.member(make.agency()))

    response = client.get(reverse("agency:home"))

    assert response.headers["Cache-Control"] == "private, no-store"


def test_one_agency_among_several_is_chosen_by_name_and_no_other(client: Client) -> None:
    officer = accounts.user()
    first, second = sorted((make.agency(), make.agency()), key=lambda agency: agency.name)
    for agency in (first, second):
        make.member(agency, user=officer)
    stranger: Organisation = make.agency()
    accounts.sign_in(client, officer)
    new = reverse("agency:new")

    assert first.name in client.get(new).content.decode()
    assert second.name in client.get(new, {"agency": second.slug}).content.decode()
    assert client.get(new, {"agency": stranger.slug}).status_code == 404
    assert client.get(new, {"agency": "\x00"}).status_code == 404


def test_pages_take_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    agency = make.agency()
    projects = [make.project(listed_by=agency, state=Project.State.DRAFT) for _ in range(3)]
    accounts.sign_in(client, make.member(agency))

    with django_assert_max_num_queries(15):
        client.get(reverse("agency:home"))
    with django_assert_max_num_queries(15):
        client.get(reverse("agency:project", args=[projects[0].pk]))
    with django_assert_max_num_queries(15):
        client.get(reverse("agency:edit", args=[projects[0].pk]))
