"""The outside world of money: one protocol a noun, answered by the provider that settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from payments.gateway.bank_file import BankFile
from payments.gateway.stripe.cards import StripeCards
from payments.gateway.stripe.client import client
from payments.gateway.stripe.disputes import StripeDisputes
from payments.gateway.stripe.pages import StripePages
from payments.gateway.stripe.payouts import StripePayouts
from payments.gateway.stripe.records import StripeRecords
from payments.gateway.stripe.refunds import StripeRefunds

if TYPE_CHECKING:
    import stripe

    from payments.gateway.base import PaymentGateway
    from payments.gateway.cards import CardGateway
    from payments.gateway.disputes import DisputeGateway
    from payments.gateway.payouts import OnboardingGateway, PayoutGateway
    from payments.gateway.records import ProviderRecords
    from payments.gateway.refunds import RefundGateway


def provider() -> PaymentGateway:
    """Return the provider that collects the money on pages of its own."""
    return StripePages(_client())


def refunds() -> RefundGateway:
    """Return who gives money back."""
    return StripeRefunds(_client())


def records() -> ProviderRecords:
    """Return who keeps records of all that moved our money there."""
    return StripeRecords(_client())


def payouts(method: str = "stripe") -> PayoutGateway:
    """Return who pays owners: `stripe`, or the `bank_file` of an own treasury."""
    return BankFile() if method == "bank_file" else onboarding()


def onboarding() -> OnboardingGateway:
    """Return the provider that asks owners for their details itself."""
    return StripePayouts(_client())


def disputes() -> DisputeGateway:
    """Return who tells of disputes."""
    return StripeDisputes(_client())


def cards() -> CardGateway:
    """Return who keeps saved cards, charges them, and holds money."""
    return StripeCards(_client())


def _client() -> stripe.StripeClient:
    return client(api_key=settings.STRIPE_API_KEY, api_base=settings.STRIPE_API_BASE)
