"""Typed builders for matching. The pure part is in `rules`; what is here writes rows."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from payments.money import Money
from projects.matching import services
from projects.matching.models import ProgrammeVersion
from projects.matching.services.programmes import bring_in
from tests.make import catalogue
from tests.make.rules import NOON, Document, document, money, rule

__all__ = [
    "NOON",
    "PROJECT",
    "PUBLISHED",
    "Document",
    "counted",
    "document",
    "fund",
    "gift",
    "money",
    "next_terms",
    "programme",
    "rule",
]

PUBLISHED = datetime(2026, 2, 1, tzinfo=UTC)
PROJECT = UUID(int=1)

_serial = count(1)


def programme(*, pot_minor: int = 10_000_00, **changes: object) -> ProgrammeVersion:
    """Publish a programme under a new id and fill its pot."""
    terms = document(**({"id": f"fund-{next(_serial)}"} | changes))
    version = services.publish_programme(
        document=terms, agency_id=catalogue.agency().pk, now=PUBLISHED
    )
    if pot_minor:
        fund(version.programme_id, pot_minor, currency=terms["currency"])
    return version


def next_terms(of: ProgrammeVersion, document: Document, *, at: datetime) -> ProgrammeVersion:
    """Bring in the terms that follow others as they are, readable or not."""
    version = ProgrammeVersion(
        programme=of.programme, number=of.number + 1, document=document, published_at=at
    )
    bring_in(version)
    version.save(force_insert=True)
    return version


def fund(programme_id: str, minor: int, *, currency: str = "EUR") -> None:
    services.fund_pot(
        programme_id=programme_id,
        amount=Money(minor, currency),
        idempotency_key=f"test-{next(_serial)}",
        now=PUBLISHED,
    )


def gift(  # noqa: PLR0913  One keyword for each fact a test may care about.
    minor: int = 100_00,
    *,
    ref: str = "",
    donor: str | None = "donor-1",
    project: UUID = PROJECT,
    currency: str = "EUR",
    country: str = "KEN",
    residence: str | None = "DEU",
) -> services.Gift:
    return services.Gift(
        contribution_ref=ref or f"contribution-{next(_serial)}",
        campaign_key="campaign:a-well",
        project_id=project,
        project_slug="a-well",
        country=country,
        sector="water",
        kind="social",
        amount=Money(minor, currency),
        donor_key=donor,
        residence=residence,
    )


def counted(given: services.Gift, *, settled_at: datetime = NOON) -> services.Gift:
    """Count a gift as money that has arrived, and return it."""
    services.count(gift=given, settled_at=settled_at, now=settled_at)
    return given
