"""Which job listens to which event, on one page."""

from __future__ import annotations

from payments import events
from payments.events import PaymentDiffers, PaymentFailed, PaymentSettled
from projects.funding.events import ContributionConfirmed


def connect() -> None:
    """Name the listeners of every event. Each is a Celery task that takes the event's fields."""
    events.connect(PaymentSettled, "funding.confirm_contribution")
    events.connect(PaymentFailed, "funding.fail_contribution")
    events.connect(PaymentDiffers, "funding.hold_contribution")
    events.connect(ContributionConfirmed, "notifications.tell_receipt")
