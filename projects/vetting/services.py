"""Writing down a round of checking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from projects.vetting.models import ChecklistItem, VettingCase

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of the checklist, answered."""

    code: str
    how: str
    by_whom: str
    checked_on: date
    result: str


@transaction.atomic
def seed_case(  # noqa: PLR0913  What a round leaves behind.
    *,
    project_id: UUID,
    officer_id: UUID,
    opened_on: date,
    answers: tuple[Answer, ...] = (),
    decided_on: date | None = None,
    valid_until: date | None = None,
    not_checked: str = "",
    private_notes: str = "",
) -> VettingCase:
    """Write a round of the demo world: still open, or passed on the day it was decided."""
    outcome = VettingCase.Outcome.PASSED if decided_on else VettingCase.Outcome.OPEN
    case = VettingCase.objects.create(
        project_id=project_id,
        officer_id=officer_id,
        outcome=outcome,
        opened_on=opened_on,
        decided_on=decided_on,
        valid_until=valid_until,
        not_checked=not_checked,
        private_notes=private_notes,
    )
    ChecklistItem.objects.bulk_create(
        ChecklistItem(
            case=case,
            n=n,
            code=answer.code,
            how=answer.how,
            by_whom=answer.by_whom,
            checked_on=answer.checked_on,
            valid_until=valid_until,
            result=answer.result,
        )
        for n, answer in enumerate(answers, start=1)
    )
    return case
