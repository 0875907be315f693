"""What was promised to projects, what they drew of it, and what can still be promised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum

from projects.matching.models import Allocation, Ceiling, Reservation
from projects.matching.selectors.funded import put_in

if TYPE_CHECKING:
    from uuid import UUID


def promised(programme_id: str) -> int:
    """Return what all ceilings of a programme come to, in minor units."""
    standing = Ceiling.objects.filter(programme=programme_id).standing()
    return sum(ceiling.amount_minor for ceiling in standing)


def room(programme_id: str) -> int:
    """Return what can still be promised: what was put into the pots less all ceilings."""
    return put_in([programme_id])[programme_id] - promised(programme_id)


def drawn(programme_id: str, project_id: UUID) -> int:
    """Return the match of a programme that a project has, or that is held for it."""
    total = 0
    for rows in (Allocation.objects.given(), Reservation.objects.active()):
        own = rows.filter(programme=programme_id, project_id=project_id)
        total += int(own.aggregate(sum=Sum("amount_minor", default=0))["sum"])
    return total
