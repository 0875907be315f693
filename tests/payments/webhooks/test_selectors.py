from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments.webhooks import selectors
from payments.webhooks.models import InboxEvent
from payments.webhooks.selectors import Backlog

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
S = InboxEvent.State


def kept(state: str, *, minutes: int) -> InboxEvent:
    at = NOON + timedelta(minutes=minutes)
    return InboxEvent(
        event_key=f"evt_{state}_{minutes}",
        kind="charge.succeeded",
        body=b"{}",
        digest="0" * 64,
        state=state,
        received_at=at,
        due_at=at,
        worked_at=None if state == S.WAITING else at,
    )


@pytest.mark.django_db
def test_only_what_was_not_worked_off_is_behind() -> None:
    rows = [(S.DONE, 0), (S.WAITING, 5), (S.WAITING, 3), (S.DEAD, 1), (S.IGNORED, 2)]
    InboxEvent.objects.bulk_create(kept(state, minutes=minutes) for state, minutes in rows)

    assert selectors.backlog() == Backlog(
        waiting=2, oldest_received_at=NOON + timedelta(minutes=3), dead=1
    )


@pytest.mark.django_db
def test_the_backlog_is_read_from_the_small_indexes_and_not_from_the_whole_inbox() -> None:
    InboxEvent.objects.bulk_create(kept(S.DONE, minutes=minute) for minute in range(2_000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE webhooks_inboxevent")

    with CaptureQueriesContext(connection) as asked:
        selectors.backlog()

    plans = []
    for query in asked.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    assert ["Seq Scan" in plan for plan in plans] == [False, False]
    assert "inboxevent_due" in plans[0]
    assert "inboxevent_dead" in plans[1]
