"""What the public may know of a project's checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from projects.vetting.models import ChecklistItem, VettingCase

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Badge:
    """How many checks were passed, of those that apply, and when that was decided."""

    passed: int
    total: int
    decided_on: date
    valid_until: date | None

    @property
    def is_complete(self) -> bool:
        return self.passed == self.total


@dataclass(frozen=True, slots=True)
class Checks:
    """The opened badge: every question with its answer, and what was not asked."""

    badge: Badge
    items: tuple[ChecklistItem, ...]
    not_checked: str


def badges(project_ids: Iterable[UUID]) -> dict[UUID, Badge]:
    """Return the badge of each project that passed its latest round, in one query."""
    applies = ~Q(items__result=ChecklistItem.Result.NOT_APPLICABLE)
    passed = Q(items__result=ChecklistItem.Result.PASSED)
    cases = (
        VettingCase.objects.filter(
            project__in=list(project_ids), outcome=VettingCase.Outcome.PASSED
        )
        .annotate(total=Count("items", filter=applies), passed=Count("items", filter=passed))
        .order_by("decided_on", "id")
        .values_list("project_id", "passed", "total", "decided_on", "valid_until")
    )
    return {
        project: Badge(passed, total, decided_on, valid_until)
        for project, passed, total, decided_on, valid_until in cases
        if decided_on is not None
    }


def checks(project_id: UUID) -> Checks | None:
    """Return the latest round a project passed, in two queries; None where there is none."""
    passed = VettingCase.objects.filter(project=project_id, outcome=VettingCase.Outcome.PASSED)
    case = passed.order_by("decided_on", "id").last()
    if case is None or case.decided_on is None:
        return None
    items = tuple(case.items.all())
    counted = [item for item in items if item.result != ChecklistItem.Result.NOT_APPLICABLE]
    badge = Badge(
        passed=sum(item.result == ChecklistItem.Result.PASSED for item in counted),
        total=len(counted),
        decided_on=case.decided_on,
        valid_until=case.valid_until,
    )
    return Checks(badge=badge, items=items, not_checked=case.not_checked)
