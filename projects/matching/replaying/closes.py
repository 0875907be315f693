"""What closes gave and what was paid out, in the words of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.matching.models import Award, FreedShare, Share, Tranche
from projects.matching.rules import Allocation
from projects.matching.selectors import rounds

if TYPE_CHECKING:
    from projects.matching.replaying.names import Names

Amounts = dict[str, int]


def shares(names: Names) -> dict[str, Amounts]:
    """Return what stands of each contribution's share where everybody's match shrinks alike."""
    contributions, programmes = names.contributions_told(), names.programmes_told()
    found: dict[str, Amounts] = {}
    rows = Share.objects.filter(round__programme__in=programmes).select_related("round__version")
    freed = dict(
        FreedShare.objects.filter(award__programme__in=programmes)
        .order_by("number")
        .values_list("contribution_ref", "minor")
    )
    for row in rows:
        if row.round.version.rule.allocation is Allocation.PRORATA_CLOSE:
            minor = freed.get(row.contribution_ref, row.minor)
            if minor:
                programme = programmes[row.round.programme_id]
                found.setdefault(contributions[row.contribution_ref], {})[programme] = minor
    return found


def project_matches(names: Names) -> Amounts:
    """Return what closes gave to projects as a whole, nothing included."""
    projects = names.projects_told()
    found: Amounts = {}
    for award in Award.objects.filter(programme__in=names.programmes.values()).select_related(
        "round__version"
    ):
        if award.round.version.rule.allocation is not Allocation.PRORATA_CLOSE:
            project = projects[award.project_id]
            found[project] = found.get(project, 0) + award.amount_minor
    return dict(sorted(found.items()))


def payments(names: Names) -> dict[str, Amounts]:
    """Return what was paid to projects, and what of it they owe back."""
    programmes, projects = names.programmes_told(), names.projects_told()
    rows = Tranche.objects.filter(programme__in=programmes).order_by("programme_id", "project_id")
    disbursed, receivable = {}, {}
    for programme, project in rows.values_list("programme_id", "project_id").distinct():
        key = f"{programmes[programme]}:{projects[project]}"
        disbursed[key] = rounds.disbursed(programme, project)
        receivable[key] = rounds.receivable(programme, project)
    return {"disbursed": disbursed, "receivable": receivable}
