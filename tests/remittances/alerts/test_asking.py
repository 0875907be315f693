"""Asking for an alert, confirming and stopping it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail

from remittances.alerts import services
from remittances.alerts.selectors import counts
from remittances.alerts.services import AlertRefused, Answer
from remittances.alerts.services.asking import Refusal
from remittances.models import Alert, AlertCount, AlertMessage
from tests.make import price_alerts as make
from tests.make import remittances as prices

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _prices() -> None:
    prices.imported([prices.row()])


def sent_code() -> str:
    found = re.search(r"^[0-9]{6}$", str(mail.outbox[-1].body), flags=re.MULTILINE)
    assert found is not None
    return found[0]


def test_a_wish_is_confirmed_by_the_code_that_was_sent() -> None:
    alert = make.asked(email="Amina@Example.org")
    assert services.send_alert_messages(now=make.NOW) == 1
    assert mail.outbox[0].to == ["amina@example.org"]
    answer = services.confirm_by_code(alert_id=alert.pk, code=sent_code(), now=make.NOW)
    assert answer is Answer.CONFIRMED
    alert.refresh_from_db()
    assert (alert.state, alert.confirmed_at, alert.code_hash) == ("armed", make.NOW, "")
    assert counts() == {"asked": 1, "confirmed": 1, "told": 0, "stopped": 0, "forgotten": 0}


def test_the_code_is_stored_nowhere_but_as_a_keyed_hash() -> None:
    alert = make.asked()
    services.send_alert_messages(now=make.NOW)
    code = sent_code()
    alert.refresh_from_db()
    message = alert.messages.get()
    assert (message.facts, message.state, message.sent_at) == ({}, "sent", make.NOW)
    assert re.fullmatch("[0-9a-f]{64}", alert.code_hash)
    assert code not in {str(value) for value in vars(alert).values()}


def test_the_code_of_one_alert_does_not_confirm_another() -> None:
    one, other = make.asked(), make.asked(email="other@example.org")
    services.send_alert_messages(now=make.NOW)
    code = sent_code()  # Of the message that was sent last.
    first = services.confirm_by_code(alert_id=one.pk, code=code, now=make.NOW)
    second = services.confirm_by_code(alert_id=other.pk, code=code, now=make.NOW)
    assert {first, second} == {Answer.WRONG, Answer.CONFIRMED}


def test_the_fifth_wrong_code_ends_it_and_the_right_one_comes_too_late() -> None:
    alert = make.asked()
    services.send_alert_messages(now=make.NOW)
    code = sent_code()
    wrong = f"{(int(code) + 1) % 10**6:06}"
    answers = [
        services.confirm_by_code(alert_id=alert.pk, code=wrong, now=make.NOW) for _ in range(5)
    ]
    assert answers == [Answer.WRONG] * 4 + [Answer.OVER]
    assert services.confirm_by_code(alert_id=alert.pk, code=code, now=make.NOW) is Answer.OVER
    assert services.confirm(alert_id=alert.pk, now=make.NOW) is Answer.OVER
    alert.refresh_from_db()
    assert (alert.state, alert.code_tries) == ("unconfirmed", 5)


@pytest.mark.parametrize(("minutes", "expected"), [(30, Answer.CONFIRMED), (31, Answer.OVER)])
def test_code_and_link_hold_for_half_an_hour(minutes: int, expected: Answer) -> None:
    alert = make.asked()
    services.send_alert_messages(now=make.NOW)
    later = make.NOW + timedelta(minutes=minutes)
    assert services.confirm(alert_id=alert.pk, now=later) is expected


def test_a_link_followed_twice_confirms_once() -> None:
    alert = make.armed()
    assert services.confirm(alert_id=alert.pk, now=make.NOW) is Answer.CONFIRMED
    assert counts()["confirmed"] == 1


def test_before_its_mail_was_sent_nothing_confirms_an_alert() -> None:
    alert = make.asked()
    assert services.confirm(alert_id=alert.pk, now=make.NOW) is Answer.OVER
    answer = services.confirm_by_code(alert_id=alert.pk, code="000000", now=make.NOW)
    assert answer is Answer.WRONG


def test_an_address_is_sent_three_codes_an_hour_and_nobody_is_told_of_the_limit() -> None:
    alerts = [make.asked() for _ in range(4)]
    assert services.send_alert_messages(now=make.NOW) == 3
    wrong = services.confirm_by_code(alert_id=alerts[3].pk, code="123456", now=make.NOW)
    assert wrong is Answer.WRONG  # As it would be of an alert that was sent a code.
    make.asked(email="other@example.org")
    make.asked(now=make.NOW + timedelta(hours=1))
    assert AlertMessage.objects.count() == 5


def test_what_is_asked_for_twice_is_watched_once() -> None:
    first = make.armed()
    second = make.armed()
    other = make.armed(under_bps=2_00)
    assert not Alert.objects.filter(pk=first.pk).exists()
    assert set(Alert.objects.confirmed()) == {second, other}


def test_what_nobody_confirmed_is_deleted_after_a_day() -> None:
    old, kept = make.asked(), make.armed(email="kept@example.org")
    almost = make.NOW + timedelta(hours=23, minutes=59)
    assert services.forget_unconfirmed(now=almost) == 0
    assert services.forget_unconfirmed(now=make.NOW + timedelta(hours=24)) == 1
    assert not Alert.objects.filter(pk=old.pk).exists()
    assert Alert.objects.get() == kept
    assert counts()["forgotten"] == 1


def test_stopping_keeps_nothing_but_a_count() -> None:
    alert = make.armed()
    services.look_at_alerts(now=make.NOW)
    assert services.stop(alert_id=alert.pk)
    assert not services.stop(alert_id=alert.pk)
    assert (Alert.objects.count(), AlertMessage.objects.count()) == (0, 0)
    assert AlertCount.objects.get(what="stopped").times == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"destination": "RWA"}, Refusal.NO_PRICES),
        ({"currency": "EUR"}, Refusal.NO_PRICES),
        ({"amount_minor": 17_999_99}, Refusal.OUTSIDE_AMOUNTS),
        ({"amount_minor": 45_000_01}, Refusal.OUTSIDE_AMOUNTS),
    ],
)
def test_what_has_no_price_to_watch_is_refused(
    changes: dict[str, object], expected: Refusal
) -> None:
    with pytest.raises(AlertRefused) as refused:
        make.asked(**changes)  # type: ignore[arg-type]
    assert refused.value.code is expected
    assert (Alert.objects.count(), AlertMessage.objects.count()) == (0, 0)
    assert counts()["asked"] == 0
