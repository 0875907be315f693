"""The log of an allocation: one line for each step through its states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.matching.models import MatchTransition

if TYPE_CHECKING:
    from datetime import datetime

    from projects.matching.models import Allocation


def decided(row: Allocation) -> MatchTransition:
    """Return the line of a first decision, not yet saved."""
    return MatchTransition(
        subject=MatchTransition.Subject.ALLOCATION,
        subject_id=row.pk,
        contribution_ref=row.contribution_ref,
        to_state=row.state,
        reason=row.reason,
        facts={"amount_minor": row.amount_minor, "programme": row.programme_id},
        at=row.allocated_at,
    )


def moved(
    row: Allocation, *, came_from: str, cause: str, now: datetime, **facts: int | bool
) -> MatchTransition:
    """Return the line of a later step, not yet saved."""
    return MatchTransition(
        subject=MatchTransition.Subject.ALLOCATION,
        subject_id=row.pk,
        contribution_ref=row.contribution_ref,
        from_state=came_from,
        to_state=row.state,
        reason=cause,
        facts={"amount_minor": row.amount_minor, "programme": row.programme_id, **facts},
        at=now,
    )
