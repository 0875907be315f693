"""What closes gave, what tranches paid, and whether rows, rules and ledger say the same."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db.models import Sum

from projects.matching.models import (
    Allocation,
    Award,
    Ceiling,
    Estimate,
    FreedShare,
    Share,
    Tranche,
    TranchePart,
)
from projects.matching.selectors.round_checks import verify_rounds

if TYPE_CHECKING:
    from uuid import UUID


__all__ = [
    "ceiling_of",
    "disbursed",
    "estimates",
    "handed_over",
    "paid_by_campaign",
    "project_matches",
    "receivable",
    "share_of",
    "verify_rounds",
]

HANDED_OVER = ("earned", "paid")


def share_of(contribution_ref: str) -> dict[str, int]:
    """Return what stands of a contribution's shares, by programme, in minor units."""
    shares = Share.objects.filter(contribution_ref=contribution_ref).select_related("round")
    found = {row.round.programme_id: row.minor for row in shares}
    freed = FreedShare.objects.filter(contribution_ref=contribution_ref).order_by("number")
    for row in freed.select_related("award"):
        found[row.award.programme_id] = row.minor
    return found


def project_matches(programme_id: str) -> dict[UUID, int]:
    """Return what a programme's closes have given to each project and stands, in minor units."""
    rows = Award.objects.filter(programme=programme_id).order_by().values_list("project_id")
    return dict(rows.annotate(Sum("amount_minor")))


def estimates(programme_id: str) -> dict[UUID, Estimate]:
    """Return what each project would get if the programme closed now, as of last night."""
    return {row.project_id: row for row in Estimate.objects.filter(programme=programme_id)}


def ceiling_of(programme_id: str, project_id: UUID) -> int | None:
    """Return how much a project may draw from a programme; None: nothing was decided."""
    decided = Ceiling.objects.filter(programme=programme_id, project_id=project_id)
    newest = decided.order_by("-number").first()
    return newest.amount_minor if newest else None


def handed_over(programme_id: str, project_id: UUID) -> Counter[str]:
    """Return the match of a project that is earned, paid or not, by campaign, in minor units."""
    sums = Counter[str]()
    of = {"programme": programme_id, "project_id": project_id, "state__in": HANDED_OVER}
    for rows in (Allocation.objects.filter(**of), Award.objects.filter(**of)):
        grouped = rows.order_by().values_list("campaign_key").annotate(Sum("amount_minor"))
        for campaign_key, minor in grouped:
            sums[campaign_key] += int(minor)
    return sums


def paid_by_campaign(programme_id: str, project_id: UUID) -> Counter[str]:
    """Return what tranches of a programme paid to each campaign of a project, in minor units."""
    parts = TranchePart.objects.filter(
        tranche__programme=programme_id, tranche__project_id=project_id
    )
    grouped = parts.order_by().values_list("campaign_key").annotate(Sum("minor"))
    return Counter({campaign_key: int(minor) for campaign_key, minor in grouped})


def disbursed(programme_id: str, project_id: UUID) -> int:
    """Return what tranches of a programme have paid to a project, in minor units."""
    paid = Tranche.objects.filter(programme=programme_id, project_id=project_id)
    return int(paid.aggregate(sum=Sum("paid_minor", default=0))["sum"])


def receivable(programme_id: str, project_id: UUID) -> int:
    """Return what a project was paid more than it has earned: kept of its next tranche."""
    standing = handed_over(programme_id, project_id).total()
    return max(0, disbursed(programme_id, project_id) - standing)
