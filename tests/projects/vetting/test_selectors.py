from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from projects.vetting import selectors
from projects.vetting.models import ChecklistItem, VettingCase
from tests.make import catalogue, vetting

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
Result = ChecklistItem.Result


def test_the_badge_counts_the_checks_that_apply() -> None:
    project = catalogue.project()
    results = (*(Result.PASSED,) * 4, Result.FAILED, Result.NOT_APPLICABLE)
    vetting.case(project, results=results)

    badge = selectors.badges([project.pk])[project.pk]

    assert badge == selectors.Badge(4, 5, date(2030, 4, 9), None)
    assert not badge.is_complete


def test_only_the_latest_round_that_passed_is_shown() -> None:
    project = catalogue.project()
    vetting.case(project, decided_on=date(2030, 5, 1))
    vetting.case(project, results=(Result.PASSED,) * 3, decided_on=date(2030, 3, 1))
    vetting.case(project, outcome=VettingCase.Outcome.REFUSED, decided_on=date(2030, 6, 1))
    vetting.case(project, outcome=VettingCase.Outcome.OPEN, decided_on=date(2030, 7, 1))

    opened = selectors.checks(project.pk)

    assert opened is not None
    assert selectors.badges([project.pk]) == {project.pk: opened.badge}
    assert opened.badge == selectors.Badge(6, 6, date(2030, 5, 1), None)
    assert [item.code for item in opened.items] == ChecklistItem.Code.values
    assert opened.not_checked == "Whether it will rain."


def test_a_project_without_a_passed_round_has_no_badge() -> None:
    project = catalogue.project()
    vetting.case(project, outcome=VettingCase.Outcome.OPEN)

    assert selectors.badges([project.pk]) == {}
    assert selectors.checks(project.pk) is None


def test_badges_of_many_projects_are_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    projects = [catalogue.project() for _ in range(3)]
    for project in projects:
        vetting.case(project)

    with django_assert_num_queries(1):
        assert len(selectors.badges([project.pk for project in projects])) == 3


def test_a_project_has_one_open_round_at_most() -> None:
    project = catalogue.project()
    vetting.case(project, outcome=VettingCase.Outcome.OPEN)

    with pytest.raises(IntegrityError, match="vetting_case_one_open"), transaction.atomic():
        vetting.case(project, outcome=VettingCase.Outcome.OPEN)

    assert VettingCase.objects.count() == 1
