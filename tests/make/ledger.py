"""Entries, ready to be handed to the ledger. `make.pot(minor=30_00)` is a pot that holds that."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

from payments.ledger import services as ledger
from payments.ledger.models import AccountKind
from payments.ledger.services import AccountKey, Entry, Posting

if TYPE_CHECKING:
    from payments.ledger.entries import State

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)

_serial = count(1)


def account(
    kind: str = AccountKind.PAYABLE, owner_ref: str = "owner", currency: str = "EUR"
) -> AccountKey:
    return AccountKey(kind, owner_ref, currency)


def entry(  # noqa: PLR0913  A builder names whatever a test may vary.
    *,
    debit: AccountKey | None = None,
    credit: AccountKey | None = None,
    minor: int = 100_00,
    kind: str = "charge",
    reference: str = "ref-1",
    key: str = "",
    state: State = "posted",
    expires_at: datetime | None = None,
) -> Entry:
    """Return a balanced entry of two postings in euro."""
    debit = debit or account(AccountKind.SUSPENSE)
    credit = credit or account(AccountKind.PAYABLE)
    return Entry(
        kind=kind,
        reference=reference,
        idempotency_key=key or f"entry-{next(_serial)}",
        occurred_at=NOON,
        postings=(Posting(debit, minor), Posting(credit, -minor)),
        state=state,
        expires_at=expires_at,
    )


def pot(*, minor: int = 30_00, owner_ref: str = "fund") -> AccountKey:
    """Fund a pot through the ledger and return its key."""
    key = account(AccountKind.MATCH_POT, owner_ref)
    treasury = account(AccountKind.PROVIDER_CLEARING, f"treasury:{owner_ref}")
    ledger.post([entry(debit=treasury, credit=key, minor=minor, kind="pot_funding")])
    return key
