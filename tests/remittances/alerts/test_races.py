"""Two workers at once tell one thing once; each with a control that shows what the lock is for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.db import IntegrityError, connections

from remittances.alerts import services
from remittances.alerts.services import looking, sending
from remittances.models import Alert, AlertMessage
from tests.make import price_alerts as make
from tests.make import remittances as prices

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.db.models import QuerySet

    from remittances.models import Watched

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(work: Callable[[], int]) -> list[object]:
    def one(_: int) -> object:
        try:
            return work()
        except IntegrityError as broken:
            return type(broken)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        return sorted(threads.map(one, range(2)), key=str)


def send() -> int:
    return services.send_alert_messages(now=make.NOW)


def look() -> int:
    return services.look_at_alerts(now=make.NOW)


@pytest.fixture
def meeting() -> Callable[[], None]:
    """Hold each worker after it has read until the other has too, or seconds have passed."""
    barrier = Barrier(2)

    def meet() -> None:
        with suppress(BrokenBarrierError):
            barrier.wait(timeout=5)

    return meet


@pytest.fixture
def _one_message() -> None:
    prices.imported([prices.row()])
    make.asked()


@pytest.fixture
def _one_crossing() -> None:
    prices.imported([prices.row()])
    make.armed()
    mail.outbox.clear()


@pytest.mark.usefixtures("_one_message")
def test_two_workers_at_once_send_one_message(
    monkeypatch: pytest.MonkeyPatch, meeting: Callable[[], None]
) -> None:
    locked = sending._claimable  # noqa: SLF001

    def claimable(now: datetime) -> QuerySet[AlertMessage]:
        meeting()
        return locked(now)

    monkeypatch.setattr(sending, "_claimable", claimable)
    assert at_once(send) == [0, 1]
    assert len(mail.outbox) == 1


@pytest.mark.usefixtures("_one_message")
def test_without_the_lock_both_send_it(
    monkeypatch: pytest.MonkeyPatch, meeting: Callable[[], None]
) -> None:
    class Unlocked:
        """Reads without a lock, and waits for the other to have read."""

        def __init__(self, now: datetime) -> None:
            self.rows = AlertMessage.objects.due(now)

        def select_related(self, *names: str) -> Unlocked:
            self.rows = self.rows.select_related(*names)
            return self

        def first(self) -> AlertMessage | None:
            found = self.rows.first()
            meeting()
            return found

    monkeypatch.setattr(sending, "_claimable", Unlocked)
    at_once(send)
    assert len(mail.outbox) == 2


@pytest.mark.usefixtures("_one_crossing")
def test_two_workers_at_once_note_one_crossing(
    monkeypatch: pytest.MonkeyPatch, meeting: Callable[[], None]
) -> None:
    locked = looking._alerts  # noqa: SLF001

    def alerts(watched: Watched) -> list[Alert]:
        found = locked(watched)
        meeting()
        return found

    monkeypatch.setattr(looking, "_alerts", alerts)
    assert at_once(look) == [0, 1]
    assert AlertMessage.objects.filter(kind="price").count() == 1
    assert Alert.objects.get().tellings == 1


@pytest.mark.usefixtures("_one_crossing")
def test_without_the_lock_the_database_refuses_the_second(
    monkeypatch: pytest.MonkeyPatch, meeting: Callable[[], None]
) -> None:
    def alerts(watched: Watched) -> list[Alert]:
        found = list(Alert.objects.confirmed().of(watched))
        meeting()
        return found

    monkeypatch.setattr(looking, "_alerts", alerts)
    assert set(at_once(look)) == {1, IntegrityError}
    assert AlertMessage.objects.filter(kind="price").count() == 1
