"""Stages of a project, saved and valid."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from projects.delivery.models import Milestone

if TYPE_CHECKING:
    from projects.catalogue.models import Project


def milestone(
    of: Project,
    *,
    n: int = 1,
    due_on: date = date(2030, 6, 1),
    accepted_on: date | None = None,
    planned_minor: int = 500_00,
) -> Milestone:
    return Milestone.objects.create(
        project=of,
        n=n,
        title=f"Stage {n}",
        translations={"ar": f"مرحلة {n}"},
        proof="A photograph",
        due_on=due_on,
        planned_minor=planned_minor,
        currency=of.currency,
        state=Milestone.State.ACCEPTED if accepted_on else Milestone.State.PLANNED,
        accepted_on=accepted_on,
    )
