"""Which rows of an answer are published, which wait for a person, and which are old news."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from remittances.feeds import publishing
from remittances.feeds.outliers import Oddity, oddities
from remittances.feeds.priced import Named, Priced
from remittances.models import QuarantinedQuote
from remittances.rates.selectors import reference

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from remittances.models import Feed


@dataclass(frozen=True, slots=True)
class Sorted:
    """Rows by their keys; what is in neither was not newer than what is known."""

    plain: dict[str, Priced] = field(default_factory=dict)
    odd: dict[str, tuple[Priced, list[Oddity]]] = field(default_factory=dict)


def sort(feed: Feed, rows: Iterable[Priced]) -> Sorted:
    """Measure each row against its reference rate and sort it, in a fixed number of queries.

    One query more for each pair of currencies and day.
    """
    by_key = {f"feed/{feed.slug}/{row.service_key}": row for row in rows}
    earlier = publishing.standing(by_key)
    held = _held_last(by_key)
    named: dict[tuple[str, str, date], Named | None] = {}
    parts = Sorted()
    for key, row in by_key.items():
        before = earlier.get(key)
        if not _is_newer(row, before.collected_at if before else None, held.get(key)):
            continue
        pair = (row.currency, row.payout_currency, row.collected_on)
        if pair not in named:
            named[pair] = recent(*pair)
        measured = replace(row, reference=named[pair])
        old = publishing.as_priced(before) if before else None
        first = [] if old else [Oddity.FIRST]  # A person lets each service in once.
        if why := first + oddities(measured, standing=old):
            parts.odd[key] = (measured, why)
        else:
            parts.plain[key] = measured
    return parts


def recent(base: str, quote: str, on: date) -> Named | None:
    """Return the reference rate of a day; None where none is of that week."""
    found = reference(base, quote, today=on)
    return Named.of(found) if found and found.is_recent else None


def _held_last(keys: Iterable[str]) -> dict[str, datetime]:
    """Return when the quotes that were held back last, by key, were collected."""
    held = QuarantinedQuote.objects.filter(row_key__in=list(keys))
    newest = held.order_by("row_key", "-run__started_at", "-id").distinct("row_key")
    return {
        one.row_key: moment
        for one in newest
        if (moment := Priced.from_document(one.quote).collected_at)
    }


def _is_newer(row: Priced, *others: datetime | None) -> bool:
    moment = row.collected_at
    return moment is not None and all(other is None or moment > other for other in others)
