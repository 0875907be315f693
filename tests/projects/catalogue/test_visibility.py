from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from projects.catalogue.models import Membership, Project
from tests.make import accounts
from tests.make import catalogue as make

pytestmark = pytest.mark.django_db
HIDDEN = sorted(set(Project.State) - set(Project.PUBLISHED_STATES))


@pytest.mark.promise("A2")
@pytest.mark.parametrize("state", HIDDEN)
def test_an_unpublished_project_is_seen_only_by_who_works_on_it(state: Project.State) -> None:
    mine, theirs = make.agency(), make.agency()
    project = make.project(state=state, listed_by=mine)

    def seen_by(user: object) -> bool:
        return Project.objects.visible_to(user).filter(pk=project.pk).exists()  # type: ignore[arg-type]

    assert not seen_by(AnonymousUser())
    assert not seen_by(accounts.user())
    assert not seen_by(make.member(theirs, Membership.Role.AGENCY_OWNER))
    assert seen_by(make.member(mine, Membership.Role.AGENCY_AUDITOR))
    assert seen_by(make.member(project.organisation, Membership.Role.OWNER))
    assert seen_by(accounts.platform_admin())


@pytest.mark.parametrize("state", Project.PUBLISHED_STATES)
def test_a_published_project_is_seen_by_everybody(state: Project.State) -> None:
    project = make.project(state=state)

    assert Project.objects.visible_to(AnonymousUser()).get() == project
    assert Project.objects.visible_to(accounts.user()).get() == project


@pytest.mark.promise("A1")
def test_an_agency_works_on_its_own_projects_only_even_published_ones() -> None:
    mine, theirs = make.agency(), make.agency()
    own = {make.project(listed_by=mine, state=state).pk for state in Project.State}
    for state in Project.State:
        make.project(listed_by=theirs, state=state)

    officer = make.member(mine)

    assert set(Project.objects.worked_on_by(officer).values_list("pk", flat=True)) == own
    assert not Project.objects.worked_on_by(AnonymousUser()).exists()


def test_two_roles_in_one_agency_show_a_project_once() -> None:
    agency = make.agency()
    make.project(listed_by=agency)
    officer = make.member(agency)
    make.member(agency, Membership.Role.AGENCY_FINANCE, officer)

    assert Project.objects.worked_on_by(officer).count() == 1
    assert Project.objects.visible_to(officer).count() == 1
