"""What is announced of disputes. Amounts are those of the dispute, whatever was refunded before."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DisputeOpened:
    """The giver's bank has taken money back for now; it stands on an account of its own."""

    dispute_id: str
    payment_id: str
    reference: str
    amount_minor: int
    currency: str
    at: str  # RFC 3339, when the provider withdrew the money.


@dataclass(frozen=True, slots=True)
class DisputeWon:
    """The money is back. What the dispute cost is not, as a rule."""

    dispute_id: str
    payment_id: str
    reference: str
    amount_minor: int
    currency: str
    at: str  # RFC 3339, when the provider gave the money back.


@dataclass(frozen=True, slots=True)
class DisputeLost:
    """The money is gone for good."""

    dispute_id: str
    payment_id: str
    reference: str
    amount_minor: int
    currency: str
    at: str  # RFC 3339, when we learnt of it.
