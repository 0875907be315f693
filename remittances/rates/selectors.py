"""The reference rate between two currencies on a day, and where it comes from."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, Subquery

from remittances.models import RateProposal, ReferenceRate
from remittances.rates import references
from remittances.rates.references import ECB, EURO, Published, Reference

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

__all__ = ["Reference", "newest_rates", "reference", "waiting"]

_SHOWN = 40


def reference(base: str, quote: str, *, today: date) -> Reference | None:
    """Return the rate of the newest day up to `today`, in one query; None where nobody tells one.

    Of rates not older than a week: the central bank's, by way of the euro, else an entered one,
    else the survey's. Where all are older, the newest.
    """
    if base == quote:
        return references.same(base, today=today)
    codes = {base, quote} - {EURO}
    euro = Q(base=EURO, source=ECB, quote__in=codes, on=Subquery(_common_day(codes, today)))
    direct = Q(base=base, quote=quote) | Q(base=quote, quote=base)
    rows = (
        ReferenceRate.objects.filter(euro | (direct & ~Q(source=ECB)), on__lte=today)
        .order_by("base", "quote", "source", "-on")
        .distinct("base", "quote", "source")
    )
    told = [_published(row) for row in rows]
    bank = [rate for rate in told if rate.source == ECB]
    others = [references.turned(rate, base=base) for rate in told if rate.source != ECB]
    crossed = references.between(base, quote, euro=bank)
    return references.best([crossed, *others] if crossed else others, today=today)


def newest_rates() -> QuerySet[ReferenceRate]:
    """Return the newest rate of every pair and source."""
    newest = ReferenceRate.objects.order_by("base", "quote", "source", "-on")
    return newest.distinct("base", "quote", "source")


def waiting() -> QuerySet[RateProposal]:
    """Return the rates that wait for a second person, the longest waiting first."""
    proposals = RateProposal.objects.filter(state=RateProposal.State.WAITING)
    return proposals.select_related("entered_by").order_by("entered_at", "id")


def decided() -> QuerySet[RateProposal]:
    """Return what was decided last."""
    proposals = RateProposal.objects.exclude(state=RateProposal.State.WAITING)
    return proposals.select_related("entered_by", "decided_by").order_by("-decided_at")[:_SHOWN]


def _common_day(codes: set[str], today: date) -> QuerySet[ReferenceRate, Any]:
    """Return the newest day up to `today` on which the bank has all the currencies."""
    one, *others = sorted(codes)
    days = ReferenceRate.objects.filter(base=EURO, source=ECB, quote=one, on__lte=today)
    for other in others:
        same_day = ReferenceRate.objects.filter(
            base=EURO, source=ECB, quote=other, on=OuterRef("on")
        )
        days = days.filter(Exists(same_day))
    return days.order_by("-on").values("on")[:1]


def _published(row: ReferenceRate) -> Published:
    return Published(
        base=row.base, quote=row.quote, rate=Fraction(row.rate), on=row.on, source=row.source
    )
