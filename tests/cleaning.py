"""Bringing a database back to its template after a test that commits, without copying it.

Most tables of the template are empty, and a test fills a few. The owner empties those. Whatever
else a test may have changed (rows the template came with, triggers, functions, constraints,
partitions) is compared by a checksum; where it differs the database is copied anew, as before.
Emptying passes over the triggers that refuse it, which only a superuser may: elsewhere every test
gets a copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, LiteralString

import psycopg
from django.conf import settings
from psycopg import sql

from tests import databases

if TYPE_CHECKING:
    from psycopg.sql import Composed

SHAPE = """
    SELECT md5(string_agg(fact, '|' ORDER BY fact)) FROM (
        SELECT 'table ' || relname || ' ' || relkind::text FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'i', 'v')
        UNION ALL SELECT 'function ' || proname || prosrc FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT 'trigger ' || tgrelid::regclass::text || tgname || tgenabled::text
            FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT 'constraint ' || conrelid::regclass::text || conname || convalidated::text
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT 'right ' || relname || coalesce(relacl::text, '') FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    ) AS shape (fact)
"""
TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname
"""

ALWAYS = """
    SELECT tgrelid::regclass::text, tgname FROM pg_trigger
    WHERE NOT tgisinternal AND tgenabled = 'A' AND tgrelid::regclass::text = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a database looked like before the first test."""

    shape: str
    empty: tuple[str, ...]
    filled: str  # A checksum of all rows of the tables that are not empty.
    filled_query: Composed


def baseline(name: str) -> Baseline | None:
    """Return what a fresh copy looks like; None where the owner may not pass over triggers."""
    with _connect(name) as database:
        if not _is_superuser(database):
            return None
        tables = [table for (table,) in database.execute(TABLES).fetchall()]
        filled = _filled(database, tables)
        query = _checksum(filled)
        return Baseline(
            shape=_one(database, sql.SQL(SHAPE)),
            empty=tuple(table for table in tables if table not in filled),
            filled=_one(database, query),
            filled_query=query,
        )


def is_cleaned(name: str, before: Baseline) -> bool:
    """Empty what a test filled; tell whether the database is now as it was."""
    with _connect(name) as database:
        database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        if _one(database, sql.SQL(SHAPE)) != before.shape:
            return False
        if _one(database, before.filled_query) != before.filled:
            return False
        if dirty := _filled(database, before.empty):
            _empty(database, dirty)
    return True


def _empty(database: psycopg.Connection, tables: list[str]) -> None:
    """Take every row of some tables away, their triggers silenced: some of them fire always."""
    always = database.execute(ALWAYS, [tables]).fetchall()
    with database.transaction():
        database.execute("SET LOCAL session_replication_role = replica")
        for table, trigger in always:
            _switch(database, "DISABLE TRIGGER", table, trigger)
        for table in tables:
            database.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        for table, trigger in always:
            _switch(database, "ENABLE ALWAYS TRIGGER", table, trigger)


def _switch(database: psycopg.Connection, how: LiteralString, table: str, trigger: str) -> None:
    change = sql.SQL("ALTER TABLE {} " + how + " {}")
    database.execute(change.format(sql.Identifier(table), sql.Identifier(trigger)))


def _connect(name: str) -> psycopg.Connection:
    where = databases.address(settings.DATABASE_ADMIN_URL, name)
    return psycopg.connect(where, autocommit=True, options="-c lock_timeout=5s")


def _is_superuser(database: psycopg.Connection) -> bool:
    row = database.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return row is not None and bool(row[0])


def _filled(database: psycopg.Connection, tables: list[str] | tuple[str, ...]) -> list[str]:
    asked = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(
            sql.Literal(table), sql.Identifier(table)
        )
        for table in tables
    )
    return [table for (table,) in database.execute(asked).fetchall()]


def _checksum(tables: list[str]) -> Composed:
    each = sql.SQL(" || ").join(
        sql.SQL(
            "(SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM {} t)"
        ).format(sql.Identifier(table))
        for table in tables
    )
    return sql.SQL("SELECT md5({})").format(each)


def _one(database: psycopg.Connection, query: sql.SQL | Composed) -> str:
    row = database.execute(query).fetchone()
    return str(row[0]) if row else ""
