"""A person has an event worked off once more: nothing is booked or told twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from unittest import mock
from uuid import uuid4

import pytest
from celery import current_app
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from marketplace.notifications.models import Notification
from payments import checkout, events
from payments.models import EventDelivery, Payment
from payments.webhooks import services
from payments.webhooks.models import InboxEvent, Replay
from tests.make import accounts
from tests.make import funding as make_funding
from tests.make import payments as make_payments
from tests.make import reconciliation as make_reconciliation
from tests.payments.browser import pay
from tests.payments.webhooks.books import BOOKS, books, opened, told
from tests.payments.webhooks.signing import deliver, event

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from payments.sandbox.server import Running

pytestmark = [pytest.mark.django_db]
S = InboxEvent.State


def replay(kept: InboxEvent) -> InboxEvent:
    by = make_reconciliation.worker()
    return services.replay(event_id=kept.pk, by=by.pk, now=timezone.now())


def worked_off(client: Client, provider: Running) -> InboxEvent:
    """Return the event of a payment that has led to everything it should."""
    pay(opened().page_url)
    (completed,) = told(provider, "checkout.session.completed")
    deliver(client, completed)
    make_payments.work_inbox()
    return InboxEvent.objects.get()


def test_a_replayed_event_waits_again_wakes_a_worker_and_says_who_did_it(
    client: Client,
    provider: Running,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    kept, person, now = worked_off(client, provider), make_reconciliation.worker(), timezone.now()

    with (
        mock.patch.object(current_app, "send_task") as send,
        django_capture_on_commit_callbacks(execute=True),
    ):
        services.replay(event_id=kept.pk, by=person.pk, now=now)

    kept.refresh_from_db()
    assert (kept.state, kept.attempts, kept.worked_at) == (S.WAITING, 0, None)
    assert kept.due_at == now + timedelta(seconds=15)
    send.assert_called_once_with("webhooks.work_inbox", kwargs={"event_id": str(kept.pk)})
    (done,) = kept.replays.all()
    assert (done.by, done.at, done.from_state, done.attempts) == (person, now, "done", 1)


@pytest.mark.promise("M16")
@pytest.mark.promise("M3")
@pytest.mark.usefixtures("_heard_by_a_test")
def test_a_replay_books_and_announces_nothing_again(client: Client, provider: Running) -> None:
    kept = worked_off(client, provider)
    announced = EventDelivery.objects.count()

    for _ in range(2):
        replay(kept)
        make_payments.work_inbox()

    assert books() == BOOKS
    assert EventDelivery.objects.count() == announced == 1
    kept.refresh_from_db()
    assert (kept.state, kept.replays.count()) == (S.DONE, 2)


@pytest.mark.promise("M16")
def test_a_giver_gets_one_message_however_often_all_events_are_replayed(
    client: Client, provider: Running
) -> None:
    now = timezone.now()
    gift = make_funding.submitted(
        make_funding.identified(make_funding.campaign(at=now), at=now), at=now
    )
    payment = Payment.objects.get(reference=gift.key)
    checkout.open_page(payment_id=payment.pk, now=now)
    payment.refresh_from_db()
    pay(payment.page_url)
    for happened in told(provider):
        deliver(client, happened)
    make_payments.work_inbox()
    make_payments.deliver_announcements()
    before = books(), Notification.objects.count(), EventDelivery.objects.count()
    assert before[1] == 1

    for kept in InboxEvent.objects.all():
        replay(kept)
    make_payments.work_inbox()
    make_payments.deliver_announcements()

    assert (books(), Notification.objects.count(), EventDelivery.objects.count()) == before
    assert Replay.objects.count() == InboxEvent.objects.count() > 1


@pytest.mark.usefixtures("_heard_by_a_test")
@pytest.mark.parametrize("state", [S.IGNORED, S.DEAD])
def test_what_was_ignored_or_given_up_can_be_replayed(
    client: Client, provider: Running, state: str
) -> None:
    pay(opened().page_url)
    (completed,) = told(provider, "checkout.session.completed")
    deliver(client, completed)
    now = timezone.now()
    InboxEvent.objects.update(state=state, worked_at=now, attempts=30, last_error="Broken: once")

    replayed = replay(InboxEvent.objects.get())
    make_payments.work_inbox()

    assert (replayed.attempts, replayed.last_error) == (0, "")
    assert (Replay.objects.get().from_state, Replay.objects.get().last_error) == (
        state,
        "Broken: once",
    )
    assert InboxEvent.objects.get().state == S.DONE
    assert books() == BOOKS


def test_an_event_that_still_waits_is_not_replayed(client: Client) -> None:
    deliver(client, event())

    with pytest.raises(services.StillWaiting):
        replay(InboxEvent.objects.get())

    assert not Replay.objects.exists()


def test_only_a_person_who_may_work_exceptions_replays(client: Client, provider: Running) -> None:
    kept, anybody = worked_off(client, provider), accounts.user()

    for by in (anybody.pk, uuid4()):
        with pytest.raises(services.NotAllowed):
            services.replay(event_id=kept.pk, by=by, now=timezone.now())

    kept.refresh_from_db()
    assert (kept.state, Replay.objects.count()) == (S.DONE, 0)


@pytest.mark.promise("A9")
def test_the_log_of_replays_cannot_be_altered(client: Client, provider: Running) -> None:
    replay(worked_off(client, provider))
    written = Replay.objects.get()

    for statement in (
        "UPDATE webhooks_replay SET last_error = 'Nothing happened.'",
        "DELETE FROM webhooks_replay",
    ):
        with (
            pytest.raises(IntegrityError, match="stays written"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    assert Replay.objects.get() == written


@pytest.mark.promise("M15")
@pytest.mark.promise("M9")
def test_an_event_given_up_is_queued_for_a_person_once(
    client: Client, provider: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(events._listeners, events.ExceptionFound, ("tests.hear",))  # noqa: SLF001
    payment = opened()
    deliver(client, event(subject={"id": payment.page_key, "object": "checkout.session"}))
    InboxEvent.objects.update(attempts=services.MOST_ATTEMPTS)

    for _ in range(2):
        services.work_off(event_id=InboxEvent.objects.get().pk, now=timezone.now())

    kept, announced = InboxEvent.objects.get(), EventDelivery.objects.get()
    assert kept.state == S.DEAD
    assert announced.payload == {
        "kind": "dead_event",
        "provider_key": kept.event_key,
        "reference": "gift-1",
        "ours_minor": None,
        "theirs_minor": None,
        "currency": "",
    }
    assert len(provider.world.store.every("checkout.session")) == 1
    assert Payment.objects.get().state == Payment.State.OPEN
