"""Putting a project into the demo world as it stands there.

Nothing here was submitted, checked or decided, so no such step is claimed: the project's history
has one row, which says that it came with the demonstration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from projects.catalogue.models import (
    BudgetLine,
    Document,
    Project,
    ProjectText,
    Risk,
    TeamMember,
)
from projects.catalogue.services.steps import record

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from payments.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededText:
    language: str
    title: str
    summary: str = ""
    story: str = ""
    what_will_change: str = ""
    state: ProjectText.State


@dataclass(frozen=True, slots=True)
class SeededLine:
    item: str
    translations: dict[str, str]
    amount: Money


@dataclass(frozen=True, slots=True)
class SeededRisk:
    level: str
    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class SeededTeamMember:
    name: str
    role: str
    since_year: int


@dataclass(frozen=True, slots=True)
class SeededDocument:
    title: str
    received_on: date
    visibility: Document.Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededProject:
    """Everything a project of the demo world says. The first text is the original."""

    slug: str
    kind: str
    sector: str
    country: str
    place: str
    scene: str
    beneficiaries: int | None
    asked: Money
    state: Project.State
    internal_notes: str
    texts: tuple[SeededText, ...]
    lines: tuple[SeededLine, ...] = ()
    risks: tuple[SeededRisk, ...] = ()
    team: tuple[SeededTeamMember, ...] = ()
    documents: tuple[SeededDocument, ...] = ()


@transaction.atomic
def seed_project(
    *,
    seeded: SeededProject,
    organisation_id: UUID,
    agency_id: UUID,
    created_by_id: UUID,
    now: datetime,
) -> Project:
    """Write a project of the demo world, in the state given, with one truthful row of history."""
    project = Project.objects.create(
        organisation_id=organisation_id,
        agency_id=agency_id,
        slug=seeded.slug,
        language=seeded.texts[0].language,
        kind=seeded.kind,
        sector=seeded.sector,
        country=seeded.country,
        place=seeded.place,
        scene=seeded.scene,
        beneficiaries=seeded.beneficiaries,
        asked_minor=seeded.asked.minor,
        currency=seeded.asked.currency,
        internal_notes=seeded.internal_notes,
        state=seeded.state,
        created_by_id=created_by_id,
        created_at=now,
        updated_at=now,
        listed_at=now if seeded.state in Project.PUBLISHED_STATES else None,
    )
    _write_words(project, seeded)
    _write_parts(project, seeded)
    record(
        project,
        event="seed",
        from_state="",
        actor_id=created_by_id,
        now=now,
        reason_code="demonstration",
        reason_text="Invented, and loaded with the demonstration. Nobody checked anything.",
    )
    return project


def _write_words(project: Project, seeded: SeededProject) -> None:
    ProjectText.objects.bulk_create(
        ProjectText(
            project=project,
            language=text.language,
            title=text.title,
            summary=text.summary,
            story=text.story,
            what_will_change=text.what_will_change,
            state=text.state,
        )
        for text in seeded.texts
    )


def _write_parts(project: Project, seeded: SeededProject) -> None:
    BudgetLine.objects.bulk_create(
        BudgetLine(
            project=project,
            n=n,
            item=line.item,
            translations=line.translations,
            amount_minor=line.amount.minor,
        )
        for n, line in enumerate(seeded.lines, start=1)
    )
    Risk.objects.bulk_create(
        Risk(project=project, n=n, level=risk.level, text=risk.text, answer=risk.answer)
        for n, risk in enumerate(seeded.risks, start=1)
    )
    TeamMember.objects.bulk_create(
        TeamMember(
            project=project, n=n, name=person.name, role=person.role, since_year=person.since_year
        )
        for n, person in enumerate(seeded.team, start=1)
    )
    Document.objects.bulk_create(
        Document(
            project=project,
            title=document.title,
            visibility=document.visibility,
            received_on=document.received_on,
        )
        for document in seeded.documents
    )
