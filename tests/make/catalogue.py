"""Organisations, members and projects, saved and valid."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

from projects.catalogue.models import (
    BudgetLine,
    Membership,
    Organisation,
    Project,
    ProjectText,
    TransitionLog,
)
from tests.make import accounts

if TYPE_CHECKING:
    from marketplace.accounts.models import User

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)

_serial = count(1)


def agency(*, country: str = "KEN", territories: tuple[str, ...] = ()) -> Organisation:
    n = next(_serial)
    return Organisation.objects.create(
        slug=f"agency-{n}",
        name=f"Invented agency {n}",
        kind=Organisation.Kind.AGENCY,
        status=Organisation.Status.VERIFIED,
        country=country,
        territories=list(territories) or [country],
        created_at=NOON,
    )


def organisation(*, country: str = "KEN") -> Organisation:
    n = next(_serial)
    return Organisation.objects.create(
        slug=f"organisation-{n}",
        name=f"Invented organisation {n}",
        kind=Organisation.Kind.MSME,
        country=country,
        created_at=NOON,
    )


def member(
    of: Organisation,
    role: Membership.Role = Membership.Role.AGENCY_EDITOR,
    user: User | None = None,
) -> User:
    person = user or accounts.user()
    Membership.objects.create(user=person, organisation=of, role=role, created_at=NOON)
    return person


def project(  # noqa: PLR0913  One keyword for each fact a test may care about.
    *,
    state: Project.State = Project.State.LISTED,
    listed_by: Organisation | None = None,
    owner: Organisation | None = None,
    created_by: User | None = None,
    title: str = "A well nobody has dug",
    country: str = "KEN",
    sector: str = "water",
    place: str = "Nowhere",
    asked_minor: int = 1_000_00,
) -> Project:
    """Return a project with an English text and one budget line for all of its money."""
    made = Project.objects.create(
        organisation=owner or organisation(country=country),
        agency=listed_by or agency(country=country),
        slug=f"project-{next(_serial)}",
        language="en",
        kind=Project.Kind.SOCIAL,
        sector=sector,
        country=country,
        place=place,
        asked_minor=asked_minor,
        currency="EUR",
        state=state,
        created_by=created_by or accounts.user(),
        created_at=NOON,
        updated_at=NOON,
        listed_at=NOON if state in Project.PUBLISHED_STATES else None,
    )
    text(made, title=title)
    BudgetLine.objects.create(project=made, n=1, item="Everything", amount_minor=asked_minor)
    TransitionLog.objects.create(
        project=made, event="create", to_state=Project.State.DRAFT, actor=made.created_by, at=NOON
    )
    return made


def text(
    of: Project,
    *,
    language: str = "en",
    title: str = "A well nobody has dug",
    summary: str = "Water for people who do not exist.",
    state: ProjectText.State = ProjectText.State.REVIEWED,
) -> ProjectText:
    return ProjectText.objects.create(
        project=of,
        language=language,
        title=title,
        summary=summary,
        story="Once upon a time.\n\nAnd then.",
        what_will_change="Everything.",
        state=state,
    )
