"""Telling the running payment sandbox of payments that were completed there, so they say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from django.conf import settings

from payments import checkout
from payments.currencies import to_provider

if TYPE_CHECKING:
    from uuid import UUID

    from payments.money import Money

PATH = "/_sandbox/paid-sessions"
TIMEOUT_SECONDS = 20
ENDED = "https://weft.example/"  # The page is over: it leads nowhere any more.
CARRIED = "weft_payment"


class NoSandbox(Exception):
    """No payment sandbox took the payment. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment that somebody is about to be said to have completed."""

    reference: str
    payment_key: UUID
    amount: Money
    description: str
    email: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PaidSession:
    """A page as the sandbox has it: when it was paid, and the event that nobody was sent."""

    key: str
    at: datetime
    event_key: str
    payload: str


def register(paid: Paid) -> PaidSession:
    """Register a payment under its reference; again, the sandbox answers what it did at first.

    Raises:
        NoSandbox: Nothing answers, or what answers is no sandbox.
    """
    answer = _posted({
        "reference": paid.reference,
        "at": int(paid.at.timestamp()),
        "session": _session(paid),
    })  # fmt: skip
    try:
        return PaidSession(
            key=answer["session"]["id"],
            at=datetime.fromtimestamp(answer["session"]["created"], UTC),
            event_key=answer["event"]["id"],
            payload=answer["event"]["payload"],
        )
    except (KeyError, TypeError) as error:
        raise NoSandbox(_elsewhere()) from error


def _session(paid: Paid) -> dict[str, Any]:
    """Return a page as the site would have asked for it."""
    carried = {CARRIED: str(paid.payment_key)}
    ends_at = paid.at + checkout.PAGE_LIFE
    return {
        "mode": "payment",
        "client_reference_id": str(paid.payment_key),
        "metadata": carried,
        "payment_intent_data": {"metadata": carried},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": paid.amount.currency.lower(),
                    "unit_amount": to_provider(paid.amount),
                    "product_data": {"name": paid.description},
                },
            }
        ],
        "adaptive_pricing": {"enabled": False},
        "customer_email": paid.email,
        "locale": "en",
        "success_url": ENDED,
        "cancel_url": ENDED,
        "expires_at": int(ends_at.timestamp()),
    }


def _posted(body: dict[str, Any]) -> Any:  # noqa: ANN401  Whatever answers there.
    request = Request(  # noqa: S310  On the loopback interface.
        f"{settings.SANDBOX_URL}{PATH}",
        data=json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {settings.STRIPE_API_KEY}",
            "Content-Type": "application/json",
        },
    )
    try:
        with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return json.load(answer)
    except HTTPError as error:
        error.close()
        raise NoSandbox(_elsewhere()) from error
    except ValueError as error:
        raise NoSandbox(_elsewhere()) from error
    except (URLError, OSError) as error:
        raise NoSandbox(
            f"No payment sandbox answers at {settings.SANDBOX_URL}. Start the site with `make run`,"
            " or set SANDBOX_PORT to that of a running one; then try again."
        ) from error


def _elsewhere() -> str:
    return (
        f"What answers at {settings.SANDBOX_URL} is no payment sandbox of this version."
        " Set SANDBOX_PORT to the port of one; then try again."
    )
