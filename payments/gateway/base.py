"""What a payment provider must be able to do, in our words and our money."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from payments.money import Money


class ProviderError(Exception):
    """The provider did not do what we asked."""


class ProviderUnavailable(ProviderError):
    """No answer, or none that says whether it was done. Repeat with the same key, or ask."""


class ProviderRefused(ProviderError):
    """The provider answered no. Repeating the same question gets the same answer."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What the provider's page shows and where it leads afterwards."""

    payment_key: str  # Ours. The provider carries it and gives it back.
    idempotency_key: str
    amount: Money
    description: str
    email: str
    language: str
    success_url: str
    cancel_url: str
    expires_at: datetime  # From then on nobody can pay on it, whatever becomes of us.


@dataclass(frozen=True, slots=True)
class HostedPage:
    """The provider's page on which a person pays. The address is gone once the page is over."""

    key: str
    url: str | None


class ChargeStatus(StrEnum):
    OPEN = "open"  # Nobody has paid yet.
    PROCESSING = "processing"  # Paid, but the provider is not certain, or not done counting.
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ProviderCharge:
    """What became of a page. The amounts are the provider's, in our minor units."""

    payment_key: str
    page_key: str
    status: ChargeStatus
    charge: Charge | None = None  # Set exactly when paid.


@dataclass(frozen=True, slots=True)
class Charge:
    """Money that arrived."""

    key: str
    amount: Money
    fee: Money  # What the provider kept. Its currency may be another one.
    charged_at: datetime


class PaymentGateway(Protocol):
    """A provider. Every call may raise ProviderUnavailable or ProviderRefused."""

    def open_page(self, request: PageRequest) -> HostedPage:
        """Make a page to pay on; the same key and request get the same page again."""
        ...

    def find_page(self, payment_key: str, *, since: datetime) -> HostedPage | None:
        """Return the page made for a payment of ours, if there is one."""
        ...

    def close_page(self, page_key: str) -> None:
        """End a page on which nobody has paid. Refused when somebody has."""
        ...

    def fetch_charge(self, page_key: str) -> ProviderCharge:
        """Return what became of a page, as the provider knows it now."""
        ...
