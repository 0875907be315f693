"""What stands in links to an alert: signed, so that nothing about it is stored or can be guessed.

Each purpose signs with a salt of its own: a link that stops an alert does not confirm it.
"""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.utils.crypto import salted_hmac


class Purpose(StrEnum):
    """What a link is for."""

    ENTER = "remittances.alerts.enter"  # The page that takes the code.
    CONFIRM = "remittances.alerts.confirm"
    STOP = "remittances.alerts.stop"


def made(purpose: Purpose, alert_id: UUID) -> str:
    """Return what stands in a link."""
    return _signer(purpose).sign(alert_id.hex)


def read(purpose: Purpose, token: str) -> UUID | None:
    """Return the alert a link is about; None where we did not make it for that purpose."""
    try:
        return UUID(hex=_signer(purpose).unsign(token))
    except BadSignature:
        return None


def hashed(alert_id: UUID, code: str) -> str:
    """Return what is stored of a code: six digits are soon guessed without our secret."""
    value = f"{alert_id.hex}:{code}"
    return salted_hmac("remittances.alerts.code", value, algorithm="sha256").hexdigest()


def _signer(purpose: Purpose) -> Signer:
    return Signer(salt=purpose, algorithm="sha256", sep=".")
