"""What an amount becomes: always asked of the matching rules, never calculated on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import get_language

from payments.amounts import AmountNotUnderstood, parse
from projects.funding import previews
from projects.funding.services import gift_of
from projects.matching import services as matching
from projects.matching import wording
from projects.matching.selectors import programmes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from payments.money import Money
    from projects.catalogue.models import Project
    from projects.funding.models import Campaign, Contribution
    from projects.matching.services import Quote


@dataclass(frozen=True, slots=True)
class Line:
    """What one programme adds: by which rule, why, and every step of the calculation."""

    programme_id: str
    name: str
    match: Money
    rule: str
    reason: str | None  # A code, where it adds nothing or less than the rule alone would.
    why: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """An amount and what public funds add to it."""

    amount: Money
    match: Money
    lines: tuple[Line, ...]
    valid_until: datetime | None

    @property
    def total(self) -> Money:
        return self.amount + self.match

    @property
    def shortfalls(self) -> list[Line]:
        """Return the programmes that add nothing, or less than their rule alone would."""
        return [line for line in self.lines if line.reason]


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
    found = previews.preview(project, campaign, amount=amount, now=at)
    rules = {terms.programme_id: wording.rule_sentence(terms.rule) for terms in found.terms}
    return _offer(amount, found.quote, rules)


def offer_for(contribution: Contribution, *, at: datetime) -> Offer:
    """Return what a contribution becomes: what is held for it, or would be held now."""
    quote = matching.quote(gift=gift_of(contribution), now=at)
    rules = {each.id: each.sentence for each in programmes(now=at)} if quote.lines else {}
    return _offer(contribution.amount, quote, rules)


def _offer(amount: Money, quote: Quote, rules: Mapping[str, str]) -> Offer:
    lines = tuple(
        Line(
            programme_id=line.programme_id,
            name=line.programme_name,
            match=line.match,
            rule=rules.get(line.programme_id, ""),
            reason=line.reason,
            why=line.why,
            steps=wording.sentences(line.steps, currency=line.match.currency),
        )
        for line in quote.lines
    )
    return Offer(amount, quote.match, lines, quote.valid_until)
