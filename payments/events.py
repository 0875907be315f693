"""What is announced, to whom, and that everybody hears it.

An announcement is written down, one row a listener, in the transaction that makes it true. After
the commit the listeners' tasks are queued; what a lost queue leaves undone, `redeliver` queues
again. Who listens is decided in marketplace.wiring.
"""

from __future__ import annotations

import functools
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from celery import Task, shared_task
from django.db import transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from payments import queue
from payments.models import EventDelivery

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from _typeshed import DataclassInstance

PATIENCE = timedelta(seconds=30)
BATCH = 500


@dataclass(frozen=True, slots=True)
class PaymentSettled:
    """The money asked for has arrived, exactly; it is in the ledger."""

    payment_id: str
    reference: str
    amount_minor: int
    currency: str
    fee_minor: int  # What the provider kept, in the same currency.
    settled_at: str  # RFC 3339, the provider's time of the charge.


@dataclass(frozen=True, slots=True)
class PaymentFailed:
    """No money will come from this payment, unless the provider is late."""

    payment_id: str
    reference: str
    reason: str  # "failed" or "expired".


@dataclass(frozen=True, slots=True)
class PaymentHeld:
    """The money asked for is authorised: nothing is taken yet, and it is ours to take for a while.

    What comes of it is told as PaymentSettled or, released or lapsed, as PaymentFailed.
    """

    payment_id: str
    reference: str
    amount_minor: int
    currency: str
    held_until: str  # RFC 3339, the provider's time at which the authorisation lapses.


@dataclass(frozen=True, slots=True)
class PaymentDiffers:
    """Money arrived that is not what was asked for: booked, counted for nobody, for a person."""

    payment_id: str
    reference: str
    difference: str  # "currency", "amount" or "surplus".


@dataclass(frozen=True, slots=True)
class ExceptionFound:
    """Something at the provider or in the books does not fit: it waits for a person."""

    kind: str  # One of reconciliation's kinds.
    provider_key: str  # The provider's object, or ours where there is none.
    reference: str
    ours_minor: int | None
    theirs_minor: int | None
    currency: str


class OutsideTransaction(RuntimeError):
    """An announcement without a transaction could be heard of something that never was."""


_listeners: dict[type[DataclassInstance], tuple[str, ...]] = {}
_parts: dict[str, Callable[..., None]] = {}


def connect(event: type[DataclassInstance], *task_names: str) -> None:
    """Name the tasks that listen to an event."""
    _listeners[event] = task_names


def listeners() -> Mapping[type[DataclassInstance], tuple[str, ...]]:
    """Return who listens to what."""
    return _listeners


def part_of(task_name: str) -> Callable[..., None]:
    """Return what a listening task does with the fields of its event."""
    return _parts[task_name]


def publish(event: DataclassInstance) -> None:
    """Announce an event to every listener if, and only if, the transaction commits.

    Raises:
        OutsideTransaction: There is no transaction to commit.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(type(event).__name__)
    now = timezone.now()
    key = uuid7()
    deliveries = EventDelivery.objects.bulk_create(
        EventDelivery(
            event_key=key,
            event=type(event).__name__,
            listener=name,
            payload=asdict(event),
            created_at=now,
            due_at=now + PATIENCE,
        )
        for name in _listeners.get(type(event), ())
    )
    for delivery in deliveries:
        queue.wake_on_commit(delivery.listener, delivery_id=str(delivery.pk))


class ListeningTask(Task):  # type: ignore[type-arg]
    """A task that hears an event. What goes wrong in it is written on the delivery."""

    def on_failure(
        self,
        exc: BaseException,
        task_id: str,  # noqa: ARG002
        args: tuple[Any, ...],  # noqa: ARG002
        kwargs: dict[str, Any],
        einfo: object,  # noqa: ARG002
    ) -> None:
        """Keep the reason; the sweeper will try again."""
        EventDelivery.objects.filter(pk=kwargs["delivery_id"]).update(last_error=described(exc))


def listener(*, name: str) -> Callable[[Callable[..., None]], Task[..., None]]:
    """Make a function of an event's fields (and `now`) the task that hears the event."""

    def decorate(part: Callable[..., None]) -> Task[..., None]:
        @functools.wraps(part)
        def hear(*, delivery_id: str) -> None:
            _deliver(delivery_id, part, timezone.now())

        _parts[name] = part
        task: Task[..., None] = shared_task(name=name, base=ListeningTask, acks_late=True)(hear)
        return task

    return decorate


@transaction.atomic
def _deliver(delivery_id: str, part: Callable[..., None], now: datetime) -> None:
    """Let a listener do its part and mark it done, both or neither."""
    delivery = EventDelivery.objects.select_for_update().get(pk=delivery_id)
    if delivery.done_at is not None:
        return
    part(**delivery.payload, now=now)
    delivery.done_at = now
    delivery.last_error = ""
    delivery.save(update_fields=["done_at", "last_error"])


@transaction.atomic
def redeliver(*, now: datetime) -> int:
    """Queue again what no listener has finished in time; return how many."""
    waiting = (
        EventDelivery.objects.select_for_update(skip_locked=True)
        .filter(done_at__isnull=True, due_at__lte=now)
        .order_by("due_at", "id")[:BATCH]
    )
    for delivery in waiting:
        delivery.due_at = now + queue.pause_after(delivery.attempts, first=PATIENCE)
        delivery.attempts += 1  # Counted here, so that a listener that kills its worker counts too.
        delivery.save(update_fields=["attempts", "due_at"])
        queue.wake_on_commit(delivery.listener, delivery_id=str(delivery.pk))
    return len(waiting)


def described(error: BaseException) -> str:
    """Return the name and first line of an error, without the row a database may quote after it."""
    first_line = str(error).partition("\n")[0][:300]
    return f"{type(error).__name__}: {first_line}"
