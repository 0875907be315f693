"""What the workspace shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Paginator

from projects.agency import wording
from projects.catalogue import permissions, readiness, selectors
from projects.catalogue.models import Project
from projects.vetting.models import VettingCase

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.core.paginator import Page
    from django.utils.functional import _StrPromise

    from projects.catalogue.models import Document, Organisation
    from projects.catalogue.readiness import Missing
    from projects.catalogue.selectors import Line, Text

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class State:
    label: str
    tone: str
    next: _StrPromise


@dataclass(frozen=True, slots=True)
class Row:
    """A project in the list of the workspace."""

    project: Project
    title: str
    state: State


@dataclass(frozen=True, slots=True)
class Listing:
    rows: tuple[Row, ...]
    page: Page[Project]


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Overview:
    """A project as its agency sees it: what it says, where it stands, what was noted."""

    project: Project
    state: State
    text: Text
    budget: tuple[Line, ...]
    missing: tuple[Missing, ...]
    can_be_withdrawn: bool
    history: tuple[Step, ...]
    documents: tuple[Document, ...]
    cases: tuple[VettingCase, ...]


def state_of(project: Project) -> State:
    state = Project.State(project.state)
    return State(
        label=str(state.label), tone=wording.TONES.get(state, ""), next=wording.NEXT[state]
    )


def listing(agencies: Sequence[Organisation], *, language: str, page: str | None) -> Listing:
    """Return one page of the agencies' projects, last changed first, in three queries."""
    projects = Project.objects.filter(agency__in=agencies).order_by("-updated_at", "id")
    found = Paginator(projects, PAGE_SIZE).get_page(page)
    texts = selectors.texts(found.object_list, language=language)
    rows = tuple(
        Row(project=project, title=texts[project.pk].title, state=state_of(project))
        for project in found.object_list
    )
    return Listing(rows=rows, page=found)


def overview(project: Project, *, language: str) -> Overview:
    """Return everything the workspace shows of a project this person may see."""
    is_draft = project.state == Project.State.DRAFT
    return Overview(
        project=project,
        state=state_of(project),
        text=selectors.texts([project], language=language)[project.pk],
        budget=selectors.budget(project, language),
        missing=readiness.missing(project) if is_draft else (),
        can_be_withdrawn=permissions.why_not_withdraw(project.state) is None,
        history=history(project),
        documents=tuple(project.documents.all()),
        cases=tuple(VettingCase.objects.filter(project=project).select_related("officer")),
    )


def history(project: Project) -> tuple[Step, ...]:
    """Return what happened to a project, newest first."""
    steps = project.transitions.select_related("actor").order_by("-at", "-id")
    return tuple(
        Step(
            label=str(wording.EVENTS.get(step.event, step.event)),
            by=step.actor.get_full_name() if step.actor else "",
            at=step.at,
            reason=step.reason_text,
        )
        for step in steps
    )
