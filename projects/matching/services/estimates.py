"""Working out each night what projects would get if their programmes closed now.

Nothing is promised by it: an estimate is replaced the next night, and goes with the close.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from projects.matching import engine, parts
from projects.matching.models import Estimate, Programme
from projects.matching.selectors import claims as found
from projects.matching.services.rounds import for_each

if TYPE_CHECKING:
    from datetime import datetime


def estimate_due(*, now: datetime) -> int:
    """Work out anew what each project would get if its programmes closed now; return how many.

    Raises:
        ProgrammesFailed: after all others were done.
    """
    return for_each(found.to_estimate(now), lambda each: _estimate(each, now))


@transaction.atomic
def _estimate(programme_id: str, now: datetime) -> int:
    programme = Programme.objects.get(pk=programme_id)
    last = programme.rounds.order_by("-number").first()
    terms = found.terms_of_next(programme, last)
    number = last.number + 1 if last else 1
    results = found.estimated(terms, number)
    engine.locked([programme_id])
    Estimate.objects.filter(programme=programme).delete()
    rows = [
        Estimate(
            programme=programme,
            project_id=UUID(project),
            parts=given,
            minor=parts.total(given),
            reason=reason,
            worked_out_at=now,
        )
        for project, given, reason in results
    ]
    Estimate.objects.bulk_create(rows)
    return len(rows)
