"""Cards saved under a mandate and charged when the caller says: every write of this room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from payments import queue
from payments.checkout import FIRST_LOOK
from payments.mandates.charging import (
    ChargeRefused,
    MoreThanAgreed,
    NoSavedCard,
    OtherChargeUnderWay,
    charge,
    charge_due,
    look_at_payment,
    try_charge,
)
from payments.mandates.models import Mandate
from payments.mandates.releasing import ChargeUnderWay, finish_release, release
from payments.mandates.saving import begin, look_at, look_at_page, open_page

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

__all__ = [
    "ChargeRefused",
    "ChargeUnderWay",
    "MoreThanAgreed",
    "NoSavedCard",
    "OtherChargeUnderWay",
    "begin",
    "charge",
    "charge_due",
    "look_again",
    "look_at",
    "look_at_payment",
    "look_due",
    "open_page",
    "release",
    "try_charge",
]

BATCH = 200


def look_again(*, mandate_id: UUID, now: datetime) -> None:
    """Do what is due about a mandate whose event or answer is missing, or whose card is given up.

    Call outside any transaction.

    Raises:
        ProviderUnavailable: No answer. The sweeper comes again.
    """
    mandate = Mandate.objects.get(pk=mandate_id)
    if mandate.state == Mandate.State.RELEASED:
        finish_release(mandate, now)
    elif mandate.state in {Mandate.State.CREATED, Mandate.State.OPEN}:
        look_at_page(mandate, now)


@transaction.atomic
def look_due(*, now: datetime) -> int:
    """Queue a look at every mandate about which something is to be done; return how many."""
    mandates = Mandate.objects.due(now).select_for_update(skip_locked=True)[:BATCH]
    for mandate in mandates:
        mandate.due_at = now + FIRST_LOOK
        mandate.save(update_fields=["due_at"])
        queue.wake_on_commit("mandates.look_again", mandate_id=str(mandate.pk))
    return len(mandates)
