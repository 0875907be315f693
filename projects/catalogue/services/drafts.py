"""Writing a project before it is sent for checking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import transaction
from django.utils.text import slugify

from projects.catalogue import permissions
from projects.catalogue.models import BudgetLine, Organisation, Project, ProjectText
from projects.catalogue.refusals import NotAllowed, ProjectChanged, WrongState
from projects.catalogue.services.steps import locked, record, require_writer

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.money import Money

_OWNER_KINDS = {
    Project.Kind.MSME: Organisation.Kind.MSME,
    Project.Kind.FUND: Organisation.Kind.FUND,
}


@dataclass(frozen=True, slots=True)
class DraftLine:
    item: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectDraft:
    """What an officer wrote, as it stands; it may be incomplete."""

    title: str
    summary: str
    story: str
    what_will_change: str
    language: str
    kind: str
    sector: str
    country: str
    place: str
    owner_name: str
    currency: str
    asked: Money | None
    lines: tuple[DraftLine, ...]
    beneficiaries: int | None = None
    internal_notes: str = ""


@transaction.atomic
def create_project(
    *, draft: ProjectDraft, agency_id: UUID, actor_id: UUID, now: datetime
) -> Project:
    """Start a project in the agency's workspace.

    Raises:
        NotAllowed: The person may not write there, or the agency does not list in that country.
    """
    require_writer(agency_id=agency_id, actor_id=actor_id)
    agency = Organisation.objects.get(pk=agency_id)
    project = Project(
        agency=agency, slug=_free_slug(draft.title), created_by_id=actor_id, created_at=now
    )
    _write(project, draft, now=now)
    record(project, event="create", from_state="", actor_id=actor_id, now=now)
    return project


@transaction.atomic
def save_project(
    *, project_id: UUID, draft: ProjectDraft, version: int, actor_id: UUID, now: datetime
) -> Project:
    """Replace what the project says. `version` is the one the person began to write from.

    Raises:
        NotAllowed: The person may not write there, or the agency does not list in that country.
        WrongState: The project was sent for checking.
        ProjectChanged: Somebody else saved it in between; nothing was written.
    """
    project = locked(project_id)
    require_writer(agency_id=project.agency_id, actor_id=actor_id)
    if reason := permissions.why_not_edit(project.state):
        raise WrongState(reason)
    if project.version != version:
        raise _changed(project)
    project.version += 1
    _write(project, draft, now=now)
    record(project, event="save", from_state=project.state, actor_id=actor_id, now=now)
    return project


def _write(project: Project, draft: ProjectDraft, *, now: datetime) -> None:
    if reason := permissions.why_not_list_in(draft.country, project.agency.territories):
        raise NotAllowed(reason)
    project.organisation = _owner(project, draft, now=now)
    for field in ("language", "kind", "sector", "country", "place", "currency"):
        setattr(project, field, getattr(draft, field))
    project.asked_minor = draft.asked.minor if draft.asked else None
    project.beneficiaries = draft.beneficiaries
    project.internal_notes = draft.internal_notes
    project.updated_at = now
    project.save()
    ProjectText.objects.filter(project=project).exclude(language=draft.language).delete()
    ProjectText.objects.update_or_create(
        project=project,
        language=draft.language,
        defaults={
            field: getattr(draft, field)
            for field in ("title", "summary", "story", "what_will_change")
        },
    )
    project.budget_lines.all().delete()
    BudgetLine.objects.bulk_create(
        BudgetLine(project=project, n=n, item=line.item, amount_minor=line.amount.minor)
        for n, line in enumerate(draft.lines, start=1)
    )


def _owner(project: Project, draft: ProjectDraft, *, now: datetime) -> Organisation:
    """Return the organisation of that name among those this agency works with, else a new one."""
    known = Organisation.objects.filter(name=draft.owner_name, projects__agency=project.agency)
    return known.first() or Organisation.objects.create(
        slug=f"{slugify(draft.owner_name)[:70] or 'owner'}-{uuid4().hex[:8]}",
        name=draft.owner_name,
        kind=_OWNER_KINDS.get(Project.Kind(draft.kind), Organisation.Kind.NGO),
        country=draft.country,
        created_at=now,
    )


def _free_slug(title: str) -> str:
    """Return an address made of the title; a taken one gets a chance part, not a number."""
    slug = slugify(title)[:70].strip("-") or f"project-{uuid4().hex[:8]}"
    taken = Project.objects.filter(slug=slug).exists()
    return f"{slug}-{uuid4().hex[:8]}" if taken else slug


def _changed(project: Project) -> ProjectChanged:
    latest = project.transitions.select_related("actor").latest("at", "id")
    name = latest.actor.get_full_name() if latest.actor else ""
    return ProjectChanged(saved_by=name, saved_at=project.updated_at, version=project.version)
