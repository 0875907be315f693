"""What the home page tells of the running world: projects, numbers, and what 100 becomes.

Nothing here calculates money: totals come from the books, matches from the matching engine. What
is the same for everybody is kept for half a minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.utils.translation import get_language

from cms.pages import numbers, teaser
from payments.amounts import AmountNotUnderstood, parse
from projects.funding.discovery import discover
from projects.funding.summaries import summaries
from projects.matching.selectors import rule_sentence
from projects.public.refusals import amount_refusal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from cms.pages.numbers import Numbers
    from cms.pages.teaser import Teaser
    from payments.money import Money
    from projects.catalogue.models import Project
    from projects.funding.discovery import Discovery
    from projects.funding.models import Campaign
    from projects.funding.previews import Preview, Programmes
    from projects.funding.summaries import Summary

CARDS = 3
KEPT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Open:
    """A project that takes gifts now, and what the usual amount becomes there."""

    project: Project
    campaign: Campaign
    preview: Preview

    @property
    def factor(self) -> Fraction:
        """How many times the usual amount arrives."""
        return Fraction(self.preview.total.minor, self.preview.amount.minor)


@dataclass(frozen=True, slots=True)
class Front:
    """The part of the home page that is the same for everybody who reads it in one language."""

    cards: tuple[Summary, ...]
    open: tuple[Open, ...]  # Those that close first come first.
    published: int
    programmes: Programmes
    numbers: Numbers
    teaser: Teaser | None
    as_of: datetime

    @property
    def countries(self) -> list[str]:
        """Return the codes of the countries with a project that takes gifts now."""
        return sorted({each.project.country for each in self.open})


@dataclass(frozen=True, slots=True)
class Fund:
    """What one programme adds, by which rule, and what it has left."""

    name: str
    match: Money
    rule: str
    left: Money


@dataclass(frozen=True, slots=True)
class Calculation:
    """What an amount would become at one project for somebody we know nothing of.

    Where the amount asked about cannot be used, `preview` is that of the usual amount.
    """

    typed: str
    chosen: Open
    preview: Preview
    funds: tuple[Fund, ...] = ()  # Those that add something.
    refusal: str = ""
    is_outside: bool = False  # Not an amount that this project takes at once.

    @property
    def country(self) -> str:
        return self.chosen.project.country


def front_page(*, language: str, now: datetime) -> Front:
    """Return the shared part of the home page, at most half a minute old."""
    key = f"front-page:{language}"
    kept: Front | None = cache.get(key)
    if kept is None:
        kept = _front(language=language, now=now)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def calculate(view: Front, *, amount: str | None, country: str | None) -> Calculation | None:
    """Return what `amount`, as it was typed, becomes in a country (alpha-3), as of the view.

    Without a country, or where none of its projects takes gifts, it is the one where the usual
    amount grows most. None while no project takes gifts.
    """
    chosen = _most_matched(view.open, (country or "").upper())
    if chosen is None:
        return None
    asked, refusal = _read(amount, currency=chosen.campaign.currency)
    usual = chosen.preview
    is_outside = asked is not None and not _takes(chosen.campaign, asked)
    if asked is None or is_outside or asked == usual.amount:
        shown = usual
    else:
        shown = view.programmes.preview(chosen.project, chosen.campaign, amount=asked)
    return Calculation(
        typed=amount or "",
        chosen=chosen,
        preview=shown,
        funds=_funds(view, shown),
        refusal=refusal,
        is_outside=is_outside,
    )


def _read(amount: str | None, *, currency: str) -> tuple[Money | None, str]:
    """Return the amount by the rules of the page's language, or why it is not understood."""
    if amount is None:
        return None, ""
    try:
        return parse(amount, currency=currency, language=get_language() or "en"), ""
    except AmountNotUnderstood as error:
        return None, amount_refusal(error)


def _takes(campaign: Campaign, amount: Money) -> bool:
    return campaign.minimum <= amount <= campaign.maximum


def _funds(view: Front, shown: Preview) -> tuple[Fund, ...]:
    rules = {version.programme_id: rule_sentence(version) for version in shown.terms}
    return tuple(
        Fund(
            name=line.programme_name,
            match=line.match,
            rule=rules.get(line.programme_id, ""),
            left=view.programmes.left(line.programme_id),
        )
        for line in shown.quote.lines
        if line.match
    )


def _most_matched(projects: Iterable[Open], country: str) -> Open | None:
    here = [each for each in projects if each.project.country == country] or list(projects)
    return max(here, key=lambda each: each.factor, default=None)


def _front(*, language: str, now: datetime) -> Front:
    found = discover({"sort": "least_left"}, user=AnonymousUser(), now=now)
    running = _running(found, now=now)
    soon = [each.project.pk for each in running[:CARDS]]
    return Front(
        cards=tuple(summaries(found, soon, language=language, at=now)),
        open=tuple(running),
        programmes=found.programmes,
        published=len(found.projects),
        numbers=numbers.numbers(found.projects.values(), found.totals.values(), now=now),
        teaser=teaser.teaser(now=now),
        as_of=now,
    )


def _running(found: Discovery, *, now: datetime) -> list[Open]:
    """Return the projects that take gifts now, those that close first before the others."""
    running = [
        Open(found.projects[pk], campaign, found.previews[pk])
        for pk, campaign in found.campaigns.items()
        if pk in found.previews and campaign.takes_money(now)
    ]
    return sorted(running, key=lambda each: (each.campaign.closes_at, str(each.project.pk)))
