"""Paying owners, in our words and our money."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from payments.gateway.base import ProviderRefused

if TYPE_CHECKING:
    from datetime import datetime

    from payments.gateway.base import HostedPage
    from payments.money import Money


class NotEnoughThere(ProviderRefused):
    """Our balance at the provider does not cover it yet. Nothing was moved; ask anew later."""


class PayoutStatus(StrEnum):
    WAITING = "waiting"  # Handed over; nobody says yet that it is on its way.
    UNDER_WAY = "under_way"
    PAID = "paid"  # A bank may still send it back, days later.
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BankDetails:
    """Where money goes when no provider keeps the details: an IBAN or a mobile number."""

    holder: str
    number: str


@dataclass(frozen=True, slots=True)
class AccountRequest:
    """Who is to be paid, as the provider has to know before it asks for more."""

    account_key: str  # Ours. The provider carries it and gives it back.
    idempotency_key: str
    country: str  # ISO 3166-1 alpha-2.
    currency: str


@dataclass(frozen=True, slots=True)
class Payee:
    """An account as the provider knows it now."""

    key: str
    account_key: str  # Ours, or blank where somebody made it at the provider by hand.
    is_payable: bool
    requirements: tuple[str, ...]  # What the provider still asks for, in its words.
    details_digest: str  # Blank while there are none. Another one: other details.
    details_label: str  # Enough to recognise the details by, and no more.


@dataclass(frozen=True, slots=True)
class PayoutOrder:
    """What is paid, to whom. The keys of the provider are blank while we do not know them."""

    payout_key: str  # Ours. The provider carries it and gives it back.
    idempotency_key: str
    payee_key: str
    amount: Money
    reference: str
    transfer_key: str = ""
    provider_key: str = ""


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that left our account at the provider, or came back to it."""

    key: str
    amount: Money
    fee: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class SentPayout:
    """What became of an order. What has moved stays moved, also when the bank failed."""

    payout_key: str
    status: PayoutStatus
    provider_key: str = ""
    moved: Movement | None = None
    taken_back: Movement | None = None
    arrived_at: datetime | None = None  # When paid.
    failed_at: datetime | None = None
    failure: str = ""  # The provider's code.


class PayoutGateway(Protocol):
    """Who pays owners. Every call may raise ProviderUnavailable or ProviderRefused."""

    def fetch_payee(self, key: str, details: BankDetails | None = None) -> Payee:
        """Return an account as it is now; `details` where the provider keeps none."""
        ...

    def send(self, order: PayoutOrder) -> SentPayout:
        """Pay; the same key and order pay once. Raises NotEnoughThere, too."""
        ...

    def find(self, order: PayoutOrder) -> SentPayout | None:
        """Return what an order whose answer was lost has done, or None if nothing."""
        ...

    def fetch(self, order: PayoutOrder) -> SentPayout:
        """Return what became of an order whose keys we know."""
        ...

    def take_back(self, order: PayoutOrder) -> Movement:
        """Bring the money of a failed payout back to our account, once."""
        ...


class OnboardingGateway(PayoutGateway, Protocol):
    """A provider that asks owners for their details on a page of its own."""

    def open_account(self, request: AccountRequest) -> str:
        """Make an account and return its key; the same key and request make one."""
        ...

    def find_account(self, account_key: str, *, since: datetime) -> str | None:
        """Return the account made for one of ours, if there is one."""
        ...

    def onboarding_page(self, key: str, *, return_url: str, refresh_url: str) -> HostedPage:
        """Return a page, good for one visit, on which the owner gives details."""
        ...

    def owner_of_transfer(self, transfer_key: str) -> str:
        """Return our key that a transfer carries, or nothing."""
        ...

    def owner_of_payout(self, provider_key: str, payee_key: str) -> str:
        """Return our key that a payout of an account carries, or nothing."""
        ...
