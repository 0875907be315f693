from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser

from payments.money import Money
from projects.catalogue import selectors
from projects.catalogue.countries import country_name
from projects.catalogue.models import BudgetLine, Membership, Project, ProjectText
from tests.make import catalogue as make

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
ANYBODY = AnonymousUser()


def test_a_page_is_five_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    project = make.project()

    with django_assert_num_queries(5):
        page = selectors.project_page(slug=project.slug, language="en", user=ANYBODY)

    assert page.text.title == "A well nobody has dug"
    assert page.text.story == ("Once upon a time.", "And then.")
    assert page.budget == (selectors.Line("Everything", Money(1_000_00, "EUR")),)
    assert page.languages == ("en",)


@pytest.mark.promise("A2")
def test_a_draft_has_no_page_for_strangers() -> None:
    project = make.project(state=Project.State.DRAFT)

    with pytest.raises(Project.DoesNotExist):
        selectors.project_page(slug=project.slug, language="en", user=ANYBODY)


def test_a_machine_translation_is_shown_and_named_as_one() -> None:
    project = make.project()
    make.text(project, language="ar", title="بئر", state=ProjectText.State.MACHINE)

    text = selectors.project_page(slug=project.slug, language="ar", user=ANYBODY).text

    assert (text.title, text.is_machine, text.is_other_language) == ("بئر", True, False)


@pytest.mark.parametrize("state", [None, ProjectText.State.DRAFT])
def test_the_original_stands_in_for_a_missing_or_draft_translation(
    state: ProjectText.State | None,
) -> None:
    project = make.project()
    if state:
        make.text(project, language="ar", title="مسودة", state=state)

    text = selectors.texts([project], language="ar")[project.pk]

    assert (text.language, text.title) == ("en", "A well nobody has dug")
    assert text.is_other_language


def test_budget_items_come_in_the_language_asked_for_where_known() -> None:
    project = make.project()
    BudgetLine.objects.update(translations={"ar": "كل شيء"})

    assert selectors.budget(project, "ar")[0].item == "كل شيء"
    assert selectors.budget(project, "fr")[0].item == "Everything"


def test_facets_count_what_the_list_holds() -> None:
    make.project(country="KEN", sector="water")
    make.project(country="KEN", sector="food")
    make.project(country="MDA", sector="food")
    make.project(country="MDA", sector="food", state=Project.State.DRAFT)

    facets = selectors.facet_counts(Project.objects.published())

    assert facets.countries == (("KEN", 2), ("MDA", 1))
    assert facets.sectors == (("food", 2), ("water", 1))
    assert facets.kinds == (("social", 3),)


def test_roles_are_gathered_by_agency() -> None:
    agency, other = make.agency(), make.agency()
    officer = make.member(agency, Membership.Role.AGENCY_EDITOR)
    make.member(agency, Membership.Role.AGENCY_FINANCE, officer)
    make.member(make.organisation(), Membership.Role.OWNER, officer)
    make.member(other)

    assert selectors.roles_in_agencies(officer) == {agency: {"agency_editor", "agency_finance"}}


def test_country_names_follow_the_language() -> None:
    assert country_name("KEN", "en") == "Kenya"
    assert country_name("KEN", "ar") == "كينيا"
    assert country_name("XKX", "en") == "Kosovo"
    assert country_name("ZZZ", "nonsense") == "ZZZ"
