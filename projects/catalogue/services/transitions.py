"""The steps of a project through its states: one function each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from projects.catalogue import permissions
from projects.catalogue.models import Project
from projects.catalogue.readiness import missing
from projects.catalogue.refusals import NotReady, WrongState
from projects.catalogue.services.steps import locked, record, require_writer

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


@transaction.atomic
def submit_project(*, project_id: UUID, actor_id: UUID, now: datetime) -> Project:
    """Send a draft for checking; from then on its text is fixed.

    Raises:
        NotAllowed: The person may not write this agency's projects.
        WrongState: The project is not a draft.
        NotReady: Something is missing; the exception lists it.
    """
    project = locked(project_id)
    require_writer(agency_id=project.agency_id, actor_id=actor_id)
    if reason := permissions.why_not_submit(project.state):
        raise WrongState(reason)
    if lacking := missing(project):
        raise NotReady(lacking)
    facts: dict[str, object] = {
        "version": project.version,
        "asked_minor": project.asked_minor,
        "currency": project.currency,
        "budget_lines": project.budget_lines.count(),
    }
    _move(project, Project.State.SUBMITTED, now=now)
    record(
        project,
        event="submit",
        from_state=Project.State.DRAFT,
        actor_id=actor_id,
        now=now,
        facts=facts,
    )
    return project


@transaction.atomic
def withdraw_project(
    *, project_id: UUID, actor_id: UUID, reason_text: str, now: datetime
) -> Project:
    """End a project that was never public.

    Raises:
        NotAllowed: The person may not write this agency's projects.
        WrongState: The project has ended, or is public and may hold money.
    """
    project = locked(project_id)
    require_writer(agency_id=project.agency_id, actor_id=actor_id)
    if reason := permissions.why_not_withdraw(project.state):
        raise WrongState(reason)
    from_state = project.state
    _move(project, Project.State.WITHDRAWN, now=now)
    record(
        project,
        event="withdraw",
        from_state=from_state,
        actor_id=actor_id,
        now=now,
        reason_text=reason_text,
    )
    return project


def _move(project: Project, to: Project.State, *, now: datetime) -> None:
    project.state = to
    project.updated_at = now
    project.version += 1
    project.save(update_fields=["state", "updated_at", "version"])
