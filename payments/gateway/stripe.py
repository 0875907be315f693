"""Stripe, translated. The only file that imports the stripe package."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import stripe
from stripe import WebhookSignature

from payments.currencies import NotChargeable, UnknownCurrency, from_provider, to_provider
from payments.gateway.base import (
    Charge,
    ChargeStatus,
    HostedPage,
    PageRequest,
    ProviderCharge,
    ProviderRefused,
    ProviderUnavailable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe.checkout import Session

    from payments.money import Money

TIMEOUT_SECONDS = (3.05, 10.0)  # To connect, and between two bytes of an answer.
RETRIES = 1  # A person may be waiting; workers come again anyway.
OUR_KEY = "weft_payment"
LOCALES = frozenset({"en", "fr", "es"})  # Of our languages, those the provider's page speaks.
CHARGE_OF_PAGE = "payment_intent.latest_charge.balance_transaction"


class StripeGateway:
    """Stripe as a PaymentGateway."""

    def __init__(
        self,
        *,
        api_key: str,
        api_base: str,
        timeout_seconds: tuple[float, float] = TIMEOUT_SECONDS,
        retries: int = RETRIES,
    ) -> None:
        self._client = stripe.StripeClient(
            api_key,
            base_addresses={"api": api_base},
            http_client=stripe.RequestsClient(timeout=timeout_seconds),
            max_network_retries=retries,
        )

    def open_page(self, request: PageRequest) -> HostedPage:
        """Make a page to pay on; the same key and request get the same page again."""
        carried = {OUR_KEY: request.payment_key}
        with _translated_errors():
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
        with _translated_errors():
            sessions = self._client.v1.checkout.sessions.list(
                {"created": {"gte": int(since.timestamp())}, "limit": 100}
            )
            for session in sessions.auto_paging_iter():
                if session.client_reference_id == payment_key:
                    return HostedPage(session.id, session.url)
        return None

    def close_page(self, page_key: str) -> None:
        """End a page on which nobody has paid. Refused when somebody has."""
        with _translated_errors():
            self._client.v1.checkout.sessions.expire(page_key)

    def fetch_charge(self, page_key: str) -> ProviderCharge:
        """Return what became of a page, as Stripe knows it now."""
        with _translated_errors():
            session = self._client.v1.checkout.sessions.retrieve(
                page_key, {"expand": [CHARGE_OF_PAGE]}
            )
            status, charge = _outcome(session)
        return ProviderCharge(session.client_reference_id or "", session.id, status, charge)


def is_signed(body: bytes, header: str, *, secrets: list[str]) -> bool:
    """Say whether one of the secrets signed these bytes. The age is not looked at."""
    return any(_is_signed(body, header, secret) for secret in secrets)


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    try:
        return bool(WebhookSignature.verify_header(body, header, secret))
    except stripe.SignatureVerificationError:
        return False


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
        amount=_money(charge.amount_captured, charge.currency),
        fee=_money(counted.fee, counted.currency),
        charged_at=datetime.fromtimestamp(charge.created, UTC),
    )


def _money(amount: int, code: str) -> Money:
    return from_provider(amount, code.upper())


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Turn what the stripe package raises into our two words for it."""
    try:
        yield
    except (NotChargeable, UnknownCurrency) as error:
        raise ProviderRefused(str(error)) from error
    except (stripe.InvalidRequestError, stripe.IdempotencyError, stripe.CardError) as error:
        raise ProviderRefused(str(error)) from error
    except stripe.StripeError as error:  # No answer, a broken provider, a wrong key of ours.
        raise ProviderUnavailable(str(error)) from error
