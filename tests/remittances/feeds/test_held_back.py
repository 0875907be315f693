"""An odd quote waits for a person, and what was decided stays decided."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from remittances.feeds import selectors, services
from remittances.feeds.outliers import Oddity
from remittances.models import Feed, FeedRun, QuarantinedQuote, SurveyedService
from tests.make import accounts
from tests.remittances.feeds import made
from tests.remittances.feeds.made import NOW
from tests.remittances.feeds.steps import KEY, known, later, let_stand, read, standing

if TYPE_CHECKING:
    from tests.remittances.feeds.server import Server

pytestmark = pytest.mark.django_db


def test_an_odd_quote_waits_and_is_not_shown(feed: Feed, server: Server) -> None:
    known(feed, server)
    far = made.quote(pay_out="Cash", rate="14.82")
    server.says(made.answer(made.quote(collected_at="2026-11-24T12:00:00Z"), far))

    run = read(feed)

    assert (run.quotes_read, run.published, run.quarantined) == (2, 1, 1)
    assert [row.row_key for row in standing()] == [KEY]
    (held,) = selectors.held()
    assert (held.oddities, held.state) == ([Oddity.FIRST, Oddity.RATE_FAR], "waiting")
    again = read(feed, now=later(60))
    assert (again.quarantined, QuarantinedQuote.objects.count()) == (0, 2)


def test_a_jump_against_what_stands_waits(feed: Feed, server: Server) -> None:
    known(feed, server)
    server.says(made.answer(made.quote(fee="19.90", collected_at="2026-11-24T12:10:00Z")))

    run = read(feed, now=later(60))

    assert (run.published, run.quarantined) == (0, 1)
    assert [row.fee_1 for row in standing()] == [Fraction("1.99")]
    (held,) = selectors.held()
    assert held.oddities == [Oddity.FEE_MOVED, Oddity.TOTAL_MOVED]


def test_the_first_quote_of_every_service_waits_once(feed: Feed, server: Server) -> None:
    server.says(made.answer())

    run = read(feed)

    assert (run.published, run.quarantined, standing()) == (0, 1, [])
    assert [one.oddities for one in selectors.held()] == [[Oddity.FIRST]]
    let_stand()
    server.says(made.answer(made.quote(collected_at="2026-11-24T12:10:00Z")))
    assert (read(feed, now=later(60)).published, selectors.held().count()) == (1, 0)


def test_another_amount_does_not_get_past(feed: Feed, server: Server) -> None:
    known(feed, server)
    changed = {"send_amount": "200.01", "fee": "150", "collected_at": "2026-11-24T12:10:00Z"}
    server.says(made.answer(made.quote(**changed)))

    run = read(feed, now=later(60))

    assert (run.published, run.quarantined) == (0, 1)
    assert [row.amount_1 for row in standing()] == [200]
    assert selectors.held()[0].oddities == [Oddity.FEE_MOVED, Oddity.TOTAL_MOVED]


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
    assert standing() == []
    let_stand(now=later(61))
    assert [row.applied_rate_1 for row in standing()] == [Fraction("148.20")]


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
