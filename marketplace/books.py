"""The books as a whole: the ledger beside what the rooms above say of themselves."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction

from payments.ledger import selectors as ledger
from projects.funding import selectors as funding
from projects.matching import selectors as matching

if TYPE_CHECKING:
    from collections.abc import Iterator


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


@contextmanager
def _one_moment() -> Iterator[None]:
    """Let all reads of the block see the same state, whatever is written meanwhile."""
    if connection.in_atomic_block:  # Whoever opened it has chosen the moment.
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
