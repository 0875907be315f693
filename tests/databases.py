"""The databases of the test suite.

The owner migrates one *template* per state of the migrations. Every test process works on a *clone*
of it, as the application's role, and no commit waits for the disk. TRUNCATE is refused to that role
(and, on the ledger, to everybody), so what a test has committed the owner takes away (see
`cleaning`).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from marketplace import database

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "weft_test"
KEEP_TEMPLATES_SECONDS = 24 * 3600
ROOT = Path(settings.BASE_DIR)


def fingerprint_of_migrations() -> str:
    """Return a name for the present state of every migration and every library."""
    digest = hashlib.sha256((ROOT / "uv.lock").read_bytes())
    for package in ("payments", "projects", "remittances", "cms", "marketplace"):
        for file in sorted((ROOT / package).rglob("migrations/*.*")):
            digest.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return digest.hexdigest()[:10]


@contextmanager
def owner() -> Iterator[psycopg.Connection]:
    """Connect to the server itself as the owner of databases."""
    whole_server = address(settings.DATABASE_ADMIN_URL, "postgres")
    with psycopg.connect(whole_server, autocommit=True) as connected:
        yield connected


def address(url: str, name: str) -> str:
    """Return the same address with another database's name."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def use(name: str) -> None:
    """Point Django's default connection at a database."""
    connection.close()
    connection.settings_dict["NAME"] = name


def template() -> str:
    """Return the name of the migrated template, making it first where it is missing."""
    name = f"{PREFIX}_template_{fingerprint_of_migrations()}"
    settings.VAR.mkdir(parents=True, exist_ok=True)
    with (settings.VAR / "test-template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with owner() as server:
            if not _exists(server, name):
                _drop_old(server)
                _migrate(server, name)
    return name


def clone(source: str, name: str) -> None:
    """Make a fresh copy of the template, replacing what stood under the name."""
    with owner() as server:
        drop(name)
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )
        _never_wait_for_the_disk(server, name)


def _never_wait_for_the_disk(server: psycopg.Connection, name: str) -> None:
    """Let commits in a database return at once: a crash of the server may cost a test's data."""
    server.execute(
        sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(name))
    )


def drop(name: str) -> None:
    """Remove a database, whoever is connected to it."""
    with owner() as server:
        server.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def drop_leftovers() -> None:
    """Remove the clones of test processes that died."""
    with owner() as server:
        for (name,) in server.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}_clone_%"]
        ).fetchall():
            pid = int(name.split("_")[3])
            if not Path(f"/proc/{pid}").exists():
                drop(name)


def _exists(server: psycopg.Connection, name: str) -> bool:
    found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    return found is not None


def _migrate(server: psycopg.Connection, name: str) -> None:
    """Migrate under a passing name, so that a template is whole or absent."""
    partial = f"{name}_{os.getpid()}"
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(partial)))
    _never_wait_for_the_disk(server, partial)
    used = connection.settings_dict["NAME"]
    use(partial)
    try:
        with database.as_owner():
            database.let_application_in()
            call_command("migrate", verbosity=0, interactive=False)
    except BaseException:
        use(used)
        drop(partial)
        raise
    use(used)
    stamp = sql.Literal(str(int(time.time())))
    server.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(partial), stamp))
    server.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
            sql.Identifier(partial), sql.Identifier(name)
        )
    )


def _drop_old(server: psycopg.Connection) -> None:
    rows = server.execute(
        "SELECT datname, coalesce(shobj_description(oid, 'pg_database'), '0') FROM pg_database"
        " WHERE datname LIKE %s",
        [f"{PREFIX}_template_%"],
    ).fetchall()
    for name, stamp in rows:
        if time.time() - int(stamp) > KEEP_TEMPLATES_SECONDS:
            drop(name)
