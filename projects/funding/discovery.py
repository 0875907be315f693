"""Finding projects: words, facets with counts, and order. One truth for page, API and front page.

The list is small enough to count in memory (a row of six short values a project), so every count
beside a facet comes from the same rows, and is what choosing it would show.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from projects.catalogue.models import Project
from projects.funding import ordering, previews, selectors
from projects.funding.filters import FACETS, ProjectFilter, Sort
from projects.matching import engine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

    from projects.catalogue.models.querysets import ProjectQuerySet
    from projects.funding.models import Campaign
    from projects.funding.previews import Preview, Programmes
    from projects.funding.selectors import Totals


@dataclass(frozen=True, slots=True)
class Row:
    """What a facet may ask of one project."""

    pk: UUID
    country: str
    sector: str
    purpose: str
    kind: str
    matched: str


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was asked, what it means, and which projects answer it, in order.

    `projects` are all those published, whatever was asked; `totals` holds those campaigns whose
    totals were needed for the order.
    """

    chosen: Mapping[str, str]
    refused: tuple[str, ...]
    ids: tuple[UUID, ...]
    projects: Mapping[UUID, Project]
    campaigns: Mapping[UUID, Campaign]
    programmes: Programmes
    previews: Mapping[UUID, Preview]
    totals: Mapping[UUID, Totals]
    _rows: tuple[Row, ...]
    _said: frozenset[UUID]

    def counts(self, facet: str) -> list[tuple[str, int]]:
        """Return how many projects each choice of a facet would leave, most first."""
        rows = self._left_by({name: value for name, value in self.chosen.items() if name != facet})
        counted = Counter(getattr(row, facet) for row in rows if getattr(row, facet))
        return sorted(counted.items(), key=lambda choice: (-choice[1], choice[0]))

    def count_without(self, name: str) -> int:
        """Return how many projects there would be if one of the choices were taken back."""
        kept = {other: value for other, value in self.chosen.items() if other != name}
        return len(self._left_by(kept))

    def _left_by(self, chosen: Mapping[str, str]) -> list[Row]:
        facets = [(name, value) for name, value in chosen.items() if name in FACETS]
        return [
            row
            for row in self._rows
            if ("q" not in chosen or row.pk in self._said)
            and all(getattr(row, name) == value for name, value in facets)
        ]


def discover(
    asked: Mapping[str, str], *, user: AbstractBaseUser | AnonymousUser, now: datetime
) -> Discovery:
    """Return the published projects that this person may see and that answer what was asked.

    What cannot be understood is left out and named in `refused`.
    """
    visible = Project.objects.visible_to(user).published()
    known = selectors.with_campaigns(visible.defer("search", "internal_notes"))
    listed = list(known)
    campaigns = {project.pk: campaign for project, campaign in known.items() if campaign}
    chosen, refused = _understood(asked)
    sort = Sort(chosen.get("sort", Sort.CLOSING))
    versions = engine.in_force(now)
    open_now = [
        (project, campaigns[project.pk])
        for project in listed
        if project.pk in campaigns and campaigns[project.pk].takes_money(now)
    ]
    programmes = previews.read(versions, open_now, at=now)
    offered = programmes.previews(open_now)
    matched = {pk for pk, preview in offered.items() if preview.is_matched_now}
    kept = _kept(listed, chosen, matched, visible=visible)
    ordered, totals = ordering.ordered(kept, campaigns, sort=sort, now=now)
    return Discovery(
        chosen=chosen,
        refused=refused,
        ids=tuple(project.pk for project in ordered),
        projects={project.pk: project for project in listed},
        campaigns=campaigns,
        programmes=programmes,
        previews=offered,
        totals=totals,
        _rows=tuple(_row(project, campaigns.get(project.pk), matched) for project in listed),
        _said=_said(visible, chosen.get("q", "")),
    )


def _understood(asked: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return what can be understood, and the names of what cannot."""
    sieve = ProjectFilter(asked, queryset=Project.objects.none())
    refused = tuple(sieve.refused)
    if refused:
        rest = {name: value for name, value in asked.items() if name not in refused}
        return _understood(rest)[0], refused
    return {name: value for name, value in sieve.form.cleaned_data.items() if value}, ()


def _kept(
    listed: list[Project],
    chosen: Mapping[str, str],
    matched: set[UUID],
    *,
    visible: ProjectQuerySet,
) -> list[Project]:
    """Return the projects that answer what was chosen: all of them where nothing is."""
    if chosen.keys() <= {"sort"}:
        return listed
    sieve = ProjectFilter(chosen, queryset=visible, matched_ids=matched)
    found = set(sieve.qs.order_by().values_list("pk", flat=True))
    return [project for project in listed if project.pk in found]


def _said(projects: ProjectQuerySet, words: str) -> frozenset[UUID]:
    if not words:
        return frozenset()
    return frozenset(projects.search(words).order_by().values_list("pk", flat=True))


def _row(project: Project, campaign: Campaign | None, matched: set[UUID]) -> Row:
    return Row(
        pk=project.pk,
        country=project.country,
        sector=project.sector,
        purpose=project.kind,
        kind=campaign.kind if campaign else "",
        matched="1" if project.pk in matched else "0",
    )
