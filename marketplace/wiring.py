"""Which job listens to which event, and who refunds what, on one page."""

from __future__ import annotations

from payments import events
from payments.console import hooks
from payments.disputes.events import DisputeLost, DisputeOpened, DisputeWon
from payments.events import ExceptionFound, PaymentDiffers, PaymentFailed, PaymentSettled
from payments.payouts.events import PayoutDetailsChanged, PayoutFailed, PayoutPaid, PayoutReturned
from payments.refunds.events import PaymentRefunded, RefundFailed
from projects.funding import services as funding
from projects.funding.events import ContributionConfirmed


def connect() -> None:
    """Name the listeners of every event. Each is a Celery task that takes the event's fields.

    And which room refunds what it asked for, when finance staff want it.
    """
    events.connect(PaymentSettled, "funding.confirm_contribution")
    events.connect(PaymentFailed, "funding.fail_contribution")
    events.connect(PaymentDiffers, "funding.hold_contribution")
    events.connect(PaymentRefunded, "funding.take_back_refund", "notifications.tell_refund")
    events.connect(RefundFailed, "funding.return_failed_refund", "notifications.tell_failed_refund")
    events.connect(DisputeOpened, "funding.block_disputed", "notifications.tell_opened_dispute")
    events.connect(DisputeWon, "funding.unblock_won", "notifications.tell_ended_dispute")
    events.connect(DisputeLost, "funding.take_back_lost", "notifications.tell_ended_dispute")
    events.connect(ExceptionFound, "reconciliation.queue_exception")
    events.connect(PayoutDetailsChanged, "notifications.tell_payout_details")
    events.connect(PayoutPaid, "notifications.tell_paid_payout")
    events.connect(PayoutFailed, "notifications.tell_failed_payout")
    events.connect(PayoutReturned, "notifications.tell_returned_payout")
    events.connect(ContributionConfirmed, "notifications.tell_receipt")
    of_contributions = hooks.Room(
        find=funding.of_contribution,
        refund=funding.refund_payment,
        refusals=(funding.FundingRefused,),
    )
    hooks.refund_through("contributions", of_contributions)
