"""Taking events in, and working them off: an event only says which payment to ask about."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from payments import checkout, gateway, queue, settlement
from payments.events import described
from payments.gateway.base import ProviderError
from payments.models import Payment
from payments.webhooks.models import InboxEvent
from payments.webhooks.reading import EventRefused, Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from payments.webhooks.reading import ReceivedEvent

PATIENCE = timedelta(seconds=15)
MOST_ATTEMPTS = 30  # With the pauses in between, more than a day.
BATCH = 500
PAGE = "checkout.session."
KINDS = frozenset(
    {
        "charge.failed",
        "charge.succeeded",
        "charge.updated",
        "checkout.session.async_payment_failed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
        "checkout.session.expired",
        "payment_intent.canceled",
        "payment_intent.payment_failed",
        "payment_intent.processing",
        "payment_intent.succeeded",
    }
)


@transaction.atomic
def take_in(*, event: ReceivedEvent, body: bytes, now: datetime) -> InboxEvent:
    """Keep an event as it was signed and wake a worker; a repeat returns the first.

    Raises:
        EventRefused: The provider's id has been used for another event.
    """
    is_ours_to_act_on = event.kind in KINDS
    kept = InboxEvent(
        event_key=event.key,
        kind=event.kind,
        object_key=event.object_key,
        payment_key=event.payment_key,
        body=body,
        digest=event.digest,
        state=InboxEvent.State.WAITING if is_ours_to_act_on else InboxEvent.State.IGNORED,
        received_at=now,
        due_at=now + PATIENCE,
        worked_at=None if is_ours_to_act_on else now,
    )
    InboxEvent.objects.bulk_create([kept], ignore_conflicts=True)
    first = InboxEvent.objects.get(event_key=event.key)
    if first.digest != event.digest:
        raise EventRefused(Refusal.OTHER_BODY)
    if first.state == InboxEvent.State.WAITING:
        queue.wake_on_commit("webhooks.work_inbox", event_id=str(first.pk))
    return first


def work_off(*, event_id: UUID, now: datetime) -> None:
    """Ask the provider about the payment an event speaks of and settle it.

    Call outside any transaction: the provider is asked between two of them. A repeat, or another
    worker at the same time, changes nothing. What the provider does not answer is tried again.
    """
    event = _claim(event_id, now)
    if event is None:
        return
    payment = _payment_of(event)
    if payment is None:
        _finish(event_id, InboxEvent.State.IGNORED, now)
        return
    try:
        page_key = _page_of(event, payment)
        charge = gateway.provider().fetch_charge(page_key) if page_key else None
    except ProviderError as error:
        record_error(event_id=event_id, error=described(error))
        return
    with transaction.atomic():
        if charge is not None:
            settlement.settle(payment_id=payment.pk, charge=charge, now=now)
        _finish(event_id, InboxEvent.State.DONE, now)


@transaction.atomic
def work_due(*, now: datetime) -> int:
    """Queue again what no worker has finished in time; return how many."""
    waiting = InboxEvent.objects.due(now).select_for_update(skip_locked=True)[:BATCH]
    for event in waiting:
        event.due_at = now + _pause(event.attempts)
        event.save(update_fields=["due_at"])
        queue.wake_on_commit("webhooks.work_inbox", event_id=str(event.pk))
    return len(waiting)


def record_error(*, event_id: UUID, error: str) -> None:
    """Write on an event why it is still waiting."""
    InboxEvent.objects.filter(pk=event_id).update(last_error=error)


@transaction.atomic
def _claim(event_id: UUID, now: datetime) -> InboxEvent | None:
    """Count an attempt at an event that waits, or lay it aside after too many."""
    event = InboxEvent.objects.select_for_update().get(pk=event_id)
    if event.state != InboxEvent.State.WAITING:
        return None
    if event.attempts >= MOST_ATTEMPTS:
        _finish(event_id, InboxEvent.State.DEAD, now)
        return None
    event.attempts += 1
    event.due_at = now + _pause(event.attempts)
    event.save(update_fields=["attempts", "due_at"])
    return event


def _pause(attempts: int) -> timedelta:
    """Return how long to wait for the worker of the attempt that was made last."""
    return queue.pause_after(max(attempts - 1, 0), first=PATIENCE)


def _payment_of(event: InboxEvent) -> Payment | None:
    """Return the payment an event names, or else the one whose page it is about."""
    with suppress(ValueError):  # What is not a key of ours names no payment.
        if named := Payment.objects.filter(pk=UUID(event.payment_key)).first():
            return named
    return Payment.objects.exclude(page_key="").filter(page_key=event.object_key).first()


def _page_of(event: InboxEvent, payment: Payment) -> str:
    """Return the page to ask about, also where the answer that named it was lost."""
    if payment.page_key:
        return payment.page_key
    if event.kind.startswith(PAGE):
        return event.object_key
    found = checkout.find_page(payment)
    return found.key if found else ""


def _finish(event_id: UUID, state: InboxEvent.State, now: datetime) -> None:
    InboxEvent.objects.filter(pk=event_id, state=InboxEvent.State.WAITING).update(
        state=state, worked_at=now
    )
