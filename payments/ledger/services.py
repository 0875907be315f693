"""Writing the books. Everything goes through one function of the database, one call a batch."""

from __future__ import annotations

import json
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Literal

from django.db import Error, connection, transaction
from uuid_utils.compat import uuid7

from payments.exchange import Rate
from payments.ledger.entries import AccountKey, Entry, PostedEntry, Posting, conversion
from payments.ledger.models import AccountKind
from payments.ledger.models import Entry as Recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

__all__ = [
    "AccountKey",
    "AccountKind",
    "BalanceExceeded",
    "Entry",
    "EntryUnbalanced",
    "IdempotencyConflict",
    "LedgerBusy",
    "LedgerRefused",
    "NothingToCorrect",
    "NothingToFinish",
    "PendingExpired",
    "PostedEntry",
    "Posting",
    "Rate",
    "RateMissing",
    "batch_of",
    "conversion",
    "correct",
    "finish",
    "post",
    "refusals",
    "reverse",
]


class LedgerRefused(Exception):
    """The books would not take an entry; nothing of its batch was written."""

    message = "The books would not take this entry."

    def __init__(self) -> None:
        super().__init__(self.message)


class BalanceExceeded(LedgerRefused):
    message = "There is not enough money on the account."


class EntryUnbalanced(LedgerRefused):
    message = "An entry needs postings that sum to zero in each currency."


class IdempotencyConflict(LedgerRefused):
    message = "This idempotency key already stands for a different entry."


class NothingToFinish(LedgerRefused):
    message = "There is no pending entry to finish, or it was finished before."


class PendingExpired(LedgerRefused):
    message = "The pending entry has run out and can only be voided."


class NothingToCorrect(LedgerRefused):
    message = "There is no such entry to correct, or it moved no money."


class RateMissing(LedgerRefused):
    message = "An entry in more than one currency needs a rate and an fx account in each of them."


class LedgerBusy(LedgerRefused):
    message = "The books are busy. Nothing was written; try again."


_BY_CONSTRAINT: dict[str, type[LedgerRefused]] = {
    "ledger_account_not_overdrawn": BalanceExceeded,
    "ledger_posting_sums_to_zero": EntryUnbalanced,
    "ledger_entry_has_postings": EntryUnbalanced,
    "ledger_entry_key_means_one_thing": IdempotencyConflict,
    "ledger_entry_finishes_pending": NothingToFinish,
    "ledger_entry_finished_once": NothingToFinish,
    "ledger_entry_finishes_in_time": PendingExpired,
    "ledger_entry_corrects_known": NothingToCorrect,
    "ledger_posting_converts_at_rate": RateMissing,
}
_LOCK_NOT_AVAILABLE, _DEADLOCK_DETECTED = "55P03", "40P01"


def post(entries: Sequence[Entry]) -> list[PostedEntry]:
    """Write a batch of entries, all or none, and return them in the given order.

    An entry whose idempotency key is known and whose content is the same is returned as it stands,
    with `created=False`; `occurred_at` is not compared, because a repetition comes later.

    Raises:
        BalanceExceeded: A pot or an escrow would go below zero.
        EntryUnbalanced: There are no postings, or they do not sum to zero in each currency.
        IdempotencyConflict: A known key with other content.
        NothingToFinish: `finishes` names no pending entry, or one that is finished.
        PendingExpired: A pending entry was to be posted after it had run out.
        NothingToCorrect: `corrects` names no entry.
        RateMissing: There is more than one currency, and no rate or not an `fx` account in each.
        LedgerBusy: An account was locked by others for more than five seconds.
    """
    if not entries:
        return []
    batch = batch_of(entries)
    # One statement is a transaction by itself: locks are held for no round trip longer than needed.
    whole = transaction.atomic() if connection.in_atomic_block else nullcontext()
    with refusals(), whole, connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, idempotency_key, created FROM public.ledger_post(%s::jsonb)", [batch]
        )
        return [PostedEntry(*row) for row in cursor.fetchall()]


def finish(
    pending_key: str,
    *,
    how: Literal["post", "void"],
    idempotency_key: str,
    occurred_at: datetime,
    kind: str | None = None,
) -> PostedEntry:
    """Make a pending entry final, or give back what it held; by default under its own kind.

    Raises:
        NothingToFinish: The key names no pending entry, or one that is finished.
        PendingExpired: It was to be posted after it had run out.
        LedgerBusy: An account was locked by others for more than five seconds.
    """
    entry = Entry(
        kind=kind or "",
        reference="",
        idempotency_key=idempotency_key,
        occurred_at=occurred_at,
        state="posted" if how == "post" else "voided",
        finishes=pending_key,
    )
    return post([entry])[0]


def correct(  # noqa: PLR0913  An entry has that many facts.
    *,
    key: str,
    idempotency_key: str,
    occurred_at: datetime,
    kind: str,
    postings: Sequence[Posting],
    rate: Rate | None = None,
    reference: str = "",
) -> PostedEntry:
    """Write the difference to what should have been booked, as an entry that names the wrong one.

    `key` is the idempotency key of the entry that was wrong; it stays as it is and may be corrected
    again. The reference is its own unless another is given.

    Raises:
        NothingToCorrect: The key names no entry.
        LedgerRefused: Whatever else `post` refuses.
    """
    entry = Entry(
        kind=kind,
        reference=reference,
        idempotency_key=idempotency_key,
        occurred_at=occurred_at,
        postings=postings,
        corrects=key,
        rate=rate,
    )
    return post([entry])[0]


def reverse(*, key: str, idempotency_key: str, occurred_at: datetime, kind: str) -> PostedEntry:
    """Take a posted entry back whole: the opposite of each posting, at the same rate.

    Raises:
        NothingToCorrect: The key names no entry, or one that moved nothing for good: a pending one
            is voided with `finish`.
        LedgerRefused: Whatever else `post` refuses.
    """
    mistaken = Recorded.objects.filter(idempotency_key=key, state=Recorded.State.POSTED).first()
    if mistaken is None:
        raise NothingToCorrect
    lines = mistaken.postings.select_related("account")
    return correct(
        key=key,
        idempotency_key=idempotency_key,
        occurred_at=occurred_at,
        kind=kind,
        postings=[Posting(line.account.key, -line.amount_minor) for line in lines],
        rate=mistaken.rate.inverse if mistaken.rate else None,
    )


def batch_of(entries: Sequence[Entry]) -> str:
    """Return entries as `public.ledger_post` takes them, for a function of the database to call it.

    Such a call goes inside `refusals`.
    """
    return json.dumps([_document(entry) for entry in entries])


def _document(entry: Entry) -> dict[str, Any]:
    """Return the form in which the database function reads an entry."""
    return {
        "id": str(uuid7()),
        "kind": entry.kind or None,
        "reference": entry.reference or None,
        "idempotency_key": entry.idempotency_key,
        "occurred_at": entry.occurred_at.isoformat(),
        "state": entry.state,
        "expires_at": entry.expires_at.isoformat() if entry.expires_at else None,
        "finishes": entry.finishes,
        "corrects": entry.corrects,
        "rate": _rate_document(entry.rate),
        "postings": [
            {
                "kind": posting.account.kind,
                "owner_ref": posting.account.owner_ref,
                "currency": posting.account.currency,
                "amount_minor": posting.amount_minor,
            }
            for posting in sorted(entry.postings)
        ],
    }


def _rate_document(rate: Rate | None) -> dict[str, Any] | None:
    if rate is None:
        return None
    return {
        "numerator": rate.numerator,
        "denominator": rate.denominator,
        "source": rate.source,
        "at": rate.at.isoformat(),
    }


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the database says about an entry into the exception that says what it means.

    Raises:
        LedgerRefused: as `post` does.
    """
    try:
        yield
    except Error as error:
        raise _meaning(error) from error


def _meaning(error: Error) -> Exception:
    """Return the named refusal behind a database error, or the error itself."""
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) in {_LOCK_NOT_AVAILABLE, _DEADLOCK_DETECTED}:
        return LedgerBusy()
    diagnosis = getattr(cause, "diag", None)
    refusal = _BY_CONSTRAINT.get(getattr(diagnosis, "constraint_name", None) or "")
    return refusal() if refusal else error
