"""Entries for whoever works on them: what waits, what somebody is writing, what was decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from remittances.entries import terms
from remittances.feeds import outliers, publishing
from remittances.feeds.sorting import recent
from remittances.models import PriceEntry, PriceEvidence, SurveyedService

if TYPE_CHECKING:
    from fractions import Fraction

    from django.db.models import QuerySet

    from remittances.feeds.outliers import Oddity
    from remittances.feeds.priced import Named, Point, Priced

_DECIDED_SHOWN = 40
_State = PriceEntry.State


@dataclass(frozen=True, slots=True)
class Total:
    """What a service would cost at one amount."""

    point: Point
    margin_pct: Fraction | None
    total_pct: Fraction | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What an entry would become, beside what stands of the same service.

    `ours` is the reference rate we know of that day where the entry is measured by another one,
    and `by_ours` what the service would cost by it.
    """

    row: Priced
    totals: list[Total]
    standing: SurveyedService | None
    oddities: list[Oddity]
    ours: Named | None
    by_ours: list[Total]
    odd_by_ours: list[Oddity]


def entries() -> QuerySet[PriceEntry]:
    """Return every entry with what a page shows of it, without the bytes of its evidence."""
    found = PriceEntry.objects.select_related(
        "origin", "destination", "evidence", "entered_by", "decided_by"
    )
    return found.defer("evidence__content")


def waiting() -> QuerySet[PriceEntry]:
    """Return what waits for a second person, the longest waiting first."""
    return entries().filter(state=_State.WAITING).order_by("entered_at", "id")


def drafts(person: UUID) -> QuerySet[PriceEntry]:
    """Return what a person is writing."""
    return entries().filter(state=_State.DRAFT, entered_by=person).order_by("-entered_at")


def decided() -> QuerySet[PriceEntry]:
    """Return what was decided last."""
    found = entries().filter(state__in=(_State.PUBLISHED, _State.DECLINED))
    return found.order_by("-decided_at", "-id")[:_DECIDED_SHOWN]


def visible_to(person: UUID) -> QuerySet[PriceEntry]:
    """Return the entries a person may open: everybody's, but of drafts only their own."""
    others_drafts = entries().filter(state=_State.DRAFT).exclude(entered_by=person)
    return entries().exclude(pk__in=others_drafts.values("pk"))


def kept_evidence(key: str, *, person: UUID) -> PriceEvidence | None:
    """Return evidence that a person sent before; None where the key is not of theirs."""
    try:
        wanted = UUID(key)
    except ValueError:
        return None
    return PriceEvidence.objects.defer("content").filter(pk=wanted, added_by=person).first()


def preview(entry: PriceEntry) -> Preview:
    """Return what an entry would become, measured by its own reference rate and by ours."""
    row, key = terms.priced(entry), terms.row_key(entry)
    standing = publishing.standing([key]).get(key)
    old = publishing.as_priced(standing) if standing else None
    ours = _ours(row)
    by_ours = replace(row, reference=ours)
    return Preview(
        row=row,
        totals=_totals(row),
        standing=standing,
        oddities=outliers.oddities(row, standing=old),
        ours=ours,
        by_ours=_totals(by_ours) if ours else [],
        odd_by_ours=outliers.oddities(by_ours, standing=old) if ours else [],
    )


def _ours(row: Priced) -> Named | None:
    """Return the reference rate we know; None where it is the row's own, or measures nothing."""
    if not row.transparent:
        return None
    ours = recent(row.currency, row.payout_currency, row.collected_on)
    is_same = ours and row.reference and ours.rate == row.reference.rate
    return None if is_same else ours


def _totals(row: Priced) -> list[Total]:
    return [Total(point, row.margin_pct(point), row.total_pct(point)) for point in row.points]
