"""What matching is told about a contribution, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from projects.matching import rules

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.money import Money
    from projects.matching.allocation import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFacts:
    """What a rule may ask about a project. `country` is ISO 3166-1 alpha-3."""

    project_id: UUID
    project_slug: str
    country: str
    sector: str
    kind: str

    @property
    def project_facts(self) -> dict[str, str | int | None]:
        return {
            "project.country": self.country,
            "project.sector": self.sector,
            "project.kind": self.kind,
            "project.slug": self.project_slug,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift(ProjectFacts):
    """One contribution: which money, from whom, for what. `residence` is alpha-3 or not known."""

    contribution_ref: str
    campaign_key: str
    amount: Money
    donor_key: str | None
    residence: str | None

    @property
    def facts(self) -> dict[str, str | int | None]:
        return self.project_facts | {
            "donor.residence": self.residence,
            "contribution.amount": self.amount.minor,
        }

    def counted(self, *, settled_at: datetime) -> rules.Counted:
        """Return the gift as money that arrived at a moment."""
        return rules.Counted(
            ref=self.contribution_ref,
            amount_minor=self.amount.minor,
            currency=self.amount.currency,
            settled_at=settled_at,
            donor=self.donor_key,
            project=str(self.project_id),
            facts=self.facts,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """What one programme would give, why in one sentence, and the steps as data."""

    programme_id: str
    programme_name: str
    match: Money
    reason: str | None  # A reason code, when the match is smaller than the rate gives.
    why: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What would be matched; `valid_until` only when it is held for this contribution."""

    match: Money
    lines: tuple[QuoteLine, ...]
    valid_until: datetime | None = None
