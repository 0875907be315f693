from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from celery import current_app
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from kombu.exceptions import ChannelError, OperationalError

from payments import events
from payments.models import EventDelivery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoCaptureOnCommitCallbacks

SOON = timedelta(seconds=29)
LATE = timedelta(seconds=31)


@dataclass(frozen=True, slots=True)
class BellRung:
    tower: str
    times: int


heard: list[tuple[str, int, datetime]] = []


class ClapperMissing(Exception):
    pass


@events.listener(name="tests.hear_bell")
def hear_bell(*, tower: str, times: int, now: datetime) -> None:
    heard.append((tower, times, now))


@events.listener(name="tests.write_on_hearing")
def write_on_hearing(*, tower: str, times: int, now: datetime) -> None:
    """Write something, then fail: the delivery's own row serves as what is written."""
    EventDelivery.objects.filter(payload__tower=tower).update(event=f"half done {times} {now}")
    raise ClapperMissing(f"No clapper in {tower}.\nDETAIL: row (amina@example.org)")


@pytest.fixture(autouse=True)
def _two_listeners() -> Iterator[None]:
    events.connect(BellRung, "tests.hear_bell")
    heard.clear()
    yield
    events._listeners.pop(BellRung)  # noqa: SLF001


@contextmanager
def broker() -> Iterator[mock.Mock]:
    with mock.patch.object(current_app, "send_task") as send:
        yield send


def hear(delivery: EventDelivery) -> None:
    current_app.tasks[delivery.listener].apply(kwargs={"delivery_id": str(delivery.pk)})


def ring(times: int = 3) -> EventDelivery:
    with transaction.atomic():
        events.publish(BellRung("north", times))
    return EventDelivery.objects.get()


@pytest.mark.django_db
def test_an_announcement_is_queued_by_name_after_the_commit(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with broker() as send:
        with django_capture_on_commit_callbacks(execute=True):
            delivery = ring()
            send.assert_not_called()

        send.assert_called_once_with("tests.hear_bell", kwargs={"delivery_id": str(delivery.pk)})


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_announced_to_nobody() -> None:
    with broker() as send, transaction.atomic():
        events.publish(BellRung("north", 3))
        transaction.set_rollback(True)

    send.assert_not_called()
    assert not EventDelivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_announcement_needs_a_transaction() -> None:
    with pytest.raises(events.OutsideTransaction):
        events.publish(BellRung("north", 3))

    assert not EventDelivery.objects.exists()


@pytest.mark.django_db
def test_each_listener_gets_a_row_of_its_own() -> None:
    events.connect(BellRung, "tests.hear_bell", "tests.write_on_hearing")

    events.publish(BellRung("north", 3))

    rows = EventDelivery.objects.order_by("listener")
    assert [row.listener for row in rows] == ["tests.hear_bell", "tests.write_on_hearing"]
    assert {row.event for row in rows} == {"BellRung"}
    assert {row.event_key for row in rows} == {rows[0].event_key}


@pytest.mark.django_db
def test_a_listener_hears_the_fields_and_the_time() -> None:
    delivery = ring(times=7)

    hear(delivery)

    delivery.refresh_from_db()
    assert heard == [("north", 7, delivery.done_at)]
    assert delivery.attempts == 0


@pytest.mark.django_db
@pytest.mark.promise("M16")
def test_a_redelivered_announcement_is_heard_once() -> None:
    delivery = ring()

    hear(delivery)
    hear(delivery)

    assert len(heard) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_announcement_hear_it_once() -> None:
    delivery, together = ring(), Barrier(2)

    def work() -> None:
        together.wait(timeout=10)
        hear(delivery)
        connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=20)

    assert len(heard) == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_two_workers_hear_it_twice() -> None:
    delivery, together = ring(), Barrier(2)

    def meet(**fields: object) -> None:
        together.wait(timeout=10)
        heard.append(("north", 3, timezone.now()))
        assert fields["tower"] == "north"

    def work() -> None:
        with mock.patch.object(
            EventDelivery.objects, "select_for_update", return_value=EventDelivery.objects.all()
        ):
            events._deliver(str(delivery.pk), meet, timezone.now())  # noqa: SLF001
        connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=20)

    assert len(heard) == 2


@pytest.mark.django_db(transaction=True)
def test_a_listener_that_fails_leaves_its_reason_and_nothing_else() -> None:
    events.connect(BellRung, "tests.write_on_hearing")
    delivery = ring()

    hear(delivery)

    delivery.refresh_from_db()
    assert delivery.done_at is None
    assert delivery.event == "BellRung"
    assert delivery.last_error == "ClapperMissing: No clapper in north."


@pytest.mark.django_db
@pytest.mark.promise("D2")
def test_the_sweeper_queues_again_what_was_not_heard(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    delivery = ring()

    with broker() as send:
        with django_capture_on_commit_callbacks(execute=True):
            early = events.redeliver(now=delivery.created_at + SOON)
        send.assert_not_called()
        with django_capture_on_commit_callbacks(execute=True):
            late = events.redeliver(now=delivery.created_at + LATE)
            again = events.redeliver(now=delivery.created_at + LATE)

    assert (early, late, again) == (0, 1, 0)
    send.assert_called_once_with("tests.hear_bell", kwargs={"delivery_id": str(delivery.pk)})


@pytest.mark.django_db
def test_the_sweeper_leaves_what_was_heard() -> None:
    delivery = ring()
    hear(delivery)

    assert events.redeliver(now=delivery.created_at + LATE) == 0


@pytest.mark.django_db
def test_a_listener_that_kills_its_worker_is_queued_less_and_less_often() -> None:
    delivery = ring()
    now, pauses = delivery.due_at, []

    for _ in range(9):  # No worker lives to say that it failed.
        events.redeliver(now=now)
        delivery.refresh_from_db()
        pauses.append((delivery.due_at - now).total_seconds())
        now = delivery.due_at

    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert delivery.attempts == 9


@pytest.mark.django_db
def test_pauses_grow_with_failures_up_to_an_hour() -> None:
    delivery = ring()
    EventDelivery.objects.update(attempts=3)
    now = delivery.created_at + LATE

    events.redeliver(now=now)
    delivery.refresh_from_db()
    assert delivery.due_at == now + timedelta(minutes=4)

    EventDelivery.objects.update(attempts=40)
    later = now + timedelta(minutes=5)
    events.redeliver(now=later)
    delivery.refresh_from_db()
    assert delivery.due_at == later + timedelta(hours=1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("D3")
@pytest.mark.parametrize(
    "fault", [OperationalError("refused"), ChannelError("full"), ConnectionRefusedError()]
)
def test_a_broker_that_is_down_stops_nobody(fault: Exception) -> None:
    with broker() as send:
        send.side_effect = fault
        delivery = ring()

    assert delivery.done_at is None
    with broker() as send:
        assert events.redeliver(now=delivery.created_at + LATE) == 1
    send.assert_called_once()


@pytest.mark.django_db
def test_one_listener_has_one_row_for_one_announcement() -> None:
    delivery = ring()
    delivery.pk = None
    delivery._state.adding = True  # noqa: SLF001

    with pytest.raises(DatabaseError, match="eventdelivery_once_per_listener"):
        delivery.save(force_insert=True)
