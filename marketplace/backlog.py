"""What should have been done by now, and what waits for a person.

A site that answers but does not work is not well: each kind of due work tells since when its oldest
piece has been waiting. What a program must not decide is counted, and stays until a person acts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Min

from marketplace.notifications import selectors as notifications
from marketplace.notifications.models import Notification
from payments import selectors as payments
from payments.disputes.models import Dispute
from payments.mandates.models import CardCharge, Mandate
from payments.models import EventDelivery, Payment
from payments.payouts.models import Payout
from payments.reconciliation import selectors as reconciliation
from payments.reconciliation.kinds import Kind
from payments.refunds.models import Refund
from payments.webhooks import selectors as inbox
from payments.webhooks.models import InboxEvent
from projects.matching.models import Reservation, WaitingMoney
from projects.matching.selectors import claims
from remittances.models import AlertMessage, PriceEntry, QuarantinedQuote

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet


def waiting_since(*, now: datetime) -> dict[str, datetime]:
    """Return, by the job that does it, since when the oldest due work has been waiting."""
    queues: dict[str, tuple[QuerySet[Any], str]] = {
        "webhooks.work_due": (InboxEvent.objects.due(now), "received_at"),
        "payments.redeliver": (EventDelivery.objects.filter(done_at=None), "created_at"),
        "payments.ask_provider": (Payment.objects.due(now), "due_at"),
        "mandates.charge_due": (CardCharge.objects.due(now), "due_at"),
        "mandates.look_due": (Mandate.objects.due(now), "due_at"),
        "refunds.ask_due": (Refund.objects.due(now), "due_at"),
        "disputes.ask_due": (Dispute.objects.due(now), "due_at"),
        "payouts.carry_on_due": (Payout.objects.due(now), "due_at"),
        "matching.allocate_all_due": (WaitingMoney.objects.unfrozen(), "money__counted_at"),
        "matching.expire_reservations": (
            Reservation.objects.filter(state=Reservation.State.ACTIVE, expires_at__lt=now),
            "expires_at",
        ),
        "remittances.send_alert_messages": (AlertMessage.objects.due(now), "due_at"),
        "notifications.send_due": (Notification.objects.due(now), "due_at"),
    }
    oldest = {
        job: rows.order_by().aggregate(at=Min(field))["at"] for job, (rows, field) in queues.items()
    }
    oldest["matching.close_due"] = claims.overdue_since(now)
    return {job: at for job, at in oldest.items() if at is not None}


def needing_a_person(*, now: datetime) -> dict[str, int]:
    """Return how many pieces of each kind a program has put aside for a person."""
    differing = payments.needing_a_person().by_difference
    exceptions = reconciliation.waiting().by_kind
    return {
        "dead_events": inbox.backlog().dead,
        **{f"payments_differing_in_{name}": count for name, count in differing.items()},
        "unsent_messages": notifications.overdue(now).count(),
        "unsent_alerts": AlertMessage.objects.filter(state=AlertMessage.State.FAILED).count(),
        "entered_prices": PriceEntry.objects.filter(state=PriceEntry.State.WAITING).count(),
        "quotes_held_back": QuarantinedQuote.objects.filter(
            state=QuarantinedQuote.State.WAITING
        ).count(),
        **{f"exceptions_of_{kind}": exceptions.get(kind, 0) for kind in Kind.values},
    }
