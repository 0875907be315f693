"""The outside world of money. `provider()` is the one that settings name."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from payments.gateway.stripe import StripeGateway

if TYPE_CHECKING:
    from payments.gateway.base import PaymentGateway


def provider() -> PaymentGateway:
    """Return the provider that collects the money."""
    return _connected(settings.STRIPE_API_KEY, settings.STRIPE_API_BASE)


@lru_cache(maxsize=4)
def _connected(api_key: str, api_base: str) -> StripeGateway:
    return StripeGateway(api_key=api_key, api_base=api_base)
