"""When a feed is read, by whom, and how its health is told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from remittances.feeds import selectors, services
from remittances.models import Feed
from tests.remittances.feeds import made
from tests.remittances.feeds.made import NOW
from tests.remittances.feeds.steps import known, later, read

if TYPE_CHECKING:
    from tests.remittances.feeds.server import Server
    from tests.remittances.rates.made import Counting

pytestmark = pytest.mark.django_db


def test_only_feeds_that_are_on_and_due_are_read(feed: Feed, server: Server) -> None:
    known(feed, server, made.quote(collected_at="2026-11-24T11:00:00Z"))
    Feed.objects.filter(pk=feed.pk).update(next_at=NOW)
    server.asked.clear()
    server.says(made.answer())
    Feed.objects.create(
        slug="off", name="Off", url=server.url, licence="x", is_on=False, next_at=NOW
    )
    assert selectors.due(NOW) == [feed.pk]

    assert services.read_due(now=NOW - timedelta(seconds=1)) == 0
    assert server.asked == []
    assert services.read_due(now=NOW) == 1
    assert services.read_due(now=later(59)) == 0
    assert len(server.asked) == 1
    services.read_due(now=later(60))
    assert len(server.asked) == 2


def test_a_reader_that_died_is_replaced_after_five_minutes(feed: Feed, server: Server) -> None:
    server.says(made.answer())
    Feed.objects.update(claimed_at=NOW)

    assert services.read_feed(feed_id=feed.pk, now=later(4)) is None
    assert server.asked == []
    assert read(feed, now=later(5)).outcome == "ok"


def test_the_health_of_a_feed_counts_failures_in_a_row(
    feed: Feed, server: Server, django_assert_num_queries: Counting
) -> None:
    server.says(b"", status=500)
    read(feed)
    server.says(made.answer(made.quote(rate="14.82")))
    read(feed, now=later(60))
    server.says(b"", status=500)
    for hours in (2, 3):
        read(feed, now=later(hours * 60))
    made.feed(server.url, slug="never")

    with django_assert_num_queries(3):
        one, never = selectors.health(now=NOW + timedelta(hours=26))

    assert (one.failures, one.waiting, one.age, one.is_stale) == (2, 1, timedelta(hours=25), True)
    assert one.last is not None
    assert one.last.outcome == "failed"
    assert one.last_good is not None
    assert one.last_good.quarantined == 1
    assert (never.failures, never.last, never.age, never.is_stale) == (0, None, None, True)
