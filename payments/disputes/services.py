"""Asking the provider about disputes: whatever event or clock brings us, the answer is the same."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from payments import events, gateway, queue
from payments.disputes import booking
from payments.disputes.models import Dispute
from payments.refunds import services as refunds

if TYPE_CHECKING:
    from datetime import datetime

    from payments.gateway.disputes import ProviderDispute

SOON = timedelta(minutes=3)  # What is queued should have been looked at by then.
BATCH = 200
UNKNOWN = "unknown_dispute"  # Of reconciliation's kinds.


def look_at(*, object_key: str, now: datetime) -> bool:
    """Book what the provider knows of a dispute; a question that moved no money is not booked.

    Call outside any transaction. False: the charge is none of ours; a person is told.

    Raises:
        ProviderUnavailable: No answer, or the charge is not in the books yet. Come again.
        ProviderRefused: The provider has no such dispute.
    """
    found = gateway.disputes().fetch(object_key)
    payment = refunds.payment_of_charge(found.charge_key, payment_key=found.payment_key, now=now)
    if payment is None:
        _tell_of_unknown(found)
        return False
    if not Dispute.objects.filter(provider_key=found.key).exists():
        refunds.look_at_charge(object_key=found.charge_key, now=now)  # What is left of it?
    booking.book(payment_id=payment.pk, found=found, now=now)
    return True


@transaction.atomic
def ask_due(*, now: datetime) -> int:
    """Queue a look at every dispute that is not over; return how many."""
    disputes = Dispute.objects.due(now).select_for_update(skip_locked=True)[:BATCH]
    for dispute in disputes:
        dispute.due_at = now + SOON
        dispute.save(update_fields=["due_at"])
        queue.wake_on_commit("disputes.look_at", object_key=dispute.provider_key)
    return len(disputes)


@transaction.atomic
def _tell_of_unknown(found: ProviderDispute) -> None:
    events.publish(
        events.ExceptionFound(
            kind=UNKNOWN,
            provider_key=found.key,
            reference="",
            ours_minor=None,
            theirs_minor=found.amount.minor,
            currency=found.amount.currency,
        )
    )
