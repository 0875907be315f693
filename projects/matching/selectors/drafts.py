"""What an agency sees of its own programmes: terms, pots, drafts, and who agreed on what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from payments.ledger import selectors as ledger
from payments.money import Money
from projects.catalogue.models import Project
from projects.matching import counting, engine
from projects.matching.models import CountedMoney, Freeze, Programme, ProgrammeVersion
from projects.matching.models.drafts import DraftStep, ProgrammeDraft

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from uuid import UUID

    from payments.ledger.selectors import Balance
    from payments.ledger.services import AccountKey
    from projects.matching.rules import Counted, Rule


class Standing(StrEnum):
    """Where a programme stands at a moment."""

    DRAFT = "draft"  # Nothing was published yet.
    COMING = "coming"
    OPEN = "open"
    FROZEN = "frozen"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class OwnPot:
    """The money of one funder. A programme without several funders has one, without a name."""

    layer: str
    funded: Money
    left: Money


@dataclass(frozen=True, slots=True)
class OwnProgramme:
    """A programme, or the draft of one, as its agency sees it."""

    key: str
    agency_id: UUID
    standing: Standing
    current: ProgrammeVersion | None  # The terms in force, or the first that will be.
    coming: ProgrammeVersion | None  # Terms published to be in force later.
    pots: tuple[OwnPot, ...]
    draft: ProgrammeDraft | None
    freeze: Freeze | None

    @property
    def name(self) -> str:
        if self.current is not None:
            return self.current.rule.name
        return self.draft.name if self.draft else self.key

    @property
    def rule(self) -> Rule | None:
        return self.current.rule if self.current else None

    @property
    def funded(self) -> Money | None:
        return _sum(pot.funded for pot in self.pots)

    @property
    def left(self) -> Money | None:
        return _sum(pot.left for pot in self.pots)


def own_programmes(agency_ids: Collection[UUID], *, now: datetime) -> tuple[OwnProgramme, ...]:
    """Return the programmes of agencies and their drafts, by id, in five queries."""
    versions = ProgrammeVersion.objects.filter(programme__agency__in=agency_ids)
    by_key: dict[str, list[ProgrammeVersion]] = {}
    for version in versions.select_related("programme").order_by("programme_id", "number"):
        by_key.setdefault(version.programme_id, []).append(version)
    waiting = ProgrammeDraft.objects.filter(
        agency__in=agency_ids, state__in=ProgrammeDraft.WAITING
    ).select_related("proposed_by", "saved_by")
    drafts = {draft.programme_key: draft for draft in waiting}
    freezes = {
        str(freeze.programme_id): freeze
        for freeze in Freeze.objects.standing().filter(programme__in=by_key)
    }
    books = ledger.balances(
        {key for rows in by_key.values() for key in engine.pots_of(rows[-1].rule).values()}
    )
    published = [
        _own(rows, drafts.get(key), freezes.get(key), books, now) for key, rows in by_key.items()
    ]
    unpublished = [
        OwnProgramme(key, draft.agency_id, Standing.DRAFT, None, None, (), draft, None)
        for key, draft in drafts.items()
        if key not in by_key
    ]
    return tuple(sorted(published + unpublished, key=lambda each: each.key))


def _own(
    versions: list[ProgrammeVersion],
    draft: ProgrammeDraft | None,
    freeze: Freeze | None,
    books: dict[AccountKey, Balance],
    now: datetime,
) -> OwnProgramme:
    in_force = [version for version in versions if version.published_at <= now]
    current = in_force[-1] if in_force else versions[0]
    later = [version for version in versions if version.published_at > now and version != current]
    return OwnProgramme(
        key=current.programme_id,
        agency_id=current.programme.agency_id,
        standing=_standing(current, freeze, now),
        current=current,
        coming=later[-1] if later else None,
        pots=_pots(versions[-1].rule, books),
        draft=draft,
        freeze=freeze,
    )


def _standing(current: ProgrammeVersion, freeze: Freeze | None, now: datetime) -> Standing:
    window = current.rule.window
    if now >= window.closes_at:
        return Standing.ENDED
    if freeze is not None:
        return Standing.FROZEN
    is_open = current.published_at <= now and window.contains(now)
    return Standing.OPEN if is_open else Standing.COMING


def _pots(rule: Rule, books: dict[AccountKey, Balance]) -> tuple[OwnPot, ...]:
    return tuple(
        OwnPot(
            layer=layer,
            funded=Money(books[key].credits_posted, rule.currency),
            left=Money(books[key].left, rule.currency),
        )
        for layer, key in engine.pots_of(rule).items()
    )


def versions_of(programme: Programme) -> list[ProgrammeVersion]:
    """Return the published terms of a programme with the drafts they came from, newest first."""
    rows = programme.versions.select_related("draft__proposed_by", "draft__published_by")
    return list(rows.order_by("-number"))


def steps_of(draft: ProgrammeDraft) -> list[DraftStep]:
    """Return what happened to a draft, newest first."""
    return list(draft.steps.select_related("actor").order_by("-at", "-id"))


def latest_version(programme_key: str) -> ProgrammeVersion | None:
    """Return the terms of a programme that were published last, in force or not yet."""
    return ProgrammeVersion.objects.filter(programme=programme_key).order_by("number").last()


def _sum(amounts: Iterable[Money]) -> Money | None:
    found = list(amounts)
    return sum(found[1:], found[0]) if found else None


def past_money(
    agency_id: UUID, rule: Rule, *, since: datetime, until: datetime
) -> tuple[Counted, ...]:
    """Return money that settled for an agency's own projects of which a rule speaks, in order.

    Money for projects of other agencies stays on their side of the wall.
    """
    own = Project.objects.filter(agency=agency_id).values("pk")
    rows = CountedMoney.objects.filter(
        project_id__in=own, settled_at__gte=since, settled_at__lt=until
    ).order_by("settled_at", "contribution_ref")
    return tuple(row.counted for row in rows if counting.speaks_of(rule, row.facts))
