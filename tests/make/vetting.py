"""Rounds of checking, saved and valid."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from projects.vetting.models import ChecklistItem, VettingCase

if TYPE_CHECKING:
    from projects.catalogue.models import Project

SPRING = date(2030, 4, 9)


def case(
    of: Project,
    *,
    results: tuple[ChecklistItem.Result, ...] = (ChecklistItem.Result.PASSED,) * 6,
    outcome: VettingCase.Outcome = VettingCase.Outcome.PASSED,
    decided_on: date = SPRING,
) -> VettingCase:
    """Return a round with one item for each result, in the order of the codes."""
    made = VettingCase.objects.create(
        project=of,
        outcome=outcome,
        opened_on=decided_on,
        decided_on=None if outcome == VettingCase.Outcome.OPEN else decided_on,
        not_checked="Whether it will rain.",
    )
    ChecklistItem.objects.bulk_create(
        ChecklistItem(
            case=made,
            n=n,
            code=code,
            result=result,
            how="Asked",
            by_whom="An invented officer",
            checked_on=decided_on,
        )
        for n, (code, result) in enumerate(
            zip(ChecklistItem.Code.values, results, strict=False), start=1
        )
    )
    return made
