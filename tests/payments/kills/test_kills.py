"""`kill -9` of any part at any moment: what givers were told stays true, and so do the books."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.payments.kills.killer import BACK_SECONDS, Killer, OwnServer, ask
from tests.payments.kills.people import People
from tests.payments.test_survival import BOOKS, changes
from tests.stack import new_stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stack import Stack

pytestmark = [
    pytest.mark.stack,
    pytest.mark.slow,
    pytest.mark.promise("D1"),
    pytest.mark.promise("D2"),
    pytest.mark.promise("M14"),
    pytest.mark.promise("M15"),
]
DONE_SECONDS = 300  # A lost event is made up for after three minutes.
# Everything that was paid is settled, matched and told of; every refund is made; nobody waits.
OPEN_WORK = """
    SELECT (SELECT count(*) FROM payments_eventdelivery WHERE done_at IS NULL)
        + (SELECT count(*) FROM webhooks_inboxevent WHERE state = 'waiting')
        + (SELECT count(*) FROM refunds_refund WHERE state IN ('created', 'pending'))
        + (SELECT count(*) FROM matching_waiting_money)
"""
SETTLED = """
    SELECT count(*) FROM payments_payment p
    JOIN funding_contribution c ON c.key = p.reference AND c.payment_id = p.id
    WHERE p.page_key = ANY(%s) AND p.state = 'settled'
"""


@pytest.fixture
def own_server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:  # noqa: ARG001
    """Run a site whose PostgreSQL nobody else uses."""
    ports = new_stack(tmp_path_factory.mktemp("kills"), label="kills")
    site = OwnServer(ports.var, ports.database, ports.port, ports.sandbox_port)
    try:
        site.start()
        yield site
    finally:
        site.stop()
        shutil.rmtree(site.server.home, ignore_errors=True)
        shutil.rmtree(site.var, ignore_errors=True)


@pytest.mark.parametrize("seed", [1])
def test_five_kills_lose_nothing_that_was_acknowledged(own_server: Stack, seed: int) -> None:
    _survives(own_server, seed=seed, kills=5, gifts=8)


def test_two_kills_lose_nothing_that_was_acknowledged(stack: Stack) -> None:
    _survives(stack, seed=3, kills=2, gifts=3)


def _survives(site: Stack, *, seed: int, kills: int, gifts: int) -> None:
    before = books(site)
    quiet = People(site)
    quiet.give_and_ask_back(gifts)
    wait_until_all_is_done(site, quiet)
    after_quiet = books(site)
    as_quiet = changes(before, after_quiet)
    assert as_quiet

    people, killer = People(site), Killer(site, seed)
    with people.busy(gifts):
        for _ in range(kills):
            killer.kill()
    wait_until_all_is_done(site, people)

    assert len(people.pages) == gifts
    assert changes(after_quiet, books(site)) == as_quiet, killer.gone
    assert site.manage("ledger", "verify")["differences"] == []
    assert all(seconds < BACK_SECONDS for _part, seconds in killer.gone)


def books(site: Stack) -> Counter[str]:
    return Counter({name: int(minor) for name, minor in ask(site, BOOKS)})


def wait_until_all_is_done(site: Stack, people: People) -> None:
    """Wait until the gifts of all who were told so are settled, and no work is left."""
    paid_on = [page.rpartition("/")[2] for page in people.pages]

    def is_done() -> bool:
        try:
            return ask(site, SETTLED, paid_on) == [(len(paid_on),)] and ask(site, OPEN_WORK) == [
                (0,)
            ]
        except psycopg.OperationalError:  # It was killed a moment ago.
            return False

    site.wait_for(is_done, seconds=DONE_SECONDS)
