"""A project in one card, or in one line of an answer: words, totals, checks and standing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from projects.catalogue import selectors as catalogue
from projects.funding import selectors
from projects.funding.status import public_status
from projects.vetting import selectors as vetting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from projects.catalogue.models import Project
    from projects.catalogue.selectors import Text
    from projects.funding.discovery import Discovery
    from projects.funding.models import Campaign
    from projects.funding.previews import Preview
    from projects.funding.selectors import Totals
    from projects.funding.status import PublicStatus
    from projects.vetting.selectors import Badge


@dataclass(frozen=True, slots=True)
class Summary:
    """What is said of a published project in short. Without a campaign there are no totals."""

    project: Project
    text: Text
    campaign: Campaign | None
    totals: Totals | None
    badge: Badge | None
    status: PublicStatus
    preview: Preview | None
    at: datetime

    @property
    def is_open(self) -> bool:
        return self.status == self.status.OPEN

    @property
    def days_left(self) -> int:
        return selectors.days_left(self.campaign, at=self.at) if self.campaign else 0


def summaries(
    found: Discovery, project_ids: Sequence[UUID], *, language: str, at: datetime
) -> list[Summary]:
    """Return the summaries of some of the projects found, in the order of the ids.

    However many there are, it is one set of queries.
    """
    projects = [found.projects[pk] for pk in project_ids if pk in found.projects]
    texts = catalogue.texts(projects, language=language)
    badges = vetting.badges([project.pk for project in projects])
    campaigns = found.campaigns
    totals = found.totals or selectors.totals(
        campaigns[project.pk] for project in projects if project.pk in campaigns
    )
    return [
        Summary(
            project=project,
            text=texts[project.pk],
            campaign=campaigns.get(project.pk),
            totals=totals[campaigns[project.pk].pk] if project.pk in campaigns else None,
            badge=badges.get(project.pk),
            status=public_status(project, campaigns.get(project.pk), at=at),
            preview=found.previews.get(project.pk),
            at=at,
        )
        for project in projects
    ]
