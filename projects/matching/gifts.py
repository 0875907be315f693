"""What matching is told about a contribution, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from projects.matching import rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from payments.money import Money
    from projects.matching.allocation import Step
    from projects.matching.rules import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFacts:
    """What a rule may ask about a project. `country` is ISO 3166-1 alpha-3.

    `organisation` is the slug of its owner, `region` its place, `goal_minor` what the campaign is
    to raise and `budget_minor` what the whole undertaking costs, both in the campaign's currency.
    """

    project_id: UUID
    project_slug: str
    country: str
    sector: str
    kind: str
    organisation: str = ""
    region: str = ""
    goal_minor: int | None = None
    budget_minor: int | None = None

    @property
    def project_facts(self) -> dict[str, Fact]:
        """Return what is known; a fact that is missing makes money not eligible where asked."""
        known: dict[str, Fact] = {
            "project.country": self.country,
            "project.sector": self.sector,
            "project.kind": self.kind,
            "project.slug": self.project_slug,
        }
        more = {
            "project.organisation": self.organisation or None,
            "project.region": self.region or None,
            "project.goal": self.goal_minor,
            "project.budget": self.budget_minor,
        }
        return known | {name: fact for name, fact in more.items() if fact is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift(ProjectFacts):
    """One contribution: which money, from whom, for what. `residence` is alpha-3 or not known.

    `extra` are facts that only the caller knows of, and come before those named here.
    """

    contribution_ref: str
    campaign_key: str
    amount: Money
    donor_key: str | None
    residence: str | None
    donor_kind: str = "individual"
    contribution_kind: str = "donation"
    extra: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, Fact]:
        return (
            self.project_facts
            | {
                "donor.residence": self.residence,
                "donor.kind": self.donor_kind,
                "contribution.amount": self.amount.minor,
                "contribution.kind": self.contribution_kind,
            }
            | dict(self.extra)
        )

    def counted(
        self, *, settled_at: datetime, initiated_at: datetime | None = None
    ) -> rules.Counted:
        """Return the gift as money that arrived at a moment."""
        return rules.Counted(
            ref=self.contribution_ref,
            amount_minor=self.amount.minor,
            currency=self.amount.currency,
            settled_at=settled_at,
            donor=self.donor_key,
            project=str(self.project_id),
            facts=self.facts,
            initiated_at=initiated_at,
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
    """What would be matched; `valid_until` only when it is held for this contribution.

    `match` is the sum in the contribution's own currency, `matches` the sum in each currency.
    """

    match: Money
    lines: tuple[QuoteLine, ...]
    valid_until: datetime | None = None
    matches: tuple[Money, ...] = ()
