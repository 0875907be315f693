"""The orders of a list of projects. Ties are broken by id, never by the order of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.funding import selectors
from projects.funding.filters import Sort

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from projects.catalogue.models import Project
    from projects.funding.models import Campaign
    from projects.funding.selectors import Totals


def ordered(
    projects: Sequence[Project],
    campaigns: Mapping[UUID, Campaign],
    *,
    sort: Sort,
    now: datetime,
) -> tuple[list[Project], dict[UUID, Totals]]:
    """Return the projects in the order asked for, and the totals if it needed them."""
    newest = _newest(projects)
    match sort:
        case Sort.NEWEST:
            return newest, {}
        case Sort.CLOSING:
            return _closing(newest, campaigns, now), {}
        case Sort.LEAST_LEFT | Sort.MOST_MATCHED:
            return _by_total(newest, campaigns, sort)


def _newest(projects: Sequence[Project]) -> list[Project]:
    by_id = sorted(projects, key=lambda project: str(project.pk))
    return sorted(by_id, key=lambda project: project.listed_at or project.created_at, reverse=True)


def _closing(
    newest: list[Project], campaigns: Mapping[UUID, Campaign], now: datetime
) -> list[Project]:
    """Order by the time left; what takes no money now comes after, newest first."""
    current = {project.pk: campaigns.get(project.pk) for project in newest}
    ends = {
        pk: raise_.closes_at for pk, raise_ in current.items() if raise_ and raise_.takes_money(now)
    }
    running = sorted(
        (project for project in newest if project.pk in ends),
        key=lambda project: (ends[project.pk], str(project.pk)),
    )
    return running + [project for project in newest if project.pk not in ends]


def _by_total(
    newest: list[Project],
    campaigns: Mapping[UUID, Campaign],
    sort: Sort,
) -> tuple[list[Project], dict[UUID, Totals]]:
    """Order by what is missing or matched; a project without a campaign comes last."""
    raises = {project.pk: campaigns[project.pk] for project in newest if project.pk in campaigns}
    totals = selectors.totals(raises.values())

    def rank(project: Project) -> tuple[int, str]:
        standing = totals[raises[project.pk].pk]
        minor = standing.needed.minor if sort == Sort.LEAST_LEFT else -standing.matched.minor
        return minor, str(project.pk)

    with_raise = sorted((each for each in newest if each.pk in raises), key=rank)
    return with_raise + [each for each in newest if each.pk not in raises], totals
