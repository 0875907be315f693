"""Planning the stages of a project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from payments.money import Money
from projects.catalogue.models import Project
from projects.delivery.models import Milestone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID


class StagesDoNotFit(Exception):
    """The stages do not add up to what the project costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStage:
    title: str
    translations: Mapping[str, str]
    proof: str
    due_on: date
    planned: Money


@transaction.atomic
def plan_stages(*, project_id: UUID, stages: Sequence[PlannedStage]) -> list[Milestone]:
    """Write the stages of a project that has none yet, in their order.

    Raises:
        StagesDoNotFit: They do not add up to what the project asks for, or there are some already.
    """
    project = Project.objects.select_for_update().get(pk=project_id)
    total = sum((stage.planned for stage in stages), Money(0, project.currency))
    if total != project.asked or project.milestones.exists():
        raise StagesDoNotFit(_("The stages have to add up to what the project costs."))
    return Milestone.objects.bulk_create(
        Milestone(
            project=project,
            n=n,
            title=stage.title,
            translations=dict(stage.translations),
            proof=stage.proof,
            due_on=stage.due_on,
            planned_minor=stage.planned.minor,
            currency=stage.planned.currency,
        )
        for n, stage in enumerate(stages, start=1)
    )
