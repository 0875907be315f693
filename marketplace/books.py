"""The books as a whole: the ledger beside what the rooms above say of themselves."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from django.db import connection, transaction

from payments.ledger import export as exports
from payments.ledger import selectors as ledger
from projects.funding import selectors as funding
from projects.matching import selectors as matching

if TYPE_CHECKING:
    from collections.abc import Iterator


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether every sum agrees, and what was looked at."""

    size: ledger.Size
    differences: list[ledger.Difference]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """One number for the state of all money: equal books, equal fingerprint."""

    sha256: str
    accounts: int
    contributions: int


def verify() -> Verification:
    """Recompute every account, entry, pot and campaign total, all as of one moment."""
    with _one_moment():
        return Verification(
            ledger.size(),
            [*ledger.verify(), *matching.verify_differences(), *funding.verify_differences()],
        )


def fingerprint() -> Fingerprint:
    """Return the fingerprint of the books. Row ids and times have no part in it."""
    with _one_moment():
        accounts, contributions = ledger.fingerprint_rows(), funding.fingerprint_rows()
    lines = [json.dumps(row) for row in (*accounts, *sorted(contributions))]
    digest = hashlib.sha256("\n".join(lines).encode())
    return Fingerprint(digest.hexdigest(), len(accounts), len(contributions))


def export(*, as_of: datetime, form: exports.Format) -> Iterator[str]:
    """Return the text of the books as of a moment, line by line.

    Raises:
        NotFinal: What was recorded by then may still change, or the moment lies ahead.
    """
    return exports.written(exports.export(as_of=as_of), form)


def moment(text: str) -> datetime:
    """Return the moment a person named: a time with its zone, or a day, which is its end in UTC.

    Raises:
        ValueError: It is neither.
    """
    try:
        if _DAY.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time.max, UTC)
        found = datetime.fromisoformat(text)
        zoned = found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        zoned = None
    if zoned is None:
        raise ValueError(f"{text!r} is neither a day nor a time with its zone.")
    return zoned


@contextmanager
def _one_moment() -> Iterator[None]:
    """Let all reads of the block see the same state, whatever is written meanwhile."""
    if connection.in_atomic_block:  # Whoever opened it has chosen the moment.
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
