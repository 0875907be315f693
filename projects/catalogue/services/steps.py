"""What every step of a project has in common: the lock, the right, and the row it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.catalogue import permissions
from projects.catalogue.models import Membership, Project, TransitionLog
from projects.catalogue.refusals import NotAllowed

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


def locked(project_id: UUID) -> Project:
    """Return the project with its row locked until the transaction ends."""
    return Project.objects.select_for_update().get(pk=project_id)


def require_writer(*, agency_id: UUID, actor_id: UUID) -> None:
    """Refuse a person who may not write this agency's projects.

    Raises:
        NotAllowed: The person has no role there that permits it.
    """
    roles = Membership.objects.filter(user_id=actor_id, organisation_id=agency_id)
    if reason := permissions.why_not_write(roles.values_list("role", flat=True)):
        raise NotAllowed(reason)


def record(  # noqa: PLR0913  One keyword for each column of the row.
    project: Project,
    *,
    event: str,
    from_state: str,
    actor_id: UUID,
    now: datetime,
    reason_code: str = "",
    reason_text: str = "",
    facts: dict[str, object] | None = None,
) -> TransitionLog:
    """Write the step that brought the project to its present state."""
    return TransitionLog.objects.create(
        project=project,
        event=event,
        from_state=from_state,
        to_state=project.state,
        actor_id=actor_id,
        reason_code=reason_code,
        reason_text=reason_text,
        guard_snapshot=facts or {},
        at=now,
    )
