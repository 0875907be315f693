"""Stripe's webhook signature: a keyed hash of the moment and the exact bytes."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def header(payload: bytes, secrets: Iterable[str], *, at: int) -> str:
    """Return the `Stripe-Signature` header: a `v1` for each secret; `at` in seconds since 1970."""
    signed = f"{at}.".encode() + payload
    digests = [hmac.new(secret.encode(), signed, hashlib.sha256) for secret in secrets]
    return ",".join([f"t={at}", *(f"v1={digest.hexdigest()}" for digest in digests)])
