"""Each message goes out once, or is written down as failed."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPDataError
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from remittances.alerts import messages, services
from remittances.models import AlertMessage
from tests.make import price_alerts as make
from tests.make import remittances as prices

if TYPE_CHECKING:
    from django.core.mail import EmailMultiAlternatives

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _prices() -> None:
    prices.imported([prices.row()])


def test_a_server_that_cannot_be_reached_is_asked_again_later_with_a_new_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alert = make.asked()
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "open", _unreachable)
        assert services.send_alert_messages(now=make.NOW) == 0
    message = alert.messages.get()
    assert (message.state, message.attempts, message.claimed_at) == ("waiting", 1, None)
    assert message.last_error == "ConnectionRefusedError"
    assert message.due_at == make.NOW + timedelta(minutes=1)
    assert services.send_alert_messages(now=make.NOW) == 0  # Not yet.
    assert services.send_alert_messages(now=message.due_at) == 1
    alert.refresh_from_db()
    assert alert.code_until == message.due_at + timedelta(minutes=30)


def test_after_ten_attempts_a_message_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    message = make.asked().messages.get()
    monkeypatch.setattr(EmailBackend, "open", _unreachable)
    now = make.NOW
    for _ in range(10):
        services.send_alert_messages(now=now)
        now += timedelta(hours=1)
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("failed", 10)
    assert mail.outbox == []


def test_what_may_have_gone_out_is_never_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    message = make.asked().messages.get()
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", _broken_off)
        assert services.send_alert_messages(now=make.NOW) == 0
    message.refresh_from_db()
    assert (message.state, message.last_error) == ("failed", "SMTPDataError")
    assert services.send_alert_messages(now=make.NOW + timedelta(days=1)) == 0
    assert mail.outbox == []


def test_what_a_worker_took_and_never_reported_is_closed_unsent() -> None:
    message = make.asked().messages.get()
    AlertMessage.objects.update(state="sending", claimed_at=make.NOW)
    almost = make.NOW + timedelta(minutes=9)
    services.send_alert_messages(now=almost)
    message.refresh_from_db()
    assert message.state == "sending"
    services.send_alert_messages(now=make.NOW + timedelta(minutes=10))
    message.refresh_from_db()
    assert (message.state, message.last_error) == ("failed", "never reported")
    assert mail.outbox == []


def test_a_stopped_alert_sends_nothing_that_was_noted_before() -> None:
    alert = make.armed()
    services.look_at_alerts(now=make.NOW)
    mail.outbox.clear()
    services.stop(alert_id=alert.pk)
    assert services.send_alert_messages(now=make.NOW) == 0
    assert mail.outbox == []


def test_a_message_that_cannot_be_written_is_closed_and_the_next_ones_go_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = make.asked(email="first@example.org").messages.get()
    whole = make.asked(email="second@example.org").messages.get()
    compose = messages.compose

    def written(message: AlertMessage, *, code: str) -> EmailMultiAlternatives:
        if message.pk == broken.pk:
            raise KeyError
        return compose(message, code=code)

    monkeypatch.setattr(messages, "compose", written)
    assert services.send_alert_messages(now=make.NOW) == 1
    broken.refresh_from_db()
    whole.refresh_from_db()
    assert (broken.state, broken.last_error, whole.state) == ("failed", "KeyError", "sent")
    assert [sent.to for sent in mail.outbox] == [["second@example.org"]]
    assert services.send_alert_messages(now=make.NOW + timedelta(days=1)) == 0


def _unreachable(_: EmailBackend) -> bool:
    raise ConnectionRefusedError


def _broken_off(_: EmailBackend, __: object) -> int:
    raise SMTPDataError(451, "try later")
