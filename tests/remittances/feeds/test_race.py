"""Two workers at one feed ask it once."""

from __future__ import annotations

from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from remittances.feeds import reading, services
from remittances.models import FeedRun, QuarantinedQuote
from tests import crowd
from tests.remittances.feeds import made
from tests.remittances.feeds.made import NOW

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from tests.remittances.feeds.server import Server

pytestmark = pytest.mark.django_db(transaction=True)


def read_twice_at_once(server: Server) -> list[FeedRun | None]:
    """Let two workers read one feed, the slow answer keeping each of them busy."""
    told = made.answer()
    server.says(told)
    feed = made.feed(server.url)

    def read(feed_id: UUID) -> FeedRun | None:
        return services.read_feed(feed_id=feed_id, now=NOW)

    return crowd.at_once(read, [feed.pk, feed.pk])


def test_two_workers_read_one_feed_once(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    claim, met = services._claim, Barrier(2, timeout=10)  # noqa: SLF001

    def together(feed_id: UUID, now: datetime) -> bool:
        met.wait()
        return claim(feed_id, now)

    monkeypatch.setattr(services, "_claim", together)
    read = reading.read

    def slowly(*args: object, **more: object) -> object:
        found = read(*args, **more)  # type: ignore[arg-type]
        met.wait() if len(server.asked) > 1 else None
        return found

    monkeypatch.setattr(reading, "read", slowly)
    runs = read_twice_at_once(server)

    assert sum(run is None for run in runs) == 1
    assert (len(server.asked), FeedRun.objects.count()) == (1, 1)


def test_without_the_claim_it_is_asked_twice(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "_claim", lambda *_: True)

    runs = read_twice_at_once(server)

    assert None not in runs
    assert len(server.asked) == 2
    assert QuarantinedQuote.objects.count() == 1  # The lock of the feed still keeps them apart.
