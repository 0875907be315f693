from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from payments.money import Money
from projects.catalogue.models import Membership, Organisation, Project, TransitionLog
from projects.catalogue.refusals import NotAllowed, NotReady, ProjectChanged, WrongState
from projects.catalogue.services import (
    DraftLine,
    ProjectDraft,
    create_project,
    save_project,
    submit_project,
)
from tests.make import catalogue as make

pytestmark = pytest.mark.django_db
NOON = make.NOON
LATER = NOON + timedelta(minutes=2)
DRAFT = ProjectDraft(
    title="Séchoirs for Nowhere",
    summary="Dries what nobody grew.",
    story="It began.",
    what_will_change="All of it.",
    language="en",
    kind="msme",
    sector="food",
    country="KEN",
    place="Nowhere",
    owner_name="Invented Growers",
    currency="EUR",
    asked=Money(900_00, "EUR"),
    lines=(
        DraftLine("Wood", Money(600_00, "EUR")),
        DraftLine("Glass", Money(300_00, "EUR")),
    ),
)


def create(draft: ProjectDraft = DRAFT, agency: Organisation | None = None) -> Project:
    agency = agency or make.agency()
    return create_project(
        draft=draft, agency_id=agency.pk, actor_id=make.member(agency).pk, now=NOON
    )


def test_a_new_project_is_a_draft_with_its_text_lines_and_first_step() -> None:
    project = create()

    assert project.state == Project.State.DRAFT
    assert project.slug == "sechoirs-for-nowhere"
    assert project.organisation.name == "Invented Growers"
    assert project.organisation.kind == Organisation.Kind.MSME
    assert project.asked == Money(900_00, "EUR")
    assert project.texts.get().title == "Séchoirs for Nowhere"
    assert [(line.n, line.item, line.amount_minor) for line in project.budget_lines.all()] == [
        (1, "Wood", 600_00),
        (2, "Glass", 300_00),
    ]
    step = project.transitions.get()
    assert (step.event, step.from_state, step.to_state) == ("create", "", "draft")
    assert step.actor_id == project.created_by_id


def test_a_taken_address_gets_a_part_that_tells_nothing() -> None:
    first, second = create(), create()

    assert second.slug.startswith(f"{first.slug}-")
    assert len(second.slug) == len(first.slug) + 9


def test_the_same_owner_is_found_again_in_the_same_agency_only() -> None:
    agency = make.agency()
    first, second, elsewhere = create(agency=agency), create(agency=agency), create()

    assert second.organisation == first.organisation
    assert elsewhere.organisation != first.organisation


def test_saving_replaces_what_the_project_says() -> None:
    project = create()

    save_project(
        project_id=project.pk,
        draft=replace(DRAFT, title="Dryers", lines=DRAFT.lines[:1]),
        version=1,
        actor_id=project.created_by_id,
        now=LATER,
    )

    project = Project.objects.get(pk=project.pk)
    assert project.version == 2
    assert project.updated_at == LATER
    assert project.texts.get().title == "Dryers"
    assert project.budget_lines.get().item == "Wood"
    assert [step.event for step in project.transitions.all()] == ["create", "save"]


def test_a_save_from_an_older_version_changes_nothing_and_names_who_saved() -> None:
    agency = make.agency()
    project = create(agency=agency)
    amina = make.member(agency)
    amina.name = "Amina Invented"
    amina.save()
    save_project(project_id=project.pk, draft=DRAFT, version=1, actor_id=amina.pk, now=LATER)

    with pytest.raises(ProjectChanged, match="Amina Invented saved") as refusal:
        save_project(
            project_id=project.pk,
            draft=replace(DRAFT, title="Lost?"),
            version=1,
            actor_id=project.created_by_id,
            now=LATER,
        )

    assert refusal.value.saved_at == LATER
    assert refusal.value.version == 2
    assert project.texts.get().title == "Séchoirs for Nowhere"


@pytest.mark.parametrize(
    "role",
    sorted(set(Membership.Role) - {Membership.Role.AGENCY_OWNER, Membership.Role.AGENCY_EDITOR}),
)
def test_only_writers_write(role: Membership.Role) -> None:
    agency = make.agency()
    project = create(agency=agency)
    other = make.member(agency, role)

    with pytest.raises(NotAllowed):
        create_project(draft=DRAFT, agency_id=agency.pk, actor_id=other.pk, now=NOON)
    with pytest.raises(NotAllowed):
        save_project(project_id=project.pk, draft=DRAFT, version=1, actor_id=other.pk, now=NOON)
    with pytest.raises(NotAllowed):
        submit_project(project_id=project.pk, actor_id=other.pk, now=NOON)

    assert Project.objects.get().version == 1
    assert TransitionLog.objects.count() == 1


def test_an_officer_of_another_agency_cannot_write_here() -> None:
    project = create()
    stranger = make.member(make.agency())

    with pytest.raises(NotAllowed):
        save_project(project_id=project.pk, draft=DRAFT, version=1, actor_id=stranger.pk, now=NOON)

    assert Project.objects.get().version == 1


def test_an_agency_lists_only_in_its_own_countries() -> None:
    agency = make.agency(country="SEN", territories=("SEN", "GHA"))

    assert create(replace(DRAFT, country="GHA"), agency).country == "GHA"
    with pytest.raises(NotAllowed, match="does not list projects in that country"):
        create(replace(DRAFT, country="KEN"), agency)
    assert Project.objects.count() == 1


def test_a_project_sent_for_checking_is_no_longer_edited() -> None:
    project = create()
    submit_project(project_id=project.pk, actor_id=project.created_by_id, now=LATER)

    with pytest.raises(WrongState, match="sent for checking"):
        save_project(
            project_id=project.pk,
            draft=replace(DRAFT, title="Other"),
            version=2,
            actor_id=project.created_by_id,
            now=LATER,
        )

    assert project.texts.get().title == "Séchoirs for Nowhere"


def test_sending_keeps_what_the_guard_saw() -> None:
    project = create()

    submit_project(project_id=project.pk, actor_id=project.created_by_id, now=LATER)

    project.refresh_from_db()
    assert project.state == Project.State.SUBMITTED
    step = project.transitions.latest("at")
    assert (step.event, step.from_state, step.to_state, step.at) == (
        "submit",
        "draft",
        "submitted",
        LATER,
    )
    assert step.guard_snapshot == {
        "version": 1,
        "asked_minor": 900_00,
        "currency": "EUR",
        "budget_lines": 2,
    }


@pytest.mark.parametrize(
    ("draft", "field", "words"),
    [
        (replace(DRAFT, summary=" "), "summary", "Say in one sentence"),
        (replace(DRAFT, story=""), "story", "Tell the story"),
        (replace(DRAFT, what_will_change=""), "what_will_change", "Say what will be different"),
        (replace(DRAFT, place=""), "place", "Say in which town"),
        (replace(DRAFT, asked=None), "asked", "Say how much"),
        (replace(DRAFT, lines=()), "lines", "List at least one thing"),
        (
            replace(DRAFT, asked=Money(900_01, "EUR")),
            "lines",
            "The budget adds up to 900.00 EUR, but the project asks for 900.01 EUR.",
        ),
    ],
)
def test_sending_says_what_is_missing_and_moves_nothing(
    draft: ProjectDraft, field: str, words: str
) -> None:
    project = create(draft)

    with pytest.raises(NotReady) as refusal:
        submit_project(project_id=project.pk, actor_id=project.created_by_id, now=LATER)

    assert [item.field for item in refusal.value.missing] == [field]
    assert refusal.value.missing[0].text.startswith(words)
    project.refresh_from_db()
    assert project.state == Project.State.DRAFT
    assert project.transitions.count() == 1
