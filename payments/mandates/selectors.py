"""How far a saved card has come."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from payments.mandates.models import Mandate

if TYPE_CHECKING:
    from payments.mandates.models import CardCharge


def of_reference(reference: str) -> Mandate | None:
    """Return the latest mandate of a reference, if there is one."""
    return Mandate.objects.filter(reference=reference).order_by("-id").first()


def is_known(*, our_key: str, page_key: str) -> bool:
    """Say whether a key that the provider carries, or a page of its, is of a mandate."""
    known = Q(page_key=page_key) if page_key else Q()
    with suppress(ValueError):  # What is not a key of ours names no mandate.
        known |= Q(pk=UUID(our_key))
    return bool(known) and Mandate.objects.filter(known).exists()


def charge_of(mandate: Mandate) -> CardCharge | None:
    """Return how far charging the card of a mandate has come, if that has begun."""
    charge: CardCharge | None = getattr(mandate, "charge", None)
    return charge
