"""Taking events in, working them off and replaying them: an event only says where to look."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments import events, queue
from payments.events import described
from payments.gateway.base import ProviderError
from payments.reconciliation.kinds import Kind
from payments.webhooks import routes
from payments.webhooks.models import InboxEvent, Replay
from payments.webhooks.reading import EventRefused, Refusal

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.webhooks.reading import ReceivedEvent

PATIENCE = timedelta(seconds=15)
MOST_ATTEMPTS = 30  # With the pauses in between, more than a day.
BATCH = 500
REPLAY = "reconciliation.work_exceptions"  # The permission to replay.


class ReplayRefused(Exception):
    """An event that is not worked off again. The message is fit to be shown."""


class NotAllowed(ReplayRefused):
    """The person may not replay events."""


class StillWaiting(ReplayRefused):
    """The event has not been worked off yet, so there is nothing to repeat."""


@transaction.atomic
def take_in(*, event: ReceivedEvent, body: bytes, now: datetime) -> InboxEvent:
    """Keep an event as it was signed and wake a worker; a repeat returns the first.

    Raises:
        EventRefused: The provider's id has been used for another event.
    """
    kept = InboxEvent(
        event_key=event.key,
        kind=event.kind,
        account_key=event.account_key,
        object_key=event.object_key,
        payment_key=event.payment_key,
        body=body,
        digest=event.digest,
        received_at=now,
        due_at=now + PATIENCE,
    )
    if routes.look_for(kept) is None:
        kept.state, kept.worked_at = InboxEvent.State.IGNORED, now
    InboxEvent.objects.bulk_create([kept], ignore_conflicts=True)
    first = InboxEvent.objects.get(event_key=event.key)
    if first.digest != event.digest:
        raise EventRefused(Refusal.OTHER_BODY)
    if first.state == InboxEvent.State.WAITING:
        queue.wake_on_commit("webhooks.work_inbox", event_id=str(first.pk))
    return first


def work_off(*, event_id: UUID, now: datetime) -> None:
    """Let the room that an event concerns look at what it speaks of.

    Call outside any transaction: the provider is asked in between. A repeat, or another worker at
    the same time, changes nothing. What the provider does not answer is tried again.
    """
    event = _claim(event_id, now)
    if event is None:
        return
    look = routes.look_for(event)
    try:
        is_ours = look is not None and look(event, now=now)
    except ProviderError as error:
        record_error(event_id=event_id, error=described(error))
        return
    _finish(event_id, InboxEvent.State.DONE if is_ours else InboxEvent.State.IGNORED, now)


@transaction.atomic
def work_due(*, now: datetime) -> int:
    """Queue again what no worker has finished in time; return how many."""
    waiting = InboxEvent.objects.due(now).select_for_update(skip_locked=True)[:BATCH]
    for event in waiting:
        event.due_at = now + _pause(event.attempts)
        event.save(update_fields=["due_at"])
        queue.wake_on_commit("webhooks.work_inbox", event_id=str(event.pk))
    return len(waiting)


@transaction.atomic
def replay(*, event_id: UUID, by: UUID, now: datetime) -> InboxEvent:
    """Have an event worked off once more, in the name of a person, and write that down.

    What the event led to is keyed by what it is about, so nothing is booked or told twice.

    Raises:
        NotAllowed: The person may not replay events.
        StillWaiting: It has not been worked off yet.
    """
    person = get_user_model().objects.filter(pk=by).first()
    if person is None or not person.has_perm(REPLAY):
        raise NotAllowed(_("You may not replay events."))
    event = InboxEvent.objects.select_for_update().get(pk=event_id)
    if event.state == InboxEvent.State.WAITING:
        raise StillWaiting(_("This event has not been worked off yet."))
    Replay.objects.create(
        event=event,
        by=person,
        at=now,
        from_state=event.state,
        attempts=event.attempts,
        last_error=event.last_error,
    )
    event.state, event.worked_at = InboxEvent.State.WAITING, None
    event.attempts, event.last_error = 0, ""
    event.due_at = now + PATIENCE
    event.save(update_fields=["state", "worked_at", "attempts", "last_error", "due_at"])
    queue.wake_on_commit("webhooks.work_inbox", event_id=str(event.pk))
    return event


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
        _give_up(event, now)
        return None
    event.attempts += 1
    event.due_at = now + _pause(event.attempts)
    event.save(update_fields=["attempts", "due_at"])
    return event


def _give_up(event: InboxEvent, now: datetime) -> None:
    """Lay an event aside and tell a person."""
    _finish(event.pk, InboxEvent.State.DEAD, now)
    payment = routes.payment_of(event)
    events.publish(
        events.ExceptionFound(
            kind=Kind.DEAD_EVENT.value,
            provider_key=event.event_key,
            reference=payment.reference if payment else "",
            ours_minor=None,
            theirs_minor=None,
            currency="",
        )
    )


def _pause(attempts: int) -> timedelta:
    """Return how long to wait for the worker of the attempt that was made last."""
    return queue.pause_after(max(attempts - 1, 0), first=PATIENCE)


def _finish(event_id: UUID, state: InboxEvent.State, now: datetime) -> None:
    InboxEvent.objects.filter(pk=event_id, state=InboxEvent.State.WAITING).update(
        state=state, worked_at=now
    )
