"""Killing a random part of a running site, and measuring how long it is gone."""

from __future__ import annotations

import os
import random
import signal
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
from django.conf import settings

from marketplace import embedded
from tests import databases
from tests.payments.kills.people import PROJECT
from tests.stack import Stack, answers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PARTS = ("web", "worker", "sandbox", "database")  # The worker carries the scheduler.
BACK_SECONDS = 60


class OwnServer(Stack):
    """A site with a carried PostgreSQL of its own, as a fresh clone has."""

    @property
    def environment(self) -> dict[str, str]:
        given = super().environment
        return {name: value for name, value in given.items() if not name.startswith("DATABASE_")}

    @property
    def server(self) -> embedded.EmbeddedServer:
        return embedded.server(self.var)

    @property
    def address(self) -> str:
        return self.server.url(role=embedded.OWNER)


def address_of(site: Stack) -> str:
    if isinstance(site, OwnServer):
        return site.address
    return databases.address(settings.DATABASE_ADMIN_URL, site.database)


@dataclass
class Killer:
    """Kills parts of a site at moments that a seed decides."""

    site: Stack
    seed: int
    gone: list[tuple[str, float]] = field(default_factory=list)  # What, and for how many seconds.

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311  It is to be repeatable.
        self.parts: list[str] = []

    def kill(self) -> None:
        """Kill one part after at most three seconds; each comes once before one comes twice."""
        if not self.parts:
            self.parts = self.chance.sample(PARTS, k=len(PARTS))
        part = self.parts.pop()
        time.sleep(self.chance.uniform(0, 3))
        is_another = self._kill_database() if part == "database" else self._kill_process(part)
        started = time.monotonic()
        self.site.wait_for(lambda: is_another() and self._answers(), seconds=BACK_SECONDS)
        self.gone.append((part, round(time.monotonic() - started, 1)))

    def _kill_process(self, part: str) -> Callable[[], bool]:
        killed = self.site.pid(part)
        os.kill(killed, signal.SIGKILL)
        return lambda: self.site.pid(part) != killed

    def _kill_database(self) -> Callable[[], bool]:
        if not isinstance(self.site, OwnServer):
            return self._end_connections()
        file = self.site.server.cluster / "postmaster.pid"
        killed = _first_line(file)
        os.kill(int(killed), signal.SIGKILL)
        return lambda: _first_line(file) not in {"", killed}

    def _end_connections(self) -> Callable[[], bool]:
        """Where others use the server too, only our connections are cut."""
        with psycopg.connect(address_of(self.site), autocommit=True) as owner:
            owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        return lambda: True

    def _answers(self) -> bool:
        site = self.site
        pages = (site.url(f"/en/give/{PROJECT}/amount/"), f"http://127.0.0.1:{site.sandbox_port}/")
        return answers(pages[0]) == 200 and answers(pages[1]) > 0


def _first_line(file: Path) -> str:
    try:
        return file.read_text().partition("\n")[0]
    except FileNotFoundError:
        return ""


def ask(site: Stack, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Ask the database of a site, from outside."""
    with psycopg.connect(address_of(site), autocommit=True) as connection:
        return connection.execute(query, values).fetchall()
