"""What is announced of saved cards. That a charge succeeded is told as `PaymentSettled`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CardSaved:
    """A card is saved under a mandate, and nothing was taken."""

    mandate_id: str
    reference: str
    label: str  # How its owner recognises the card: `Visa 4242`.


@dataclass(frozen=True, slots=True)
class CardNotSaved:
    """No card will be saved under a mandate."""

    mandate_id: str
    reference: str
    reason: str  # "failed" or "expired".


@dataclass(frozen=True, slots=True)
class ChargeDeclined:
    """The bank said no to a saved card."""

    mandate_id: str
    payment_id: str
    reference: str
    attempt: int
    next_try_at: str  # RFC 3339. Blank: there is no further try.


@dataclass(frozen=True, slots=True)
class AuthenticationNeeded:
    """The bank wants to hear it from the owner of the card, who answers at the address."""

    mandate_id: str
    payment_id: str
    reference: str
    url: str


@dataclass(frozen=True, slots=True)
class ChargeGivenUp:
    """A saved card will not be charged any more."""

    mandate_id: str
    payment_id: str
    reference: str
