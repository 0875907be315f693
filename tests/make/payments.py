"""Typed builders: `make_payments.payment()` is a saved payment that waits for its page."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

from celery import current_app
from django.utils import timezone

from payments import checkout
from payments.models import EventDelivery
from payments.money import Money
from payments.webhooks import services as inbox
from payments.webhooks.models import InboxEvent

if TYPE_CHECKING:
    from celery import Task

    from payments.models import Payment

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)

_serial = count(1)


def payment(
    *,
    reference: str = "",
    amount_minor: int = 100_00,
    currency: str = "EUR",
    now: datetime = NOON,
) -> Payment:
    """Begin a payment, as a room does when a person presses the button."""
    return checkout.begin(
        reference=reference or f"contribution-{next(_serial)}",
        amount=Money(amount_minor, currency),
        description="Gift to Solar dryers for Kitui",
        email="amina@example.org",
        language="en",
        success_url="http://testserver/en/give/done/",
        cancel_url="http://testserver/en/give/pay/",
        now=now,
    )


def task(name: str) -> Task[..., object]:
    """Return a task by its name, as a worker knows it."""
    current_app.loader.import_default_modules()
    return current_app.tasks[name]


def deliver_announcements() -> None:
    """Let every listener hear what is waiting for it, and what that leads to, as a worker would."""
    while waiting := list(EventDelivery.objects.filter(done_at__isnull=True).order_by("id")):
        for delivery in waiting:
            kwargs = {"delivery_id": str(delivery.pk)}
            task(delivery.listener).apply(kwargs=kwargs, throw=True)


def work_inbox(*, now: datetime | None = None) -> None:
    """Work off every event that waits in the inbox, as a worker would."""
    for event in InboxEvent.objects.filter(state=InboxEvent.State.WAITING).order_by("id"):
        inbox.work_off(event_id=event.pk, now=now or timezone.now())
