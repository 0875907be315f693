"""A feed is read as one answer or not at all, and what stands stays where it failed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from remittances.models import Dataset, Feed, Provider, SurveyedService
from tests.remittances.feeds import made
from tests.remittances.feeds.made import NOW
from tests.remittances.feeds.steps import KEY, known, later, read, standing
from tests.remittances.rates import made as rates

if TYPE_CHECKING:
    from tests.remittances.feeds.server import Server
    from tests.remittances.rates.made import Counting

pytestmark = pytest.mark.django_db


def test_a_quote_stands_with_its_exact_margin_and_named_reference(
    feed: Feed, server: Server
) -> None:
    known(feed, server, made.quote(collected_at="2026-11-24T11:00:00Z"))
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
    known(feed, server)

    again = read(feed, now=later(60))

    assert (again.outcome, again.published, again.message) == ("ok", 0, "the same as before")
    assert (Dataset.objects.count(), SurveyedService.objects.count()) == (1, 1)


def test_a_newer_quote_is_a_new_row_over_the_old_one(feed: Feed, server: Server) -> None:
    known(feed, server)
    (old,) = standing()
    server.says(made.answer(made.quote(fee="2.49", collected_at="2026-11-24T12:30:00Z")))

    run = read(feed, now=later(60))

    (new,) = standing()
    assert run.published == 1
    assert new.supersedes == old
    assert (new.fee_1, old.fee_1) == (Decimal("2.49"), Decimal("1.99"))
    assert SurveyedService.objects.count() == 2


def test_a_quote_that_is_not_newer_is_old_news(feed: Feed, server: Server) -> None:
    known(feed, server)
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
    known(feed, server)
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
    known(feed, server)
    feed.provider = Provider.objects.get(name="Kestrel Pay")
    feed.save()
    server.says(made.answer(made.quote(provider="Rival", collected_at="2026-11-24T11:50:00Z")))

    assert "does not speak for “Rival”" in read(feed, now=later(60)).message
    assert not Provider.objects.filter(name="Rival").exists()


def test_without_a_recent_reference_the_margin_is_not_known(server: Server) -> None:
    rates.rate("EUR", "KES", "150", on=NOW.date() - timedelta(days=8), source="Old")
    known(made.feed(server.url), server)

    (row,) = standing()
    assert (row.reference_rate, row.margin_pct_1, row.total_pct_1) == (None, None, None)
    assert row.fee_1 == Fraction("1.99")


def test_many_services_cost_as_many_queries_as_two(
    feed: Feed, server: Server, django_assert_max_num_queries: Counting
) -> None:
    names = [{"provider": f"Firm {number}"} for number in range(120)]
    server.says(made.answer(*(made.quote(**name) for name in names)))
    with django_assert_max_num_queries(30):
        assert read(feed).quarantined == 120
    moment = "2026-11-24T12:00:00Z"
    known(feed, server, *(made.quote(**name, collected_at=moment) for name in names[:20]))
    moment = "2026-11-24T12:00:01Z"
    server.says(made.answer(*(made.quote(**name, collected_at=moment) for name in names[:20])))

    with django_assert_max_num_queries(30):
        assert read(feed).published == 20
