"""Charges that a giver's bank takes back, in our words and our money."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from payments.money import Money


class DisputeStatus(StrEnum):
    INQUIRY = "inquiry"  # The bank asks and has taken nothing.
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Moved:
    """Money that a dispute moved: what, what was charged for it, and when."""

    amount: Money
    fee: Money  # Below zero where the provider gives a fee back. Its currency may be another one.
    at: datetime


@dataclass(frozen=True, slots=True)
class ProviderDispute:
    """One dispute as the provider knows it now. Amounts are in our minor units."""

    key: str
    charge_key: str
    payment_key: str  # What the charge carries of ours, or blank.
    amount: Money
    status: DisputeStatus
    reason: str  # The provider's word for what the bank says.
    opened_at: datetime
    evidence_due_at: datetime | None  # None: no answer is wanted, or none any more.
    withdrawn: Moved | None = None
    reinstated: Moved | None = None


class DisputeGateway(Protocol):
    """Who tells of disputes. Every call may raise ProviderUnavailable or ProviderRefused."""

    def fetch(self, key: str) -> ProviderDispute:
        """Return a dispute as the provider knows it now."""
        ...
