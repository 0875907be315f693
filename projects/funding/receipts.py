"""Receipt numbers: short enough to read out on the telephone, made from the contribution's key.

Derived and not counted, so that a number tells nobody how many receipts there are, two workers
never want the same one, and a seeded world has the same numbers on every machine.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U to misread.
_SIGNS = 12


def receipt_number(key: str, *, settled_at: datetime) -> str:
    """Return a number like `W26-7K3F-9QXM-2B4D` for a contribution's natural key."""
    value = int.from_bytes(sha256(f"receipt:{key}".encode()).digest()[:8], "big")
    signs = "".join(_ALPHABET[(value >> (5 * place)) & 31] for place in range(_SIGNS))
    return f"W{settled_at:%y}-{signs[:4]}-{signs[4:8]}-{signs[8:]}"
