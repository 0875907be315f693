"""Whatever an answer breaks, its run is written, the feed is free and the next feed is read."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from remittances.feeds import answers, reading, services
from remittances.models import Feed, FeedRun, QuarantinedQuote, SurveyedService
from tests.make import accounts
from tests.remittances.feeds import made
from tests.remittances.feeds.made import NOW
from tests.remittances.rates import made as rates

if TYPE_CHECKING:
    from uuid import UUID

    from tests.remittances.feeds.server import Server

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00+14:00",
        "0001-01-02T00:00:00Z",
        "2025-11-23T11:59:59Z",
    ],
)
def test_a_moment_of_more_than_a_year_ago_refuses_the_answer(server: Server, moment: str) -> None:
    feed = made.feed(server.url)
    server.says(made.answer(made.quote(collected_at=moment)))

    services.read_feed(feed_id=feed.pk, now=NOW)

    run = FeedRun.objects.get()
    assert (run.outcome, run.published) == ("refused", 0)
    assert run.message == "quote 1, collected_at: this is more than a year ago"
    feed.refresh_from_db()
    assert feed.claimed_at is None


def test_a_moment_of_a_year_ago_is_taken(server: Server) -> None:
    server.says(made.answer(made.quote(collected_at="2025-11-23T12:00:00Z")))

    services.read_feed(feed_id=made.feed(server.url).pk, now=NOW)

    assert FeedRun.objects.get().outcome == "ok"


@pytest.mark.parametrize("place", ["read", "sort"])
def test_what_nobody_foresaw_is_a_failed_run(
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    place: str,
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise OverflowError

    monkeypatch.setattr(reading if place == "read" else services, place, breaks)
    feed = made.feed(server.url)
    server.says(made.answer())

    run = services.read_feed(feed_id=feed.pk, now=NOW)

    assert run is not None
    assert (run.outcome, run.message) == ("failed", "it could not be taken in (OverflowError)")
    assert "Traceback" in caplog.text
    feed.refresh_from_db()
    assert (feed.claimed_at, feed.next_at) == (None, NOW + timedelta(minutes=60))
    assert not SurveyedService.objects.exists()


def test_a_broken_feed_does_not_stop_the_next(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made.feed(server.url, slug="a-first")
    second = made.feed(server.url, slug="b-second")
    server.says(made.answer())
    read = services.read_feed

    def breaks(*, feed_id: UUID, **more: object) -> FeedRun | None:
        if feed_id == first.pk:
            raise Feed.DoesNotExist
        return read(feed_id=feed_id, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "read_feed", breaks)
    services.read_due(now=NOW)

    assert [run.feed_id for run in FeedRun.objects.all()] == [second.pk]


@pytest.mark.parametrize("rate", ["1000000000", "999999999999999"])
def test_a_rate_of_more_than_nine_whole_digits_refuses_the_answer(rate: str) -> None:
    with pytest.raises(answers.NotUnderstood, match="quote 1, rate: a rate has at most 9 digits"):
        answers.read(made.answer(made.quote(rate=rate)))


def test_a_margin_out_of_all_measure_is_never_accepted(server: Server) -> None:
    rates.rate("EUR", "KES", "0.0001", source="Central Bank of Kenya")
    server.says(made.answer(made.quote(rate="999999999")))
    services.read_feed(feed_id=made.feed(server.url).pk, now=NOW)
    held, person = QuarantinedQuote.objects.get(), accounts.user()

    with pytest.raises(services.QuoteRefused, match="out of all measure"):
        services.accept_quote(held_id=held.pk, by=person.pk, reason="So.", now=NOW)

    held.refresh_from_db()
    assert held.state == "waiting"
    assert held.quote["points"][0]["rate"] == str(Decimal(999999999))
    assert not SurveyedService.objects.exists()
