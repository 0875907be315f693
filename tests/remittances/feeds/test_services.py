"""A feed is read as one answer or not at all, and what stands stays where it failed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from remittances.feeds import selectors, services
from remittances.feeds.outliers import Oddity
from remittances.models import Dataset, Feed, FeedRun, Provider, QuarantinedQuote, SurveyedService
from tests.make import accounts
from tests.remittances.feeds import made
from tests.remittances.feeds.made import NOW
from tests.remittances.rates import made as rates

if TYPE_CHECKING:
    from datetime import datetime

    from tests.remittances.feeds.server import Server
    from tests.remittances.rates.made import Counting

pytestmark = pytest.mark.django_db
KEY = "feed/kestrel/DEUKEN/Kestrel Pay/Bank account transfer/Mobile wallet/KES"


@pytest.fixture
def feed(server: Server) -> Feed:
    rates.rate("EUR", "KES", "150", source="Central Bank of Kenya")
    return made.feed(server.url)


def read(feed: Feed, *, now: datetime = NOW) -> FeedRun:
    run = services.read_feed(feed_id=feed.pk, now=now)
    assert run is not None
    return run


def later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def standing() -> list[SurveyedService]:
    return list(SurveyedService.objects.standing().order_by("row_key"))


def test_a_quote_stands_with_its_exact_margin_and_named_reference(
    feed: Feed, server: Server
) -> None:
    server.says(made.answer())

    run = read(feed)

    assert (run.outcome, run.quotes_read, run.published, run.quarantined) == ("ok", 1, 1, 0)
    assert run.ended_at >= run.started_at == NOW
    (row,) = standing()
    assert (row.kind, row.row_key, row.period) == ("feed", KEY, "2026_4Q")
    assert (row.origin_id, row.destination_id, row.provider.name) == ("DEU", "KEN", "Kestrel Pay")
    assert Fraction(row.margin_pct_1 or 0) == Fraction("1.2")
    assert Fraction(row.total_pct_1 or 0) == Fraction("2.195")
    assert row.collected_at is not None
    assert str(row.collected_on) == "2026-11-24"
    assert row.cells["reference_source"] == "Central Bank of Kenya"
    assert row.cells["reference_on"] == "2026-11-23"
    assert row.cells["payout_currency"] == "KES"
    assert (row.dataset.kind, row.dataset.sha256) == ("feed", run.sha256)
    assert row.dataset.computed_by == "Kestrel feed"


def test_the_same_bytes_change_nothing(feed: Feed, server: Server) -> None:
    server.says(made.answer())
    read(feed)

    again = read(feed, now=later(60))

    assert (again.outcome, again.published, again.message) == ("ok", 0, "the same as before")
    assert (Dataset.objects.count(), SurveyedService.objects.count()) == (1, 1)


def test_a_newer_quote_is_a_new_row_over_the_old_one(feed: Feed, server: Server) -> None:
    server.says(made.answer())
    read(feed)
    (old,) = standing()
    server.says(made.answer(made.quote(fee="2.49", collected_at="2026-11-24T12:30:00Z")))

    run = read(feed, now=later(60))

    (new,) = standing()
    assert run.published == 1
    assert new.supersedes == old
    assert (new.fee_1, old.fee_1) == (Decimal("2.49"), Decimal("1.99"))
    assert SurveyedService.objects.count() == 2


def test_a_quote_that_is_not_newer_is_old_news(feed: Feed, server: Server) -> None:
    server.says(made.answer())
    read(feed)
    for moment in ("2026-11-24T11:30:00Z", "2026-11-24T09:00:00Z"):
        server.says(made.answer(made.quote(fee="0.99", collected_at=moment)))

        run = read(feed, now=later(60))

        assert (run.outcome, run.quotes_read, run.published, run.quarantined) == ("ok", 1, 0, 0)
    assert [row.fee_1 for row in standing()] == [Fraction("1.99")]


@pytest.mark.parametrize(
    ("answer", "outcome", "words"),
    [
        ({"body": b"", "status": 503}, "failed", "503"),
        ({"body": made.answer()[:-5]}, "refused", "not JSON"),
        ({"body": made.answer(), "Content_Type": "text/html"}, "refused", "text/html"),
        ({"body": b"", "status": 302, "Location": "/x"}, "refused", "do not follow"),
        (
            {"body": made.answer(made.quote(), made.quote(pay_out="Pigeon"))},
            "refused",
            "quote 2, pay_out",
        ),
        (
            {"body": made.answer(made.quote(collected_at="2026-11-24T15:00:00Z"))},
            "refused",
            "not come yet",
        ),
        ({"body": made.answer(made.quote(destination="UGA"))}, "refused", "not agreed"),
    ],
)
def test_a_failed_capture_leaves_what_stands(
    feed: Feed, server: Server, answer: dict[str, str], outcome: str, words: str
) -> None:
    Feed.objects.update(corridors=["DEUKEN"])
    server.says(made.answer())
    read(feed)
    before = standing()
    server.says(**answer)  # type: ignore[arg-type]

    run = read(feed, now=later(60))

    assert (run.outcome, run.published, run.quarantined) == (outcome, 0, 0)
    assert words in run.message
    assert standing() == before
    assert Dataset.objects.count() == 1
    feed.refresh_from_db()
    assert feed.claimed_at is None
    assert feed.next_at == later(120)


def test_a_feed_of_a_firm_speaks_for_that_firm_only(feed: Feed, server: Server) -> None:
    server.says(made.answer())
    read(feed)
    feed.provider = Provider.objects.get(name="Kestrel Pay")
    feed.save()
    server.says(made.answer(made.quote(provider="Rival", collected_at="2026-11-24T11:50:00Z")))

    assert "does not speak for “Rival”" in read(feed, now=later(60)).message
    assert not Provider.objects.filter(name="Rival").exists()


def test_an_odd_quote_waits_and_is_not_shown(feed: Feed, server: Server) -> None:
    far = made.quote(pay_out="Cash", rate="14.82")
    server.says(made.answer(made.quote(), far))

    run = read(feed)

    assert (run.quotes_read, run.published, run.quarantined) == (2, 1, 1)
    assert [row.row_key for row in standing()] == [KEY]
    (held,) = selectors.held()
    assert (held.oddities, held.state) == ([Oddity.RATE_FAR], "waiting")
    again = read(feed, now=later(60))
    assert (again.quarantined, QuarantinedQuote.objects.count()) == (0, 1)


def test_a_jump_against_what_stands_waits(feed: Feed, server: Server) -> None:
    server.says(made.answer())
    read(feed)
    server.says(made.answer(made.quote(fee="19.90", collected_at="2026-11-24T12:10:00Z")))

    run = read(feed, now=later(60))

    assert (run.published, run.quarantined) == (0, 1)
    assert [row.fee_1 for row in standing()] == [Fraction("1.99")]
    (held,) = selectors.held()
    assert held.oddities == [Oddity.FEE_MOVED, Oddity.TOTAL_MOVED]


def held_by(feed: Feed, server: Server) -> QuarantinedQuote:
    server.says(made.answer(made.quote(rate="14.82")))
    read(feed)
    return QuarantinedQuote.objects.get()


def test_an_accepted_quote_stands_once(feed: Feed, server: Server) -> None:
    held, person = held_by(feed, server), accounts.user()

    decided = services.accept_quote(
        held_id=held.pk, by=person.pk, reason="The shilling was redenominated.", now=later(5)
    )

    (row,) = standing()
    assert (decided.state, decided.published, decided.decided_by_id) == ("accepted", row, person.pk)
    assert row.applied_rate_1 == Fraction("14.82")
    with pytest.raises(services.QuoteRefused, match="decided already"):
        services.accept_quote(held_id=held.pk, by=person.pk, reason="Again.", now=later(6))
    assert SurveyedService.objects.count() == 1


def test_a_dropped_quote_never_stands(feed: Feed, server: Server) -> None:
    held = held_by(feed, server)

    services.drop_quote(
        held_id=held.pk, by=accounts.user().pk, reason="A slipped point.", now=later(5)
    )

    assert standing() == []
    assert not selectors.held().exists()
    assert read(feed, now=later(60)).quarantined == 0


def test_a_newer_quote_takes_the_old_one_out_of_the_queue(feed: Feed, server: Server) -> None:
    held = held_by(feed, server)
    server.says(made.answer(made.quote(collected_at="2026-11-24T12:10:00Z")))

    read(feed, now=later(60))

    held.refresh_from_db()
    assert held.state == "overtaken"
    with pytest.raises(services.QuoteRefused, match="came meanwhile"):
        services.accept_quote(held_id=held.pk, by=accounts.user().pk, reason="So.", now=later(61))
    assert [row.applied_rate_1 for row in standing()] == [Fraction("148.20")]


def test_without_a_recent_reference_the_margin_is_not_known(server: Server) -> None:
    rates.rate("EUR", "KES", "150", on=NOW.date() - timedelta(days=8), source="Old")
    server.says(made.answer())

    read(made.feed(server.url))

    (row,) = standing()
    assert (row.reference_rate, row.margin_pct_1, row.total_pct_1) == (None, None, None)
    assert row.fee_1 == Fraction("1.99")


def test_only_feeds_that_are_on_and_due_are_read(feed: Feed, server: Server) -> None:
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


def test_many_services_cost_as_many_queries_as_two(
    feed: Feed, server: Server, django_assert_max_num_queries: Counting
) -> None:
    names = [made.quote(provider=f"Firm {number}") for number in range(120)]
    server.says(made.answer(*names))

    with django_assert_max_num_queries(30):
        assert read(feed).published == 120


def test_the_database_keeps_runs_and_decisions(feed: Feed, server: Server) -> None:
    held = held_by(feed, server)
    rows = QuarantinedQuote.objects.filter(pk=held.pk)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        FeedRun.objects.update(message="")
    with pytest.raises(IntegrityError, match="decided_in_full"), transaction.atomic():
        rows.update(state="accepted", decided_at=NOW)
    with pytest.raises(DatabaseError, match="as it was entered"), transaction.atomic():
        rows.update(quote={})
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        rows.delete()
    with pytest.raises(IntegrityError, match="only_success_changes"), transaction.atomic():
        FeedRun.objects.create(
            feed=feed, started_at=NOW, ended_at=NOW, outcome="failed", message="x", published=1
        )
