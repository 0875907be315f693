"""Typed builders for matching. The first part is pure; the second writes rows."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID

from payments.money import Money
from projects.matching import documents, services
from projects.matching.rules import Counted, Fact, Rule
from tests.make import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from projects.matching.models import ProgrammeVersion

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
PUBLISHED = datetime(2026, 2, 1, tzinfo=UTC)
PROJECT = UUID(int=1)
Document = dict[str, Any]

_serial = count(1)


def document(**changes: object) -> Document:
    """Return a valid programme document: 2/1 in euro, March 2026; None removes a key.

    The rate is left out where the changes say or imply another formula.
    """
    whole: Document = {
        "id": "kenya-fund",
        "currency": "EUR",
        "window": ["2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"],
    }
    implies = changes.get("allocation") in ("quadratic_close", "share_close")
    if not implies and not {"layers", "tiers", "formula"} & set(changes):
        whole["rate"] = [2, 1]
    return {key: value for key, value in (whole | changes).items() if value is not None}


def rule(**changes: object) -> Rule:
    return documents.read(document(**changes))


def money(  # noqa: PLR0913  One keyword for each fact a test may care about.
    amount_minor: int = 100_00,
    *,
    ref: str = "c1",
    donor: str | None = "d1",
    project: str = "p1",
    settled_at: datetime = NOON,
    currency: str = "EUR",
    facts: Mapping[str, Fact] | None = None,
    initiated_at: datetime | None = None,
) -> Counted:
    return Counted(
        ref=ref,
        amount_minor=amount_minor,
        currency=currency,
        settled_at=settled_at,
        donor=donor,
        project=project,
        facts=facts or {},
        initiated_at=initiated_at,
    )


def programme(*, pot_minor: int = 10_000_00, **changes: object) -> ProgrammeVersion:
    """Publish a programme under a new id and fill its pot."""
    terms = document(**({"id": f"fund-{next(_serial)}"} | changes))
    version = services.publish_programme(
        document=terms, agency_id=catalogue.agency().pk, now=PUBLISHED
    )
    if pot_minor:
        fund(version.programme_id, pot_minor, currency=terms["currency"])
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
