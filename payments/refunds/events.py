"""What is announced of refunds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaymentRefunded:
    """Money has been given back; it is out of the ledger."""

    refund_id: str
    payment_id: str
    reference: str
    amount_minor: int
    currency: str
    refunded_at: str  # RFC 3339, the provider's time of the refund.


@dataclass(frozen=True, slots=True)
class RefundFailed:
    """Money was not given back, or came back after it was; it is where it was before."""

    refund_id: str
    payment_id: str
    reference: str
    amount_minor: int
    currency: str
    reason: str  # The provider's word, or its refusal.
