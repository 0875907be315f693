"""How far a saved card has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.mandates.models import Mandate

if TYPE_CHECKING:
    from payments.mandates.models import CardCharge


def of_reference(reference: str) -> Mandate | None:
    """Return the latest mandate of a reference, if there is one."""
    return Mandate.objects.filter(reference=reference).order_by("-id").first()


def charge_of(mandate: Mandate) -> CardCharge | None:
    """Return how far charging the card of a mandate has come, if that has begun."""
    charge: CardCharge | None = getattr(mandate, "charge", None)
    return charge
