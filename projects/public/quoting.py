"""What an amount becomes: always asked of the matching rules, never calculated on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import get_language

from payments.amounts import AmountNotUnderstood, parse
from projects.funding import previews
from projects.funding.services import gift_of
from projects.matching import services as matching

if TYPE_CHECKING:
    from datetime import datetime

    from payments.money import Money
    from projects.catalogue.models import Project
    from projects.funding.models import Campaign, Contribution
    from projects.matching.services import Quote, QuoteLine


@dataclass(frozen=True, slots=True)
class Offer:
    """An amount and what public funds add to it."""

    amount: Money
    match: Money
    lines: tuple[QuoteLine, ...]
    valid_until: datetime | None

    @property
    def total(self) -> Money:
        return self.amount + self.match


def asked_amount(text: str | None, campaign: Campaign) -> Money | None:
    """Return the amount in an address, read by the page's language, if this campaign takes it."""
    if text is None:
        return None
    try:
        amount = parse(text, currency=campaign.currency, language=get_language() or "en")
    except AmountNotUnderstood:
        return None
    return amount if campaign.minimum <= amount <= campaign.maximum else None


def offer_to_anybody(project: Project, campaign: Campaign, amount: Money, *, at: datetime) -> Offer:
    """Return what an amount would become for somebody we know nothing of."""
    return _offer(amount, previews.preview(project, campaign, amount=amount, now=at))


def offer_for(contribution: Contribution, *, at: datetime) -> Offer:
    """Return what a contribution becomes: what is held for it, or would be held now."""
    return _offer(contribution.amount, matching.quote(gift=gift_of(contribution), now=at))


def _offer(amount: Money, quote: Quote) -> Offer:
    return Offer(amount, quote.match, quote.lines, quote.valid_until)
