"""Giving money back, in our words and our money."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from payments.money import Money


class RefundStatus(StrEnum):
    PENDING = "pending"  # The provider works on it.
    SUCCEEDED = "succeeded"  # On its way. A bank may still send it back, weeks later.
    FAILED = "failed"  # The money is with the provider again.


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """What is given back, and of which charge."""

    refund_key: str  # Ours. The provider carries it and gives it back.
    idempotency_key: str
    charge_key: str
    amount: Money


@dataclass(frozen=True, slots=True)
class ProviderRefund:
    """One refund as the provider knows it now. The amount is in our minor units."""

    key: str
    refund_key: str  # Ours, or blank where somebody made it at the provider by hand.
    charge_key: str
    payment_key: str  # What the charge carries of ours, or blank.
    amount: Money
    status: RefundStatus
    made_at: datetime
    failed_at: datetime | None = None  # When the money came back, where it did.
    failure_reason: str = ""  # The provider's word for it.


class RefundGateway(Protocol):
    """Who gives money back. Every call may raise ProviderUnavailable or ProviderRefused."""

    def refund(self, request: RefundRequest) -> ProviderRefund:
        """Give back; the same key and request get the same refund again."""
        ...

    def fetch(self, key: str) -> ProviderRefund:
        """Return a refund as the provider knows it now."""
        ...

    def refunds_of(self, charge_key: str) -> Sequence[ProviderRefund]:
        """Return every refund of a charge, whoever made it."""
        ...
