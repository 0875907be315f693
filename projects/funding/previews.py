"""What an amount would become, before there is a contribution. Nothing is held, nothing stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.money import Money
from projects.funding.services.contributions import facts_of
from projects.matching import engine
from projects.matching import services as matching
from projects.matching.services.quotes import quote_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from projects.catalogue.models import Project
    from projects.funding.models import Campaign
    from projects.matching.engine import Standing
    from projects.matching.models import ProgrammeVersion
    from projects.matching.services import Gift, Quote

USUAL_UNITS = 100


@dataclass(frozen=True, slots=True)
class Preview:
    """What an amount would become at one project.

    `is_matched_now`: some programme is open for the project and has money left, though perhaps
    not for everybody.
    """

    amount: Money
    quote: Quote
    is_matched_now: bool
    terms: tuple[ProgrammeVersion, ...]

    @property
    def match(self) -> Money:
        return self.quote.match

    @property
    def total(self) -> Money:
        return self.amount + self.quote.match


def usual_amount(campaign: Campaign) -> Money:
    """Return the amount that examples are made with: 100, within what the campaign takes."""
    hundred = units(USUAL_UNITS, campaign.currency)
    return max(campaign.minimum, min(hundred, campaign.maximum))


def units(count: int, currency: str) -> Money:
    """Return whole units of a currency."""
    return Money(count * 10 ** Money(0, currency).exponent, currency)


def preview(
    project: Project,
    campaign: Campaign,
    *,
    amount: Money,
    now: datetime,
    residence: str | None = None,
) -> Preview:
    """Return what that amount would be matched with if its money arrived now, in a few queries.

    `residence` is the giver's country, alpha-3, if known.
    """
    programmes = read(engine.in_force(now), [(project, campaign)], at=now)
    return programmes.preview(project, campaign, amount=amount, residence=residence)


@dataclass(frozen=True, slots=True)
class Programmes:
    """The programmes in force at a moment, and what they had given to some projects by then.

    Asked about those projects, they answer without a query.
    """

    versions: tuple[ProgrammeVersion, ...]
    standing: Standing
    at: datetime

    def preview(
        self, project: Project, campaign: Campaign, *, amount: Money, residence: str | None = None
    ) -> Preview:
        """Return what that amount would be matched with if its money arrived at that moment."""
        gift = _gift(project, campaign, amount=amount, residence=residence)
        return _preview(gift, self.versions, self.standing, now=self.at)

    def left(self, programme_id: str) -> Money:
        """Return what one of the programmes could still give."""
        rule = next(each.rule for each in self.versions if each.programme_id == programme_id)
        return Money(self.standing.left(programme_id), rule.currency)

    def previews(self, raises: Iterable[tuple[Project, Campaign]]) -> dict[UUID, Preview]:
        """Return what the usual amount becomes at each project."""
        return {
            project.pk: self.preview(project, campaign, amount=usual_amount(campaign))
            for project, campaign in raises
        }


def read(
    versions: Sequence[ProgrammeVersion],
    raises: Iterable[tuple[Project, Campaign]],
    *,
    at: datetime,
) -> Programmes:
    """Return the programmes in force `at` the moment, with what they have given to these raises."""
    gifts = [_gift(*each, amount=usual_amount(each[1])).counted(settled_at=at) for each in raises]
    pairs = [(version, gift) for version in versions for gift in gifts]
    standing = engine.standing(pairs, of=versions)
    return Programmes(tuple(versions), standing, at)


def _gift(
    project: Project, campaign: Campaign, *, amount: Money, residence: str | None = None
) -> Gift:
    """Return a gift of nobody in particular."""
    return matching.Gift(
        **facts_of(project, campaign),
        contribution_ref="",
        campaign_key=campaign.key,
        amount=amount,
        donor_key=None,
        residence=residence,
    )


def _preview(
    gift: Gift, versions: Sequence[ProgrammeVersion], standing: Standing, *, now: datetime
) -> Preview:
    asked = engine.asked_about(gift.facts, versions)
    found = engine.ask(asked, gift.counted(settled_at=now, initiated_at=now), standing)
    has_money = (
        version.rule.window.contains(now)
        and standing.left(version.programme_id) > 0
        and version.frozen_for(gift.project_id) is None
        for version in asked
    )
    return Preview(
        amount=gift.amount,
        quote=quote_of(gift, found, valid_until=None),
        is_matched_now=any(has_money),
        terms=tuple(offer.version for offer in found),
    )
