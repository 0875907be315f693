"""Typed builders for the pure part of matching: documents, rules, and money that has arrived."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from projects.matching import documents
from projects.matching.rules import Counted, Fact, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
Document = dict[str, Any]


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
