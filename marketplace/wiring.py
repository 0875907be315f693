"""Which job listens to which event, on one page."""

from __future__ import annotations

from payments import events
from payments.disputes.events import DisputeLost, DisputeOpened, DisputeWon
from payments.events import ExceptionFound, PaymentDiffers, PaymentFailed, PaymentSettled
from payments.payouts.events import PayoutDetailsChanged
from payments.refunds.events import PaymentRefunded, RefundFailed
from projects.funding.events import ContributionConfirmed


def connect() -> None:
    """Name the listeners of every event. Each is a Celery task that takes the event's fields."""
    events.connect(PaymentSettled, "funding.confirm_contribution")
    events.connect(PaymentFailed, "funding.fail_contribution")
    events.connect(PaymentDiffers, "funding.hold_contribution")
    events.connect(PaymentRefunded, "funding.take_back_refund", "notifications.tell_refund")
    events.connect(RefundFailed, "funding.return_failed_refund")
    events.connect(DisputeOpened, "funding.block_disputed")
    events.connect(DisputeWon, "funding.unblock_won")
    events.connect(DisputeLost, "funding.take_back_lost")
    events.connect(ExceptionFound, "reconciliation.queue_exception")
    events.connect(PayoutDetailsChanged, "notifications.tell_payout_details")
    events.connect(ContributionConfirmed, "notifications.tell_receipt")
