"""A crowd: many people at the same moment, each in a thread and a connection of their own.

Two crowds of sixty-four are more than the hundred connections of an ordinary PostgreSQL: some of
each would be let in, and wait for the rest. So a crowd takes its turn at the server, whichever
process it belongs to, and starts when its connections are free.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, BrokenBarrierError
from typing import TYPE_CHECKING, TypeVar

import pytest
from django.db import OperationalError, connection

from tests import databases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import psycopg

P = TypeVar("P")
T = TypeVar("T")
TURN = 64  # The key of the lock that a crowd holds, in the database "postgres" of the server.
PATIENCE_SECONDS = 60
OTHERS = 10  # Connections that other test processes may have meanwhile.
LIMIT = """
    SELECT current_setting('max_connections')::int
         - current_setting('superuser_reserved_connections')::int
         - coalesce(current_setting('reserved_connections', true), '0')::int
"""
TAKEN = "SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL"


def at_once(act: Callable[[P], T], people: Sequence[P]) -> list[T]:
    """Let everybody act at the same moment; return what became of each, in their order.

    Raises:
        Exception: What the first of them met, and nobody awaited.
    """
    start = Barrier(len(people), timeout=PATIENCE_SECONDS)

    def one(person: P) -> T:
        try:
            _arrive(start)
            return act(person)
        finally:
            connection.close()

    with _room_for(len(people)), ThreadPoolExecutor(len(people)) as threads:
        acting = [threads.submit(one, person) for person in people]
    errors = [error for each in acting if (error := each.exception())]
    if errors:  # The cause, rather than the waiting that it broke off.
        raise min(errors, key=lambda error: isinstance(error, BrokenBarrierError))
    return [each.result() for each in acting]


def _arrive(start: Barrier) -> None:
    """Connect and wait for the others; whoever cannot connect sends everybody home."""
    try:
        connection.ensure_connection()
    except OperationalError:
        start.abort()
        raise
    start.wait()


@contextmanager
def _room_for(crowd: int) -> Iterator[None]:
    """Keep other crowds away while the block runs; begin when there are connections enough."""
    with databases.owner() as server:
        limit = _number(server, LIMIT)
        if limit < crowd + OTHERS:
            pytest.skip(f"This PostgreSQL lets {limit} in; a race of {crowd} needs more.")
        server.execute("SELECT pg_advisory_lock(%s)", [TURN])
        end = time.monotonic() + PATIENCE_SECONDS
        while limit - _number(server, TAKEN) < crowd:  # Those of the last crowd may still be going.
            if time.monotonic() > end:
                raise TimeoutError(f"No {crowd} of {limit} connections came free.")
            time.sleep(0.02)
        yield


def _number(server: psycopg.Connection, query: str) -> int:
    row = server.execute(query).fetchone()
    return int(row[0]) if row else 0
