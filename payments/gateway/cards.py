"""What a payment provider must be able to do with saved cards and with held money."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from payments.gateway.base import HostedPage, ProviderCharge
    from payments.money import Money


@dataclass(frozen=True, slots=True)
class SetupRequest:
    """What the page that saves a card shows and where it leads afterwards."""

    mandate_key: str  # Ours. The provider carries it and gives it back.
    idempotency_key: str
    currency: str
    terms: str  # What the person agrees to by saving.
    email: str
    language: str
    success_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SavedCard:
    """A card that may be charged while its owner is away."""

    customer_key: str
    method_key: str
    label: str  # To be recognised by its owner: `Visa 4242`.


class SetupStatus(StrEnum):
    OPEN = "open"
    SAVED = "saved"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ProviderSetup:
    """What became of a page that saves a card."""

    mandate_key: str
    page_key: str  # Blank when not the page was asked about but what it made.
    status: SetupStatus
    card: SavedCard | None = None  # Set exactly when saved.


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """One try to charge a saved card."""

    payment_key: str  # Ours. The provider carries it and gives it back.
    idempotency_key: str
    amount: Money
    description: str
    card: SavedCard
    return_url: str  # Where the owner is led after answering the bank.
    intent_key: str = ""  # Of an earlier try for the same payment, which is then continued.


class CardGateway(Protocol):
    """A provider. Every call may raise ProviderUnavailable or ProviderRefused."""

    def open_page(self, request: SetupRequest) -> HostedPage:
        """Make a page to save a card on; the same key and request get the same page again."""
        ...

    def fetch_setup(self, key: str) -> ProviderSetup:
        """Return what became of a page, or of what the provider made for it."""
        ...

    def charge(self, request: ChargeRequest) -> ProviderCharge:
        """Charge a saved card, its owner being away. A declined card is an outcome."""
        ...

    def ask_owner(self, request: ChargeRequest) -> ProviderCharge:
        """Try again with the owner there, who is asked by the bank on a page."""
        ...

    def fetch_charge(self, intent_key: str) -> ProviderCharge:
        """Return what became of a charge, as the provider knows it now."""
        ...

    def find_charge(
        self, payment_key: str, customer_key: str, *, since: datetime
    ) -> ProviderCharge | None:
        """Return the charge made for a payment of ours, if there is one."""
        ...

    def capture(self, intent_key: str, amount: Money, *, idempotency_key: str) -> ProviderCharge:
        """Take what is held, or a part of it. Refused when nothing is held, or less."""
        ...

    def release(self, intent_key: str, *, idempotency_key: str) -> ProviderCharge:
        """Give up a hold, or a charge that has not come to an end. Refused when it has."""
        ...

    def forget(self, method_key: str) -> None:
        """Give a saved card up, so that nobody can ever charge it again; safe to repeat."""
        ...
