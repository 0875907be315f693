"""Which payments wait for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Min

from payments.models import Payment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class NeedingAPerson:
    """The payments whose money, or whose fee, is not what was asked for."""

    count: int
    oldest: datetime | None  # The provider's time of the charge.
    by_difference: Mapping[str, int]  # Every difference there is, also where nothing differs.


def needing_a_person() -> NeedingAPerson:
    """Return how many payments wait for a person, since when, and in what they differ."""
    rows = (
        Payment.objects.needing_a_person()
        .values("difference")
        .annotate(count=Count("pk"), oldest=Min("settled_at"))
        .order_by("difference")
    )
    return NeedingAPerson(
        count=sum(row["count"] for row in rows),
        oldest=min((row["oldest"] for row in rows), default=None),
        by_difference=dict.fromkeys(Payment.DIFFERENCES, 0)
        | {row["difference"]: row["count"] for row in rows},
    )
