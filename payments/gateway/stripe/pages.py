"""Pages of Stripe's on which a person pays, and what became of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import stripe

from payments.currencies import to_provider
from payments.gateway.base import (
    Charge,
    ChargeStatus,
    HostedPage,
    PageRequest,
    ProviderCharge,
    ProviderRefused,
)
from payments.gateway.stripe.client import OUR_KEY, money, translated_errors

if TYPE_CHECKING:
    from stripe.checkout import Session


LOCALES = frozenset({"en", "fr", "es"})  # Of our languages, those the provider's page speaks.
CHARGE_OF_PAGE = "payment_intent.latest_charge.balance_transaction"


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
                        "capture_method": "automatic",  # The fee is known when the money is.
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
            status, charge = _outcome(session)
        return ProviderCharge(session.client_reference_id or "", session.id, status, charge)


def _outcome(session: Session) -> tuple[ChargeStatus, Charge | None]:
    if session.status == "expired":
        return ChargeStatus.EXPIRED, None
    if session.status != "complete":
        return ChargeStatus.OPEN, None
    intent = session.payment_intent
    if not isinstance(intent, stripe.PaymentIntent):
        raise ProviderRefused(f"{session.id} is complete without a payment.")
    if intent.status == "succeeded":
        charge = _charge(intent)
        return (ChargeStatus.PAID if charge else ChargeStatus.PROCESSING), charge
    if intent.status in {"canceled", "requires_payment_method"}:
        return ChargeStatus.FAILED, None
    return ChargeStatus.PROCESSING, None


def _charge(intent: stripe.PaymentIntent) -> Charge | None:
    """Return the money of a payment that succeeded, or None while its fee is still unknown."""
    charge = intent.latest_charge
    if not isinstance(charge, stripe.Charge):
        raise ProviderRefused(f"{intent.id} succeeded without a charge.")
    counted = charge.balance_transaction
    if not isinstance(counted, stripe.BalanceTransaction):
        return None
    return Charge(
        key=charge.id,
        amount=money(charge.amount_captured, charge.currency),
        fee=money(counted.fee, counted.currency),
        charged_at=datetime.fromtimestamp(charge.created, UTC),
    )
