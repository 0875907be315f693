"""Pages of Stripe's on which a person pays, and what became of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import stripe

from payments.currencies import to_provider
from payments.gateway.base import (
    ChargeStatus,
    HostedPage,
    PageRequest,
    ProviderCharge,
    ProviderRefused,
)
from payments.gateway.stripe.client import OUR_KEY, translated_errors
from payments.gateway.stripe.intents import EXPANDED, outcome

if TYPE_CHECKING:
    from datetime import datetime

    from stripe.checkout import Session


LOCALES = frozenset({"en", "fr", "es"})  # Of our languages, those the provider's page speaks.
CHARGE_OF_PAGE = f"payment_intent.{EXPANDED}"
# A page that is over cannot be paid on again: what else would be tried again is lost.
_ON_A_PAGE = {
    ChargeStatus.DECLINED: ChargeStatus.FAILED,
    ChargeStatus.OPEN: ChargeStatus.FAILED,
    ChargeStatus.ASKS_OWNER: ChargeStatus.PROCESSING,
}


class StripePages:
    """Stripe as a PaymentGateway."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    def open_page(self, request: PageRequest) -> HostedPage:
        """Make a page to pay on; the same key and request get the same page again."""
        carried = {OUR_KEY: request.payment_key}
        with translated_errors():
            session = self._client.v1.checkout.sessions.create(
                {
                    "mode": "payment",
                    "client_reference_id": request.payment_key,
                    "metadata": carried,
                    "payment_intent_data": {
                        "metadata": carried,
                        # The fee is known when the money is: nothing is counted later.
                        "capture_method": "manual" if request.hold else "automatic",
                    },
                    "line_items": [
                        {
                            "quantity": 1,
                            "price_data": {
                                "currency": request.amount.currency.lower(),
                                "unit_amount": to_provider(request.amount),
                                "product_data": {"name": request.description},
                            },
                        }
                    ],
                    "adaptive_pricing": {"enabled": False},  # The giver pays what the button said.
                    "customer_email": request.email,
                    "locale": request.language if request.language in LOCALES else "auto",
                    "success_url": request.success_url,
                    "cancel_url": request.cancel_url,
                    "expires_at": int(request.expires_at.timestamp()),
                },
                {"idempotency_key": request.idempotency_key},
            )
        return HostedPage(session.id, session.url)

    def find_page(self, payment_key: str, *, since: datetime) -> HostedPage | None:
        """Return the page made for a payment of ours since a moment, if there is one."""
        with translated_errors():
            sessions = self._client.v1.checkout.sessions.list(
                {"created": {"gte": int(since.timestamp())}, "limit": 100}
            )
            for session in sessions.auto_paging_iter():
                if session.client_reference_id == payment_key:
                    return HostedPage(session.id, session.url)
        return None

    def close_page(self, page_key: str) -> None:
        """End a page on which nobody has paid. Refused when somebody has."""
        with translated_errors():
            self._client.v1.checkout.sessions.expire(page_key)

    def fetch_charge(self, page_key: str) -> ProviderCharge:
        """Return what became of a page, as Stripe knows it now."""
        with translated_errors():
            session = self._client.v1.checkout.sessions.retrieve(
                page_key, {"expand": [CHARGE_OF_PAGE]}
            )
            return _outcome(session)


def _outcome(session: Session) -> ProviderCharge:
    said = ProviderCharge(session.client_reference_id or "", session.id, ChargeStatus.OPEN)
    if session.status == "expired":
        return replace(said, status=ChargeStatus.EXPIRED)
    if session.status != "complete":
        return said
    intent = session.payment_intent
    if not isinstance(intent, stripe.PaymentIntent):
        raise ProviderRefused(f"{session.id} is complete without a payment.")
    became = outcome(intent)
    status = _ON_A_PAGE.get(became.status, became.status)
    return replace(
        said,
        status=status,
        charge=became.charge,
        intent_key=became.intent_key,
        held_until=became.held_until,
    )
