"""The client of the stripe package, its errors in our two words, and its amounts in our money."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

import stripe
from stripe import WebhookSignature

from payments.currencies import NotChargeable, UnknownCurrency, from_provider
from payments.gateway.base import ProviderRefused, ProviderUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from payments.money import Money

TIMEOUT_SECONDS = (3.05, 10.0)  # To connect, and between two bytes of an answer.
RETRIES = 1  # A person may be waiting; workers come again anyway.
_BEING_ANSWERED = 409
_DISCONNECTED = "account_invalid"  # https://docs.stripe.com/error-codes#account-invalid
OUR_KEY = "weft_payment"  # The name under which an object of the provider carries our key.


@lru_cache(maxsize=8)
def client(
    *,
    api_key: str,
    api_base: str,
    timeout_seconds: tuple[float, float] = TIMEOUT_SECONDS,
    retries: int = RETRIES,
) -> stripe.StripeClient:
    """Return a client of one account at one address; the same one for the same question."""
    return stripe.StripeClient(
        api_key,
        base_addresses={"api": api_base},
        http_client=stripe.RequestsClient(timeout=timeout_seconds),
        max_network_retries=retries,
    )


def money(amount: int, code: str) -> Money:
    """Return an amount of the provider, in its minor units, as ours."""
    return from_provider(amount, code.upper())


def carried(metadata: stripe.StripeObject | None) -> str:
    """Return our key that an object of the provider carries, or nothing."""
    return str(metadata.to_dict().get(OUR_KEY, "")) if metadata is not None else ""


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn what the stripe package raises into our two words for it."""
    try:
        yield
    except (NotChargeable, UnknownCurrency) as error:
        raise ProviderRefused(str(error)) from error
    except stripe.IdempotencyError as error:
        if error.http_status == _BEING_ANSWERED:  # The first call with the key is under way.
            raise ProviderUnavailable(str(error)) from error
        raise ProviderRefused(str(error)) from error
    except (stripe.InvalidRequestError, stripe.CardError) as error:
        raise ProviderRefused(str(error)) from error
    except stripe.PermissionError as error:
        told = error.error
        if told is not None and told.code == _DISCONNECTED:  # An answer, about that account alone.
            raise ProviderRefused(str(error)) from error
        raise ProviderUnavailable(str(error)) from error
    except stripe.StripeError as error:  # No answer, a broken provider, a wrong key of ours.
        raise ProviderUnavailable(str(error)) from error


def is_signed(body: bytes, header: str, *, secrets: list[str]) -> bool:
    """Say whether one of the secrets signed these bytes. The age is not looked at."""
    return any(_is_signed(body, header, secret) for secret in secrets)


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    try:
        return bool(WebhookSignature.verify_header(body, header, secret))
    except stripe.SignatureVerificationError:
        return False
