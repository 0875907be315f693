"""People are told once: the row, the claim, the mail."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import DatabaseError, connection, transaction
from django.template import TemplateSyntaxError
from django.urls import reverse
from django.utils import timezone

from marketplace.notifications import messages, services, tasks
from marketplace.notifications.models import Notification
from marketplace.notifications.selectors import overdue
from payments import queue
from payments.models import EventDelivery
from tests.make import accounts
from tests.make import funding as make
from tests.make import payments as make_payments

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from django.test import Client

    from projects.funding.models import Contribution

NOON = make.NOON
LATER = NOON + timedelta(minutes=2)


def told() -> tuple[Contribution, Notification]:
    contribution = make.settled()
    services.tell_receipt(contribution_key=contribution.key, now=NOON)
    return contribution, Notification.objects.get()


def send(notification: Notification) -> bool:
    return services.send_notification(notification_id=notification.pk, now=LATER)


@pytest.mark.django_db
@pytest.mark.promise("M16")
def test_an_announcement_heard_twice_is_told_once() -> None:
    contribution, notification = told()

    services.tell_receipt(contribution_key=contribution.key, now=LATER)

    assert Notification.objects.get() == notification
    assert (notification.event, notification.person) == (
        f"contribution_confirmed:{contribution.key}",
        contribution.donor_key,
    )
    with pytest.raises(DatabaseError, match="notification_told_once"), transaction.atomic():
        Notification.objects.create(
            event=notification.event,
            person=notification.person,
            channel=notification.channel,
            kind=notification.kind,
            subject_key=notification.subject_key,
            created_at=NOON,
            due_at=NOON,
        )


@pytest.mark.django_db(transaction=True)
def test_a_settled_contribution_is_announced_to_its_giver() -> None:
    make.settled()

    make_payments.deliver_announcements()

    assert Notification.objects.get().kind == Notification.Kind.RECEIPT
    assert not EventDelivery.objects.filter(done_at=None).exists()


@pytest.mark.django_db
def test_a_message_goes_out_once_and_says_when() -> None:
    _, notification = told()

    assert [send(notification), send(notification)] == [True, False]

    assert len(mail.outbox) == 1
    notification.refresh_from_db()
    assert (notification.claimed_at, notification.sent_at) == (LATER, LATER)


@pytest.mark.django_db
@pytest.mark.promise("P9")
def test_the_subject_tells_neither_amount_nor_recipient_nor_country() -> None:
    contribution, notification = told()

    send(notification)

    (message,) = mail.outbox
    assert message.subject == "Your receipt from Weft"
    assert message.to == ["amina@example.org"]
    assert "€100.00" in message.body.replace("\u2068", "").replace("\u2069", "")
    assert str(contribution.receipt_number) in message.body
    assert str(contribution.public_key) in message.body


@pytest.mark.django_db
def test_a_mail_server_that_is_down_is_tried_again_later() -> None:
    _, notification = told()

    with mock.patch.object(EmailBackend, "open", side_effect=ConnectionRefusedError, create=True):
        assert not send(notification)

    notification.refresh_from_db()
    assert (notification.claimed_at, notification.attempts) == (None, 1)
    assert notification.due_at == LATER + timedelta(minutes=1)
    assert notification.last_error == "ConnectionRefusedError"
    assert send(notification)


@pytest.mark.django_db
def test_a_message_that_may_have_gone_out_is_never_sent_again() -> None:
    _, notification = told()

    with mock.patch.object(EmailBackend, "send_messages", side_effect=TimeoutError):
        assert not send(notification)

    notification.refresh_from_db()
    assert (notification.claimed_at, notification.sent_at) == (LATER, None)
    assert notification.last_error == "TimeoutError"
    assert not send(notification)
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "wrong",
    [
        mock.patch.object(messages, "render_to_string", side_effect=TemplateSyntaxError),
        mock.patch.object(messages, "gettext", return_value="Two\nlines"),
        mock.patch.object(messages, "reverse", side_effect=KeyError),
    ],
    ids=["template", "header", "address"],
)
def test_a_message_that_cannot_be_written_stays_waiting_and_says_why(
    wrong: AbstractContextManager[object],
) -> None:
    _, notification = told()

    with wrong:
        sending = tasks.send_notification.apply(kwargs={"notification_id": str(notification.pk)})

    assert sending.failed()
    notification.refresh_from_db()
    assert (notification.claimed_at, notification.sent_at) == (None, None)
    assert notification.attempts == 1
    assert notification.last_error == type(sending.result).__name__
    assert notification.due_at > timezone.now()
    assert mail.outbox == []
    assert send(notification)


@pytest.mark.django_db
def test_a_failure_never_gives_back_the_claim_of_somebody_else() -> None:
    _, notification = told()
    Notification.objects.update(claimed_at=LATER)

    services.note_failure(notification_id=notification.pk, error=KeyError("x"), now=LATER)

    notification.refresh_from_db()
    assert (notification.claimed_at, notification.last_error) == (LATER, "KeyError")
    assert not send(notification)


@pytest.mark.django_db
def test_a_message_is_tried_less_and_less_often_but_every_hour() -> None:
    _, notification = told()
    pauses = []
    for _ in range(9):
        services.note_failure(notification_id=notification.pk, error=KeyError("x"), now=LATER)
        notification.refresh_from_db()
        pauses.append((notification.due_at - LATER) // timedelta(minutes=1))

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.django_db
def test_what_is_unsent_after_ten_minutes_is_overdue() -> None:
    _, notification = told()
    moment, late = NOON + timedelta(minutes=9), NOON + timedelta(minutes=10)
    assert list(overdue(moment)) == []
    assert list(overdue(late)) == [notification]

    Notification.objects.update(claimed_at=late)
    assert list(overdue(late)) == []
    assert list(overdue(late + timedelta(minutes=10))) == [notification]

    Notification.objects.update(sent_at=late)
    assert list(overdue(late + timedelta(days=10))) == []


@pytest.mark.django_db
def test_an_administrator_sees_messages_and_cannot_touch_them(client: Client) -> None:
    _, notification = told()
    accounts.sign_in(client, accounts.platform_admin())
    page = reverse("admin:notifications_notification_changelist")

    assert notification.event in client.get(page).content.decode()
    one = reverse("admin:notifications_notification_change", args=[notification.pk])
    shown = client.get(one).content.decode()
    assert 'name="_save"' not in shown
    assert client.post(one, {"sent_at": ""}).status_code == 403


@pytest.mark.django_db
@pytest.mark.promise("D2")
def test_a_message_whose_wake_up_was_lost_is_queued_again() -> None:
    _, notification = told()

    with mock.patch.object(queue, "wake") as wake:
        assert services.send_due(now=NOON + timedelta(seconds=59)) == 0
        assert services.send_due(now=LATER) == 1
        send(notification)
        assert services.send_due(now=LATER) == 0

    wake.assert_called_once_with(services.SEND, notification_id=str(notification.pk))


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_message_send_one_mail() -> None:
    _, notification = told()
    start = Barrier(8)

    def work(_: int) -> bool:
        start.wait()
        try:
            return send(notification)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as workers:
        results = list(workers.map(work, range(8)))

    assert results.count(True) == 1
    assert len(mail.outbox) == 1
