"""Events as the provider would sign them."""

from __future__ import annotations

import hashlib
import hmac
import json
from itertools import count
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

if TYPE_CHECKING:
    from django.test import Client

CURRENT, PREVIOUS = "whsec_test_current", "whsec_test_previous"
_serial = count(1)


def event(
    kind: str = "checkout.session.completed",
    *,
    key: str = "",
    subject: dict[str, Any] | None = None,
    **changes: object,
) -> dict[str, Any]:
    """Return an event about a page that is not ours, unless it is told otherwise."""
    return {
        "id": key or f"evt_{next(_serial)}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1_893_456_000,
        "type": kind,
        "livemode": False,
        "pending_webhooks": 1,
        "data": {"object": subject or {"id": "cs_unknown", "object": "checkout.session"}},
    } | changes


def signature(body: bytes, *, secret: str = CURRENT, age_seconds: int = 0) -> str:
    """Return the header for these bytes, signed some seconds ago."""
    signed_at = int(timezone.now().timestamp()) - age_seconds
    return f"t={signed_at},v1={_v1(body, secret, signed_at)}"


def rotated(body: bytes, *secrets: str) -> str:
    """Return a header with one v1 value for each secret, in this order."""
    signed_at = int(timezone.now().timestamp())
    values = ",".join(f"v1={_v1(body, secret, signed_at)}" for secret in secrets)
    return f"t={signed_at},{values}"


def deliver(client: Client, body: bytes | dict[str, Any], header: str | None = None) -> int:
    """Send a body to the webhook address, signed unless a header is given; return the status."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = client.post(
        reverse("webhooks:receive"),
        raw,
        content_type="application/json",
        headers={"Stripe-Signature": signature(raw) if header is None else header},
    )
    return answer.status_code


def _v1(body: bytes, secret: str, signed_at: int) -> str:
    return hmac.new(secret.encode(), b"%d." % signed_at + body, hashlib.sha256).hexdigest()
