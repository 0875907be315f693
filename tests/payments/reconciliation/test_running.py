"""When a run is due, what it looks back to, and that two at once are as one."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.utils import timezone

from payments.reconciliation import selectors, services, tasks
from payments.reconciliation.models import QueuedException, Reconciliation
from tests.make import reconciliation as make
from tests.payments.browser import pay
from tests.payments.reconciliation.books import queued
from tests.payments.webhooks.books import BOOKS, books, opened

if TYPE_CHECKING:
    from payments.sandbox.server import Running

HOUR = timedelta(hours=1)


@pytest.mark.django_db
def test_a_run_is_due_once_an_hour_however_often_somebody_asks(provider: Running) -> None:
    make.plant(provider, "unknown_charge")
    now = timezone.now()

    found = [
        services.reconcile_due(now=now + later)
        for later in (timedelta(0), HOUR - timedelta(seconds=1), HOUR)
    ]

    assert found == [1, 0, 1]
    runs = list(Reconciliation.objects.order_by("at").values_list("since", "at"))
    first, second = (selectors.BEGINNING, now), (now - timedelta(days=3), now + HOUR)
    assert runs == [first, second]


@pytest.mark.django_db
def test_the_task_runs_what_is_due(provider: Running) -> None:
    make.plant(provider, "unknown_charge")

    assert tasks.reconcile.name == "reconciliation.reconcile"
    assert tasks.reconcile.apply().get() == 1
    assert len(queued()) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("M9")
def test_two_runs_at_once_book_and_queue_everything_once(provider: Running) -> None:
    pay(opened().page_url)
    stranger = make.plant(provider, "unknown_charge")
    now = timezone.now()

    def run() -> None:
        try:
            services.reconcile(since=selectors.BEGINNING, now=now)
        finally:
            connection.close()

    runs = [Thread(target=run) for _ in range(3)]
    for one in runs:
        one.start()
    for one in runs:
        one.join(timeout=60)

    assert [run.found for run in Reconciliation.objects.all()] == [1, 1, 1]
    assert queued() == [("unknown_charge", stranger)]
    assert QueuedException.objects.count() == 1
    assert books() == BOOKS
