"""What a killed worker and a lost queue cost: time, and nothing else.

Three gifts of the same amount to the same project. The first meets no trouble. While the second is
between its event and the books, the worker is killed; while the worker is down, the queue with the
third gift's wake-up is thrown away. In the end each has changed the books in the same way.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.conf import settings

from tests import databases
from tests.payments.browser import pay
from tests.payments.giver import way_to_pay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stack import Stack

PROJECT = "solar-mango-dryers-makueni"
QUIET_SECONDS, SWEPT_SECONDS = 20, 75

SETTLED = """
    SELECT count(*) FROM payments_payment p WHERE p.page_key = %s AND p.state = 'settled'
    AND NOT EXISTS (SELECT FROM payments_eventdelivery WHERE done_at IS NULL)
    AND EXISTS (SELECT FROM notifications_notification n JOIN funding_contribution c
                ON n.subject_key = c.key WHERE c.key = p.reference AND n.sent_at IS NOT NULL)
    AND EXISTS (SELECT FROM ledger_entry e
                WHERE e.reference = p.reference AND e.kind = 'match_committed')
"""
# What the fingerprint is made of: money posted, and money committed without a time limit.
BOOKS = """
    SELECT a.kind || '/' || a.owner_ref || ' ' || e.state, sum(l.amount_minor)::bigint
    FROM ledger_posting l JOIN ledger_entry e ON e.id = l.entry_id
    JOIN ledger_account a ON a.id = l.account_id
    WHERE e.state = 'posted' OR e.state = 'pending' AND e.expires_at IS NULL
    AND NOT EXISTS (SELECT FROM ledger_entry f WHERE f.finishes_id = e.id)
    GROUP BY 1 HAVING sum(l.amount_minor) <> 0
"""
ENTRIES = """
    SELECT e.kind, count(*) FROM ledger_entry e JOIN payments_payment p ON p.reference = e.reference
    WHERE p.page_key = %s GROUP BY 1 ORDER BY 1
"""
CLAIMED = """
    SELECT count(*) FROM webhooks_inboxevent i JOIN payments_payment p
    ON p.id::text = i.payment_key WHERE p.page_key = %s AND i.attempts > 0
"""
TOLD = """
    SELECT count(*) FROM webhooks_inboxevent i JOIN payments_payment p
    ON p.id::text = i.payment_key WHERE p.page_key = %s AND i.kind = 'checkout.session.completed'
"""
MESSAGES = """
    SELECT count(*) FROM notifications_notification n JOIN payments_payment p
    ON n.subject_key = p.reference WHERE p.page_key = %s AND n.sent_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The database of the running site, read from outside."""

    connection: psycopg.Connection

    def number(self, query: str, page_key: str) -> int:
        row = self.connection.execute(query, [page_key]).fetchone()
        assert row is not None
        return int(row[0])

    def books(self) -> Counter[str]:
        return Counter(dict(self.connection.execute(BOOKS).fetchall()))

    def entries(self, page_key: str) -> list[tuple[str, int]]:
        return self.connection.execute(ENTRIES, [page_key]).fetchall()


@contextmanager
def database_of(site: Stack) -> Iterator[Ledger]:
    address = databases.address(settings.DATABASE_URL, site.database)
    with psycopg.connect(address, autocommit=True) as connection:
        yield Ledger(connection)


@contextmanager
def payment_locked(site: Stack, page_key: str) -> Iterator[None]:
    """Hold the lock that settling needs, so that a worker stops between event and books."""
    address = databases.address(settings.DATABASE_URL, site.database)
    with psycopg.connect(address) as connection:
        connection.execute(
            "SELECT FROM payments_payment WHERE page_key = %s FOR UPDATE", [page_key]
        )
        yield


@contextmanager
def worker_killed(site: Stack) -> Iterator[None]:
    """Kill the worker, and let the one that takes its place begin only after the block."""
    killed = site.pid("worker")
    os.kill(killed, signal.SIGKILL)
    site.wait_for(lambda: site.pid("worker") != killed, seconds=20)
    os.kill(site.pid("worker"), signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(site.pid("worker"), signal.SIGCONT)


def key_of(page_url: str) -> str:
    return page_url.rpartition("/")[2]


def give(site: Stack, email: str) -> str:
    """Walk to the provider's page; return its address."""
    return way_to_pay(site.url(""), PROJECT, email=email)


@pytest.mark.stack
@pytest.mark.promise("M4")
@pytest.mark.promise("D1")
@pytest.mark.promise("D2")
@pytest.mark.promise("M16")
def test_a_killed_worker_and_a_lost_queue_change_nothing_in_the_books(stack: Stack) -> None:
    with database_of(stack) as ledger:
        before = ledger.books()
        quiet = give(stack, "quiet@example.org")
        pay(quiet)
        _wait_until_settled(stack, ledger, quiet, seconds=QUIET_SECONDS)
        after_quiet = ledger.books()
        one_gift = changes(before, after_quiet)
        assert one_gift

        killed, lost = give(stack, "killed@example.org"), give(stack, "lost@example.org")
        with payment_locked(stack, key_of(killed)):
            pay(killed)
            stack.wait_for(lambda: ledger.number(CLAIMED, key_of(killed)) > 0, seconds=20)
            with worker_killed(stack):
                pay(lost)
                stack.wait_for(lambda: ledger.number(TOLD, key_of(lost)) == 1, seconds=20)
                assert stack.empty_queue() > 0
            assert changes(after_quiet, ledger.books()) == {}

        for page in (killed, lost):
            _wait_until_settled(stack, ledger, page, seconds=SWEPT_SECONDS)
        assert changes(after_quiet, ledger.books()) == {
            account: 2 * minor for account, minor in one_gift.items()
        }
        for page in (quiet, killed, lost):
            assert ledger.entries(key_of(page)) == ledger.entries(key_of(quiet))
            assert ledger.number(MESSAGES, key_of(page)) == 1
    assert stack.manage("ledger", "verify")["differences"] == []


def changes(earlier: Counter[str], later: Counter[str]) -> dict[str, int]:
    """Return by how much each account moved."""
    moved = {account: later[account] - earlier[account] for account in earlier | later}
    return {account: minor for account, minor in moved.items() if minor}


def _wait_until_settled(site: Stack, ledger: Ledger, page: str, *, seconds: float) -> None:
    site.wait_for(lambda: ledger.number(SETTLED, key_of(page)) == 1, seconds=seconds)
