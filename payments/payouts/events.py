"""What this room announces."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PayoutDetailsChanged:
    """Where an owner is paid is new: every contact there ever was is to be told."""

    account_id: str
    owner_ref: str
    contacts_json: str  # A JSON list of e-mail addresses.
    details_label: str
    free_at: str  # RFC 3339: nothing is paid to these details before.


@dataclass(frozen=True, slots=True)
class PayoutPaid:
    """The money has arrived at the owner's bank; it is in the ledger."""

    payout_id: str
    owner_ref: str
    source_ref: str
    reference: str
    amount_minor: int  # What the escrow gave.
    sent_minor: int  # What was sent: less, where the owner owed something.
    currency: str
    paid_at: str  # RFC 3339, the provider's time.


@dataclass(frozen=True, slots=True)
class PayoutFailed:
    """A payout came to nothing. Its money is in the escrow again, or on its way there."""

    payout_id: str
    owner_ref: str
    source_ref: str
    reference: str
    amount_minor: int
    currency: str
    cause: str  # The provider's code; `payouts.causes.sentence` says it in words.


@dataclass(frozen=True, slots=True)
class PayoutReturned:
    """A payout that had arrived was sent back by the bank."""

    payout_id: str
    owner_ref: str
    source_ref: str
    reference: str
    amount_minor: int
    currency: str
    cause: str
