"""The stages of a project as people see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from projects.delivery.models import Milestone

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from payments.money import Money


@dataclass(frozen=True, slots=True)
class Stage:
    n: int
    title: str
    proof: str
    due_on: date
    planned: Money
    is_accepted: bool
    accepted_on: date | None
    is_late: bool
    state_label: str


def stages(project_id: UUID, *, language: str, today: date) -> tuple[Stage, ...]:
    """Return a project's stages in their order, titles in the language asked for if known."""
    return tuple(
        Stage(
            n=milestone.n,
            title=milestone.translations.get(language, milestone.title),
            proof=milestone.proof,
            due_on=milestone.due_on,
            planned=milestone.planned,
            is_accepted=milestone.state == Milestone.State.ACCEPTED,
            accepted_on=milestone.accepted_on,
            is_late=milestone.state == Milestone.State.PLANNED and milestone.due_on < today,
            state_label=milestone.get_state_display(),
        )
        for milestone in Milestone.objects.filter(project=project_id)
    )
