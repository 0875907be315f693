"""What a seed makes of names: passwords, keys of authenticator apps, secret words.

They are as public as this source. Only a demonstration may use them.
"""

from __future__ import annotations

import base64
from hashlib import sha256

TOTP_KEY_BYTES = 20


def password(seed: int) -> str:
    """Return the password of every demo log-in."""
    return f"woven-by-daylight-{seed}"


def totp_secret(seed: int, email: str) -> str:
    """Return the key of a log-in's authenticator app, in base 32."""
    return base64.b32encode(_digest(seed, "totp", email)[:TOTP_KEY_BYTES]).decode()


def private_marker(seed: int, agency: str) -> str:
    """Return a word of 16 letters and digits that nothing but this agency's secrets contains."""
    return f"q{_digest(seed, 'marker', agency).hex()[:15]}"


def iban(seed: int, name: str) -> str:
    """Return an IBAN whose check digits fit, at a German bank that does not exist."""
    number = int.from_bytes(_digest(seed, "iban", name)[:8]) % 10**10
    account = f"{0:08d}{number:010d}"  # The bank's code, then its own number.
    check = 98 - int(f"{account}131400") % 97  # ISO 13616: D is 13, E is 14.
    return f"DE{check:02d}{account}"


def _digest(seed: int, *names: str) -> bytes:
    return sha256("\n".join(["weft demo world", str(seed), *names]).encode()).digest()
