"""What is handed to the ledger: entries of postings on accounts, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from payments.exchange import Rate
    from payments.money import Money

State = Literal["pending", "posted", "voided"]


@dataclass(frozen=True, slots=True, order=True)
class AccountKey:
    """The natural key of one account: what it is for, whose it is, in which currency."""

    kind: str  # One of models.AccountKind.
    owner_ref: str  # The owner's own name for itself. Opaque to payments.
    currency: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.owner_ref}"


@dataclass(frozen=True, slots=True, order=True)
class Posting:
    """One line of an entry, in minor units of the account's currency; positive is a debit."""

    account: AccountKey
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One bookkeeping event. Its postings sum to zero in each currency.

    A pending entry holds money back. Another entry *finishes* it: state `posted` makes it final,
    `voided` gives the money back. The finishing entry takes over the pending one's postings and
    brings none of its own.

    An entry in more than one currency *converts*: it carries the rate and has a posting on an `fx`
    account in each currency. The rate is what one unit of the currency with which `fx` is debited
    buys of the currency with which it is credited.
    """

    kind: str
    reference: str
    idempotency_key: str
    occurred_at: datetime
    postings: Sequence[Posting] = ()
    state: State = "posted"
    expires_at: datetime | None = None  # Pending only: from then on it can only be voided.
    finishes: str | None = None  # The idempotency key of the pending entry.
    corrects: str | None = None  # The idempotency key of the entry that was wrong.
    rate: Rate | None = None  # Needed where the postings are in more than one currency.


def conversion(
    sold: Money, bought: Money, *, giver: tuple[str, str], taker: tuple[str, str]
) -> tuple[Posting, Posting, Posting, Posting]:
    """Return the postings that take `sold` from one account and give `bought` to another.

    `giver` and `taker` are the kind and owner of the accounts. The account in between belongs to
    the pair of currencies, whichever way money goes: `fx/EUR-USD`, once in each of the two.
    """
    pair = "-".join(sorted((sold.currency, bought.currency)))
    return (
        Posting(AccountKey("fx", pair, sold.currency), sold.minor),
        Posting(AccountKey(*giver, sold.currency), -sold.minor),
        Posting(AccountKey(*taker, bought.currency), bought.minor),
        Posting(AccountKey("fx", pair, bought.currency), -bought.minor),
    )


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """What the ledger holds after a post; `created` is False for a repeated one."""

    id: UUID
    idempotency_key: str
    created: bool
