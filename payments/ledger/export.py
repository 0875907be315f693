"""The books as they stood at a moment, posting by posting: always the same bytes.

Entries never change, so what was recorded by a moment is final as soon as nothing that was recorded
by then can still be committed. That is asked first; a moment that is too fresh is refused. The
order is by the time of recording and by natural keys, compared byte by byte, so that neither row
ids nor the server's language take part in it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypedDict, cast

from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Collate, Concat

from payments.ledger.models import Posting
from payments.sheets import csv_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models.expressions import Combinable

    from payments.sheets import Cell

Format = Literal["jsonl", "csv"]
_CHUNK = 2_000  # Rows that are held at once.


class Line(TypedDict):
    """One posting with its entry. Times are RFC 3339 in UTC, keys are idempotency keys."""

    entry: str
    at: str  # When it happened.
    kind: str
    account: str  # Its kind and owner: "escrow/campaign:1".
    currency: str
    amount_minor: int  # A debit is positive.
    reference: str
    state: str  # As the entry was written: pending, posted or voided. It never changes.
    finishes: str | None  # The pending entry that this one makes final, or gives back.
    corrects: str | None
    expires_at: str | None
    rate_numerator: int | None
    rate_denominator: int | None
    rate_source: str | None
    rate_at: str | None
    recorded_at: str


_SOURCES: dict[str, Combinable] = {
    "entry": F("entry__idempotency_key"),
    "at": F("entry__occurred_at"),
    "kind": F("entry__kind"),
    "account": Concat("account__kind", Value("/"), "account__owner_ref"),
    "currency": F("currency"),
    "amount_minor": F("amount_minor"),
    "reference": F("entry__reference"),
    "state": F("entry__state"),
    "finishes": F("entry__finishes__idempotency_key"),
    "corrects": F("entry__corrects__idempotency_key"),
    "expires_at": F("entry__expires_at"),
    "rate_numerator": F("entry__rate_numerator"),
    "rate_denominator": F("entry__rate_denominator"),
    "rate_source": F("entry__rate_source"),
    "rate_at": F("entry__rate_at"),
    "recorded_at": F("entry__recorded_at"),
}
COLUMNS = tuple(_SOURCES)
_ORDER = (
    F("entry__recorded_at"),
    Collate("entry__idempotency_key", "C"),
    Collate("account__kind", "C"),
    Collate("account__owner_ref", "C"),
    Collate("currency", "C"),
    F("amount_minor"),
)


class NotFinal(Exception):
    """What was recorded by that moment is not final: it lies ahead, or somebody still writes."""

    def __init__(self, as_of: datetime, final_before: datetime) -> None:
        super().__init__(
            f"The books are final before {_written(final_before)}, not yet as of {_written(as_of)}."
        )
        self.final_before = final_before


def final_before() -> datetime:
    """Return the moment before which nothing more can be recorded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp(), public.ledger_writing_since()")
        now, writing_since = cursor.fetchone()
    earliest: datetime = min(now, writing_since or now)
    return earliest


def export(*, as_of: datetime) -> Iterator[Line]:
    """Return every posting recorded by a moment. Not inside a transaction, which sees less.

    Raises:
        NotFinal: A transaction that began by then is still writing, or the moment lies ahead.
    """
    limit = final_before()
    if as_of >= limit:
        raise NotFinal(as_of, limit)
    return _lines(as_of)


def _lines(as_of: datetime) -> Iterator[Line]:
    """Yield the lines from a cursor of the server, which sees one moment and sends in chunks."""
    postings = (
        Posting.objects.filter(entry__recorded_at__lte=as_of)
        .order_by(*_ORDER)
        .values_list(*_SOURCES.values())
    )
    with transaction.atomic(durable=True):
        for row in postings.iterator(chunk_size=_CHUNK):
            cells = (_written(cell) if isinstance(cell, datetime) else cell for cell in row)
            yield Line(**dict(zip(COLUMNS, cells, strict=True)))  # type: ignore[typeddict-item]


def written(lines: Iterable[Line], form: Format) -> Iterator[str]:
    """Yield the text of an export, line by line, each with its end."""
    if form == "csv":
        yield from csv_lines(COLUMNS, (cast("dict[str, Cell]", line) for line in lines))
        return
    for line in lines:
        yield f"{json.dumps(line)}\n"


def _written(moment: datetime) -> str:
    """Return a time as it stands in an export, always with all six decimals."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
