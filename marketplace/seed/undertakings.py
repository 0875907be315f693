"""Writing the demo world's projects, published and draft, with all that hangs on them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils.text import slugify

from marketplace.seed import identity
from marketplace.seed.world import ghana, kenya, mexico, moldova, philippines, senegal
from payments.money import Money
from projects.catalogue.models import Document, Organisation, Project, ProjectText
from projects.catalogue.services import found_organisation
from projects.catalogue.services.seeding import (
    SeededDocument,
    SeededLine,
    SeededProject,
    SeededRisk,
    SeededTeamMember,
    SeededText,
    seed_project,
)
from projects.delivery.services import PlannedStage, plan_stages
from projects.vetting.services import Answer, seed_case

if TYPE_CHECKING:
    from datetime import date

    from marketplace.seed.people import Desk
    from marketplace.seed.world.forms import Agency, Undertaking, Words

UNDERTAKINGS: tuple[Undertaking, ...] = (
    *kenya.PROJECTS,
    *moldova.PROJECTS,
    *mexico.PROJECTS,
    *senegal.PROJECTS,
    *ghana.PROJECTS,
    *philippines.PROJECTS,
)
CURRENCY = "EUR"
VETTING_LIFE = timedelta(days=730)
DRAFT_EUROS = 6_000
MORNING = time(9, tzinfo=UTC)


def euros(amount: int) -> Money:
    return Money(amount * 100, CURRENCY)


def publish(undertaking: Undertaking, desk: Desk) -> Project:
    """Write a published project: its words, budget, stages, checks and papers."""
    listed_on = undertaking.raising.opens - timedelta(days=1)
    owner = found_organisation(
        slug=undertaking.owner.slug,
        name=undertaking.owner.name,
        kind=undertaking.owner.kind,
        country=undertaking.country,
        status=Organisation.Status.VERIFIED,
        now=_morning(undertaking.findings[0].on),
    )
    project = seed_project(
        seeded=_seeded(undertaking),
        organisation_id=owner.pk,
        agency_id=desk.agency.pk,
        created_by_id=desk.editor.pk,
        now=_morning(listed_on),
    )
    plan_stages(project_id=project.pk, stages=_stages(undertaking))
    _vet(undertaking, project, desk)
    return project


def draft(agency: Agency, desk: Desk, *, seed: int, begun_on: date) -> Project:
    """Write an agency's draft: its secret word stands in everything that nobody else may read."""
    marker = identity.private_marker(seed, agency.slug)
    owner = found_organisation(
        slug=f"draft-owner-{agency.slug}",
        name=f"{agency.surname} Neighbours",
        kind=Organisation.Kind.NGO,
        country=agency.country,
        now=_morning(begun_on),
    )
    project = seed_project(
        seeded=_seeded_draft(agency, marker, begun_on),
        organisation_id=owner.pk,
        agency_id=desk.agency.pk,
        created_by_id=desk.editor.pk,
        now=_morning(begun_on),
    )
    plan_stages(
        project_id=project.pk,
        stages=[
            PlannedStage(
                title="Everything at once",
                translations={},
                proof="A photograph",
                due_on=begun_on + timedelta(days=365),
                planned=euros(DRAFT_EUROS),
            )
        ],
    )
    seed_case(
        project_id=project.pk,
        officer_id=desk.vetter.pk,
        opened_on=begun_on,
        private_notes=f"{marker}: the owner's brother works in the town hall. Ask again.",
    )
    return project


def _seeded(undertaking: Undertaking) -> SeededProject:
    return SeededProject(
        slug=undertaking.slug,
        kind=undertaking.kind,
        sector=undertaking.sector,
        country=undertaking.country,
        place=undertaking.place,
        scene=undertaking.scene,
        beneficiaries=undertaking.beneficiaries,
        asked=euros(undertaking.goal),
        state=Project.State.LISTED,
        internal_notes="",
        texts=(
            _text("en", undertaking.english, ProjectText.State.REVIEWED),
            _text("ar", undertaking.arabic, ProjectText.State.MACHINE),
        ),
        lines=tuple(
            SeededLine(line.item, {"ar": line.arabic}, euros(line.euros))
            for line in undertaking.budget
        ),
        risks=tuple(SeededRisk(d.level, d.text, d.answer) for d in undertaking.dangers),
        team=tuple(SeededTeamMember(p.name, p.role, p.since) for p in undertaking.team),
        documents=(
            SeededDocument(
                "Statutes of the organisation",
                undertaking.findings[0].on,
                Document.Visibility.PUBLIC,
            ),
        ),
    )


def _seeded_draft(agency: Agency, marker: str, begun_on: date) -> SeededProject:
    return SeededProject(
        slug=f"{slugify(agency.draft_title)}-{agency.slug}",
        kind=Project.Kind.SOCIAL,
        sector=agency.draft_sector,
        country=agency.country,
        place=agency.draft_place,
        scene="",
        beneficiaries=None,
        asked=euros(DRAFT_EUROS),
        state=Project.State.DRAFT,
        internal_notes=f"{marker}: not to be spoken of before the council has met.",
        texts=(
            SeededText(
                language="en",
                title=f"{agency.draft_title} {marker}",
                summary="A draft that only its agency may read.",
                state=ProjectText.State.DRAFT,
            ),
        ),
        lines=(SeededLine("Everything", {}, euros(DRAFT_EUROS)),),
        documents=(SeededDocument(f"Land title {marker}", begun_on, Document.Visibility.PRIVATE),),
    )


def _text(language: str, words: Words, state: ProjectText.State) -> SeededText:
    return SeededText(
        language=language,
        title=words.title,
        summary=words.summary,
        story=words.story,
        what_will_change=words.change,
        state=state,
    )


def _stages(undertaking: Undertaking) -> list[PlannedStage]:
    return [
        PlannedStage(
            title=stage.title,
            translations={"ar": stage.arabic},
            proof=stage.proof,
            due_on=stage.due,
            planned=euros(stage.euros),
        )
        for stage in undertaking.stages
    ]


def _vet(undertaking: Undertaking, project: Project, desk: Desk) -> None:
    decided_on = undertaking.findings[-1].on
    seed_case(
        project_id=project.pk,
        officer_id=desk.vetter.pk,
        opened_on=decided_on - timedelta(days=21),
        answers=tuple(
            Answer(f.code, f.how, f.by_whom, f.on, f.result) for f in undertaking.findings
        ),
        decided_on=decided_on,
        valid_until=decided_on + VETTING_LIFE,
        not_checked=undertaking.not_checked,
    )


def _morning(day: date) -> datetime:
    return datetime.combine(day, MORNING)
