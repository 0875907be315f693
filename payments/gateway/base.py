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
    hold: bool = False  # Only authorise the amount.


@dataclass(frozen=True, slots=True)
class HostedPage:
    """The provider's page on which a person pays. The address is gone once the page is over."""

    key: str
    url: str | None


class ChargeStatus(StrEnum):
    OPEN = "open"  # Nobody has paid yet.
    PROCESSING = "processing"  # Paid, but the provider is not certain, or not done counting.
    HELD = "held"  # Authorised, and ours to take for a while.
    DECLINED = "declined"  # The bank said no to a saved card, which may be tried again.
    ASKS_OWNER = "asks_owner"  # The bank wants to hear it from the owner of a saved card.
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ProviderCharge:
    """What became of a payment. The amounts are the provider's, in our minor units."""

    payment_key: str
    page_key: str  # Blank for a saved card.
    status: ChargeStatus
    charge: Charge | None = None  # Set exactly when paid.
    intent_key: str = ""  # Of what the provider collects with, once it exists.
    held_until: datetime | None = None  # Set exactly when held.
    owner_url: str = ""  # Set exactly when the owner is asked: where they answer their bank.
    reason: str = ""  # The provider's word for why it was declined.
    is_hopeless: bool = False  # Declined, and the bank advises never to try again.


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
