"""What the pages of matching programmes show, shaped from what matching and the catalogue tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from projects.catalogue import selectors as catalogue
from projects.catalogue.models import Project
from projects.matching import selectors as matching
from projects.matching.selectors import published
from projects.public import spending

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from payments.money import Money
    from payments.sheets import Cell
    from projects.funding.models import Campaign
    from projects.matching.rules import Rule
    from projects.matching.selectors import OpenProgramme, Pot
    from projects.matching.selectors.published import PotMatch, PublishedProgramme

COLUMNS = (
    "programme",
    "project",
    "title",
    "country",
    "sector",
    "currency",
    "matched",
    "contributions",
)


class Phase(StrEnum):
    """Where a programme stands in its time and its money."""

    COMING = "coming"
    OPEN = "open"
    FROZEN = "frozen"  # Stopped for now by its agency.
    EMPTY = "empty"  # Open, but the pot has nothing left.
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Listed:
    """One programme in the list."""

    programme: OpenProgramme
    pot: Pot
    phase: Phase

    @property
    def given(self) -> Money:
        """Return what is given, or held for people who are paying."""
        return self.pot.funded - self.pot.left

    @property
    def last_day(self) -> date:
        """Return the last day with an instant inside the window, in the programme's zone."""
        window = self.programme.rule.window
        last = window.closes_at - timedelta(microseconds=1)
        return last.astimezone(ZoneInfo(window.zone)).date()


@dataclass(frozen=True, slots=True)
class Row:
    """What one project got. An unpublished project has no name here, but its money is counted."""

    project: Project | None
    title: str
    matched: Money
    contributions: int


def pots_of(campaign: Campaign) -> list[PotMatch]:
    """Return the pots that have matched a campaign, if there are several of its currency."""
    pots = published.matched_by_pot([campaign.key])[campaign.key]
    return [pot for pot in pots if pot.matched.currency == campaign.currency]


def phase_of(rule: Rule, *, left: Money, is_frozen: bool, now: datetime) -> Phase:
    """Return where a programme stands at a moment."""
    if now < rule.window.opens_at:
        return Phase.COMING
    if now >= rule.window.closes_at:
        return Phase.CLOSED
    if is_frozen:
        return Phase.FROZEN
    return Phase.OPEN if left else Phase.EMPTY


def list_context(*, now: datetime) -> dict[str, object]:
    """Return the programmes in the order in which a visitor looks for them."""
    found = matching.programmes(now=now)
    pots = matching.pots([each.id for each in found])
    listed = [
        Listed(
            each,
            pots[each.id],
            phase_of(
                each.rule,
                left=pots[each.id].left,
                is_frozen=each.version.is_frozen,
                now=now,
            ),
        )
        for each in found
    ]
    order = [Phase.OPEN, Phase.COMING, Phase.FROZEN, Phase.EMPTY, Phase.CLOSED]
    listed.sort(key=lambda each: (order.index(each.phase), each.programme.rule.window.closes_at))
    return {"listed": listed, "as_of": now}


def page_context(page: PublishedProgramme, *, language: str, now: datetime) -> dict[str, object]:
    """Return everything the page of one programme shows."""
    return {
        "page": page,
        "terms": page.history[0],
        "phase": phase_of(page.rule, left=page.left, is_frozen=page.is_frozen, now=now),
        "rows": _receiving(page, language=language),
        "estimates": _estimated(page, language=language),
        "plot": spending.drawn(
            [(each.on, each.so_far.minor) for each in page.days], top=page.disposable.minor
        ),
        "as_of": now,
    }


def rows(page: PublishedProgramme, *, language: str) -> Iterator[dict[str, Cell]]:
    """Yield one line a project for the open table."""
    for row in _receiving(page, language=language):
        yield {
            "programme": page.programme.pk,
            "project": row.project.slug if row.project else "",
            "title": row.title,
            "country": row.project.country if row.project else "",
            "sector": row.project.sector if row.project else "",
            "currency": row.matched.currency,
            "matched": row.matched.decimal,
            "contributions": row.contributions,
        }


def _receiving(page: PublishedProgramme, *, language: str) -> list[Row]:
    got = [(each.project_id, each.matched, each.contributions) for each in page.receivers]
    return _named(got, language=language)


def _estimated(page: PublishedProgramme, *, language: str) -> list[Row]:
    return _named(
        [(each.project_id, each.matched, 0) for each in page.estimates], language=language
    )


def _named(got: Sequence[tuple[UUID, Money, int]], *, language: str) -> list[Row]:
    wanted = Project.objects.published().filter(pk__in=[pk for pk, _, _ in got])
    known = {each.pk: each for each in wanted}
    texts = catalogue.texts(list(known.values()), language=language)
    return [
        Row(
            project=known.get(pk),
            title=texts[pk].title if pk in known else "",
            matched=matched,
            contributions=contributions,
        )
        for pk, matched, contributions in got
    ]
