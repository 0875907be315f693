"""What pages need to know of projects, in few queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count

from payments.money import Money
from projects.catalogue.models import (
    BudgetLine,
    Membership,
    Organisation,
    Project,
    ProjectText,
    Risk,
    TeamMember,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from django.contrib.auth.base_user import AbstractBaseUser

    from projects.catalogue.models.querysets import ProjectQuerySet


@dataclass(frozen=True, slots=True)
class Text:
    """A project's words in the language asked for, or the nearest there is."""

    language: str
    title: str
    summary: str
    story: tuple[str, ...]
    what_will_change: tuple[str, ...]
    is_machine: bool
    """Translated by a machine and not checked by a person: the page has to say so."""
    is_other_language: bool
    """Not the language asked for: the page has to say so and mark it with `lang`."""


@dataclass(frozen=True, slots=True)
class Line:
    item: str
    amount: Money


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """The catalogue's part of a project's page."""

    project: Project
    owner: Organisation
    agency: Organisation
    text: Text
    languages: tuple[str, ...]
    budget: tuple[Line, ...]
    risks: tuple[Risk, ...]
    team: tuple[TeamMember, ...]


@dataclass(frozen=True, slots=True)
class Facets:
    """How many projects each choice would leave, most first; only choices that leave some."""

    countries: tuple[tuple[str, int], ...]
    sectors: tuple[tuple[str, int], ...]
    kinds: tuple[tuple[str, int], ...]


def project_page(
    *, slug: str, language: str, user: AbstractBaseUser | AnonymousUser
) -> ProjectPage:
    """Return a project this person may see, in five queries.

    Raises:
        Project.DoesNotExist: There is none, or not for this person.
    """
    visible = Project.objects.visible_to(user).select_related("organisation", "agency")
    project = visible.get(slug=slug)
    texts = list(project.texts.all())
    return ProjectPage(
        project=project,
        owner=project.organisation,
        agency=project.agency,
        text=_best(project, texts, language),
        languages=tuple(text.language for text in texts),
        budget=budget(project, language),
        risks=tuple(project.risks.all()),
        team=tuple(project.team.all()),
    )


def budget(project: Project, language: str) -> tuple[Line, ...]:
    """Return what the money buys, in the language asked for where there is a translation."""
    return tuple(_line(line, project, language) for line in project.budget_lines.all())


def texts(projects: Iterable[Project], *, language: str) -> dict[UUID, Text]:
    """Return the words of each project in the language asked for, in one query."""
    wanted = {project.pk: project for project in projects}
    found: dict[UUID, list[ProjectText]] = defaultdict(list)
    for text in ProjectText.objects.filter(project__in=wanted).defer("search"):
        found[text.project_id].append(text)
    return {pk: _best(project, found[pk], language) for pk, project in wanted.items()}


def facet_counts(projects: ProjectQuerySet) -> Facets:
    """Count the projects by country, sector and kind, in one query each."""
    return Facets(
        countries=_counts(projects, "country"),
        sectors=_counts(projects, "sector"),
        kinds=_counts(projects, "kind"),
    )


def roles_in_agencies(user: AbstractBaseUser | AnonymousUser) -> dict[Organisation, set[str]]:
    """Return the agencies this person works for, by name, with the person's roles there."""
    if isinstance(user, AnonymousUser):
        return {}
    mine = Membership.objects.filter(
        user_id=user.pk, organisation__kind=Organisation.Kind.AGENCY
    ).select_related("organisation")
    found: dict[Organisation, set[str]] = defaultdict(set)
    for membership in mine.order_by("organisation__name", "organisation_id"):
        found[membership.organisation].add(membership.role)
    return dict(found)


def _best(project: Project, texts: Sequence[ProjectText], language: str) -> Text:
    """Pick the language asked for, else the original; a draft translation is never shown."""
    by_language = {
        text.language: text
        for text in texts
        if text.state != ProjectText.State.DRAFT or text.language == project.language
    }
    text = by_language.get(language) or by_language[project.language]
    return Text(
        language=text.language,
        title=text.title,
        summary=text.summary,
        story=_paragraphs(text.story),
        what_will_change=_paragraphs(text.what_will_change),
        is_machine=text.state == ProjectText.State.MACHINE,
        is_other_language=text.language != language,
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    parts = text.replace("\r\n", "\n").split("\n\n")
    return tuple(part.strip() for part in parts if part.strip())


def _line(line: BudgetLine, project: Project, language: str) -> Line:
    item = line.translations.get(language, line.item)
    return Line(item=item, amount=Money(line.amount_minor, project.currency))


def _counts(projects: ProjectQuerySet, field: str) -> tuple[tuple[str, int], ...]:
    rows = projects.order_by().values_list(field).annotate(n=Count("pk", distinct=True))
    return tuple(sorted(rows, key=lambda row: (-row[1], row[0])))
