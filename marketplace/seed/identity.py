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


def _digest(seed: int, *names: str) -> bytes:
    return sha256("\n".join(["weft demo world", str(seed), *names]).encode()).digest()
