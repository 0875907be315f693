"""Transfers a second through the ledger's service, beside the same postings in raw SQL.

Service and reference take turns, and each line is the median of its rounds, because the machine
works for others meanwhile. `ledger.guard` is the service against itself with the balance trigger
switched off.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import time
from contextlib import contextmanager, nullcontext
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

import psycopg
from django.conf import settings
from django.db import connection

from marketplace import embedded
from payments.ledger import selectors, services
from payments.ledger.services import AccountKey, AccountKind, Entry, Posting
from tests import databases
from tests.benchmarks import _raw_ledger as raw
from tests.make.ledger import NOON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.synchronize import Barrier
    from queue import Queue

CONNECTIONS = 8
ROUNDS = 5
SECONDS = 3.0
BATCH = 1_000


def holder(number: int) -> AccountKey:
    return AccountKey(AccountKind.HOLDER, f"holder-{number}", "EUR")


def transfer(debit: int, credit: int, key: str) -> Entry:
    return Entry(
        kind="transfer",
        reference="bench",
        idempotency_key=key,
        occurred_at=NOON,
        postings=(Posting(holder(debit), 1_00), Posting(holder(credit), -1_00)),
    )


def batch(prefix: str, size: int = BATCH) -> list[Entry]:
    return [
        transfer(n % raw.ACCOUNTS + 1, (n + 1) % raw.ACCOUNTS + 1, f"{prefix}-{n}")
        for n in range(size)
    ]


def _work(ready: Barrier, done: Queue[int], *, hot: bool) -> None:
    """Post transfers over a connection of this process's own for a while."""
    draw = random.Random(os.getpid())  # noqa: S311  Nothing secret about it.
    keys = f"{os.getpid()}-{time.time_ns()}"
    services.post([transfer(1, 2, f"{keys}-warm")])  # Plans and connections are not measured.
    ready.wait()
    count, until = 0, time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        debit, credit = draw.sample(range(1, raw.ACCOUNTS + 1), 2)
        services.post([transfer(debit, raw.HOT if hot else credit, f"{keys}-{count}")])
        count += 1
    done.put(count)
    connection.close()


def through_the_service(*, hot: bool) -> float:
    """Return transfers a second over eight connections, each of a process of its own."""
    connection.close()
    fork = multiprocessing.get_context("fork")
    ready, done = fork.Barrier(CONNECTIONS), fork.Queue()
    crowd = [
        fork.Process(target=partial(_work, hot=hot), args=(ready, done)) for _ in range(CONNECTIONS)
    ]
    for one in crowd:
        one.start()
    total: int = sum(done.get(timeout=60) for _ in crowd)
    for one in crowd:
        one.join()
    return total / SECONDS


def in_batches() -> float:
    """Return entries a second in transactions of a thousand."""
    services.post(batch(f"warm-{time.time_ns()}"))
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        done += len(services.post(batch(f"batch-{time.time_ns()}")))
    return done / (time.perf_counter() - began)


def compared(value: Callable[[], float], reference: Callable[[], float]) -> dict[str, float]:
    """Return the medians of both, measured in turns, and the median of their ratios."""
    pairs = [(value(), reference()) for _ in range(ROUNDS)]
    return {
        "value": round(median(pair[0] for pair in pairs)),
        "reference": round(median(pair[1] for pair in pairs)),
        "ratio": round(median(pair[0] / pair[1] for pair in pairs), 2),
    }


def say(name: str, unit: str, **figures: float | str) -> None:
    print(json.dumps({"bench": f"ledger.{name}", "unit": unit, **figures}), flush=True)  # noqa: T201


def measure(owner: psycopg.Connection, url: str) -> None:
    """Print one line for each way in."""
    for name, hot in (("single", False), ("hot", True)):
        before = deadlocks(owner)
        found = compared(
            partial(through_the_service, hot=hot),
            partial(raw.transfers, url, hot=hot, connections=CONNECTIONS, seconds=SECONDS),
        )
        say(name, "transfers/s", **found, deadlocks=deadlocks(owner) - before)
    bare = partial(raw.copied, owner, batch=BATCH, seconds=SECONDS)
    say("batch", "entries/s", **compared(in_batches, bare))

    def unguarded() -> float:
        with switched_off(owner):
            return through_the_service(hot=False)

    say("guard", "transfers/s", **compared(partial(through_the_service, hot=False), unguarded))


@contextmanager
def switched_off(owner: psycopg.Connection) -> Iterator[None]:
    """Take the balance trigger away for a while."""
    owner.execute("ALTER TABLE ledger_posting DISABLE TRIGGER ledger_posting_balance")
    yield
    owner.execute("ALTER TABLE ledger_posting ENABLE ALWAYS TRIGGER ledger_posting_balance")


def deadlocks(owner: psycopg.Connection) -> int:
    """Return how many dead-locks this database has seen."""
    found = owner.execute(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    ).fetchone()
    return int(found[0]) if found else 0


def main() -> None:
    """Print one line of JSON a way in, and check the books at the end."""
    server = embedded.server(settings.VAR) if settings.DATABASE_IS_EMBEDDED else None
    name = f"{databases.PREFIX}_clone_{os.getpid()}_bench"
    url = databases.address(settings.DATABASE_ADMIN_URL, name)
    with server.held() if server else nullcontext():
        databases.clone(databases.template(), name)
        databases.use(name)
        try:
            with psycopg.connect(url, autocommit=True) as owner:
                owner.execute(raw.TABLES)
                services.post(batch("accounts"))
                services.post([transfer(1, raw.HOT, "hot")])
                owner.execute("ANALYZE")
                measure(owner, url)
            if wrong := selectors.verify():
                raise SystemExit(f"The books do not agree: {wrong[0]}")
        finally:
            connection.close()
            databases.drop(name)


if __name__ == "__main__":
    main()
