"""Receipt numbers, and what a receipt is still good for.

A number is short enough to read out on the telephone and made from the contribution's key. Derived
and not counted, so that it tells nobody how many receipts there are, two workers never want the
same one, and a seeded world has the same numbers on every machine.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from datetime import datetime

    from projects.funding.models import Contribution

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U to misread.
_MISREAD = str.maketrans("ILO", "110")
_SIGNS = 12
_NUMBER = re.compile(rf"(W\d\d)([{_ALPHABET}]{{4}})([{_ALPHABET}]{{4}})([{_ALPHABET}]{{4}})")


class ReceiptState(models.TextChoices):
    """Whether a receipt still proves what it says."""

    VALID = "valid", pgettext_lazy("receipt", "Valid")
    PARTLY_VOID = "partly_void", pgettext_lazy("receipt", "Partly void")
    VOID = "void", pgettext_lazy("receipt", "Void")


def receipt_state(contribution: Contribution) -> ReceiptState:
    """Return what a receipt is still good for, now that money may have gone back.

    Only what has gone counts: while a refund is on its way or a dispute is open the receipt stays
    valid, until the money is back or the dispute is lost.
    """
    if contribution.remaining == contribution.amount:
        return ReceiptState.VALID
    return ReceiptState.PARTLY_VOID if contribution.remaining else ReceiptState.VOID


def receipt_number(key: str, *, settled_at: datetime) -> str:
    """Return a number like `W26-7K3F-9QXM-2B4D` for a contribution's natural key."""
    value = int.from_bytes(sha256(f"receipt:{key}".encode()).digest()[:8], "big")
    signs = "".join(_ALPHABET[(value >> (5 * place)) & 31] for place in range(_SIGNS))
    return f"W{settled_at:%y}-{signs[:4]}-{signs[4:8]}-{signs[8:]}"


def as_number(text: str) -> str | None:
    """Return a receipt number as it is written, from how people type it; None if it is none."""
    signs = re.sub(r"[^0-9A-Z]", "", text.upper()[:64]).translate(_MISREAD)
    found = _NUMBER.fullmatch(signs)
    return "-".join(found.groups()) if found else None
