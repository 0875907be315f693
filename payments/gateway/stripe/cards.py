"""Cards that Stripe keeps for us, what is charged on them, and money it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import stripe

from payments.currencies import to_provider
from payments.gateway.base import HostedPage, ProviderRefused, ProviderUnavailable
from payments.gateway.cards import (
    ChargeRequest,
    ProviderSetup,
    SavedCard,
    SetupRequest,
    SetupStatus,
)
from payments.gateway.stripe.client import OUR_KEY, translated_errors
from payments.gateway.stripe.intents import EXPANDED, outcome
from payments.gateway.stripe.pages import LOCALES

if TYPE_CHECKING:
    from datetime import datetime

    from stripe.checkout import Session

    from payments.gateway.base import ProviderCharge
    from payments.money import Money

_SETUP = "seti_"  # How the provider's names for what a page makes begin.
_CARD_OF_SETUP = "payment_method"


class StripeCards:
    """Stripe as a CardGateway."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._client = client

    def open_page(self, request: SetupRequest) -> HostedPage:
        """Make a page to save a card on; the same key and request get the same page again."""
        carried = {OUR_KEY: request.mandate_key}
        with translated_errors():
            session = self._client.v1.checkout.sessions.create(
                {
                    "mode": "setup",
                    "currency": request.currency.lower(),
                    "client_reference_id": request.mandate_key,
                    "metadata": carried,
                    "setup_intent_data": {"metadata": carried},
                    "customer_creation": "always",
                    "customer_email": request.email,
                    "custom_text": {"submit": {"message": request.terms}},
                    "locale": request.language if request.language in LOCALES else "auto",
                    "success_url": request.success_url,
                    "cancel_url": request.cancel_url,
                    "expires_at": int(request.expires_at.timestamp()),
                },
                {"idempotency_key": request.idempotency_key},
            )
        return HostedPage(session.id, session.url)

    def fetch_setup(self, key: str) -> ProviderSetup:
        """Return what became of a page, or of the SetupIntent that the provider made for it."""
        with translated_errors():
            if key.startswith(_SETUP):
                made = self._client.v1.setup_intents.retrieve(key, {"expand": [_CARD_OF_SETUP]})
                carried = made.metadata.to_dict() if made.metadata else {}
                return _setup(carried.get(OUR_KEY, ""), "", made)
            session = self._client.v1.checkout.sessions.retrieve(
                key, {"expand": [f"setup_intent.{_CARD_OF_SETUP}"]}
            )
        return _setup_of_page(session)

    def charge(self, request: ChargeRequest) -> ProviderCharge:
        """Charge a saved card, its owner being away. A declined card is an outcome."""
        options: stripe.RequestOptions = {"idempotency_key": request.idempotency_key}
        intents = self._client.v1.payment_intents
        with translated_errors():
            try:
                if request.intent_key:
                    intent = intents.confirm(
                        request.intent_key,
                        {
                            "payment_method": request.card.method_key,
                            "off_session": True,
                            "return_url": request.return_url,
                            "expand": [EXPANDED],
                        },
                        options,
                    )
                else:
                    intent = intents.create(
                        {
                            "amount": to_provider(request.amount),
                            "currency": request.amount.currency.lower(),
                            "description": request.description,
                            "metadata": {OUR_KEY: request.payment_key},
                            "customer": request.card.customer_key,
                            "payment_method": request.card.method_key,
                            "capture_method": "automatic",  # The fee is known when the money is.
                            "confirm": True,
                            "off_session": True,
                            "return_url": request.return_url,
                            "expand": [EXPANDED],
                        },
                        options,
                    )
            except stripe.CardError as refusal:
                return self.fetch_charge(_intent_of(refusal))
            return outcome(intent)

    def ask_owner(self, request: ChargeRequest) -> ProviderCharge:
        """Try again with the owner there, who is asked by the bank on a page."""
        with translated_errors():
            try:
                intent = self._client.v1.payment_intents.confirm(
                    request.intent_key,
                    {
                        "payment_method": request.card.method_key,
                        "return_url": request.return_url,
                        "expand": [EXPANDED],
                    },
                    {"idempotency_key": request.idempotency_key},
                )
            except stripe.CardError as refusal:
                return self.fetch_charge(_intent_of(refusal))
            return outcome(intent)

    def fetch_charge(self, intent_key: str) -> ProviderCharge:
        """Return what became of a charge, as Stripe knows it now."""
        with translated_errors():
            return outcome(
                self._client.v1.payment_intents.retrieve(intent_key, {"expand": [EXPANDED]})
            )

    def find_charge(
        self, payment_key: str, customer_key: str, *, since: datetime
    ) -> ProviderCharge | None:
        """Return the charge made for a payment of ours since a moment, if there is one."""
        with translated_errors():
            intents = self._client.v1.payment_intents.list(
                {
                    "customer": customer_key,
                    "created": {"gte": int(since.timestamp())},
                    "limit": 100,
                    "expand": [f"data.{EXPANDED}"],
                }
            )
            for intent in intents.auto_paging_iter():
                if intent.metadata.to_dict().get(OUR_KEY) == payment_key:
                    return outcome(intent)
        return None

    def capture(self, intent_key: str, amount: Money, *, idempotency_key: str) -> ProviderCharge:
        """Take what is held, or a part of it. Refused when nothing is held, or less."""
        with translated_errors():
            return outcome(
                self._client.v1.payment_intents.capture(
                    intent_key,
                    {"amount_to_capture": to_provider(amount), "expand": [EXPANDED]},
                    {"idempotency_key": idempotency_key},
                )
            )

    def release(self, intent_key: str, *, idempotency_key: str) -> ProviderCharge:
        """Give up a hold, or a charge that has not come to an end. Refused when it has."""
        with translated_errors():
            return outcome(
                self._client.v1.payment_intents.cancel(
                    intent_key, {"expand": [EXPANDED]}, {"idempotency_key": idempotency_key}
                )
            )

    def forget(self, method_key: str) -> None:
        """Give a saved card up, so that nobody can ever charge it again; safe to repeat."""
        with translated_errors():
            try:
                self._client.v1.payment_methods.detach(method_key)
            except stripe.InvalidRequestError:  # It may have been given up before.
                if self._client.v1.payment_methods.retrieve(method_key).customer is not None:
                    raise


def _intent_of(refusal: stripe.CardError) -> str:
    """Return the intent that a declined card leaves behind."""
    told = refusal.error
    intent = told.payment_intent if told is not None else None
    if intent is None:
        raise ProviderUnavailable(f"A card was declined for nothing: {refusal}") from refusal
    return intent.id


def _setup_of_page(session: Session) -> ProviderSetup:
    mandate_key = session.client_reference_id or ""
    if session.mode != "setup":  # A page to pay on, and so of no mandate.
        return ProviderSetup("", "", SetupStatus.OPEN)
    if session.status == "expired":
        return ProviderSetup(mandate_key, session.id, SetupStatus.EXPIRED)
    made = session.setup_intent
    if session.status != "complete":
        return ProviderSetup(mandate_key, session.id, SetupStatus.OPEN)
    if not isinstance(made, stripe.SetupIntent):
        raise ProviderRefused(f"{session.id} is complete and saved nothing.")
    return _setup(mandate_key, session.id, made)


def _setup(mandate_key: str, page_key: str, made: stripe.SetupIntent) -> ProviderSetup:
    if made.status == "canceled":
        return ProviderSetup(mandate_key, page_key, SetupStatus.EXPIRED)
    method, customer = made.payment_method, made.customer
    if made.status != "succeeded":
        return ProviderSetup(mandate_key, page_key, SetupStatus.OPEN)
    if not isinstance(method, stripe.PaymentMethod) or customer is None:
        raise ProviderRefused(f"{made.id} succeeded without a card of a customer.")
    key = customer if isinstance(customer, str) else customer.id
    card = SavedCard(customer_key=key, method_key=method.id, label=_label(method))
    return ProviderSetup(mandate_key, page_key, SetupStatus.SAVED, card)


def _label(method: stripe.PaymentMethod) -> str:
    """Return how its owner recognises a card: the brand and the last four digits."""
    if method.card is None:
        return method.type
    return f"{(method.card.display_brand or method.card.brand).title()} {method.card.last4}"
