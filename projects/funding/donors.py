"""Telling one giver from another without keeping who they are.

A programme's limit per person needs to know that two contributions come from one person. The
e-mail address is the only thing every giver has. Its keyed hash is what the rooms below see: the
same for the same mailbox, of no use without our key, and left standing when the address is erased.
"""

from __future__ import annotations

import unicodedata

from django.utils.crypto import salted_hmac


def normalised(email: str) -> str:
    """Return the mailbox an address leads to: no case, no blanks, no `+label`."""
    local, _, domain = unicodedata.normalize("NFKC", email).strip().casefold().rpartition("@")
    return f"{local.split('+', 1)[0]}@{domain}"


def donor_key(email: str) -> str:
    """Return the 64 hexadecimal digits that stand for this giver."""
    return salted_hmac("weft.funding.donor", normalised(email), algorithm="sha256").hexdigest()
