"""What the sandbox remembers: one SQLite file, one writer at a time.

A document is what the API shows. Notes are what only the sandbox knows about it, such as how the
refunds of a test card end.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from payments.sandbox.errors import ApiError, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Document: TypeAlias = "dict[str, Any]"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
  serial INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
  document TEXT NOT NULL, notes TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, serial);
CREATE INDEX IF NOT EXISTS objects_intent
  ON objects (kind, json_extract(document, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS objects_charge ON objects (kind, json_extract(document, '$.charge'));
CREATE INDEX IF NOT EXISTS objects_source ON objects (kind, json_extract(document, '$.source'));
CREATE TABLE IF NOT EXISTS keys (
  key TEXT PRIMARY KEY, path TEXT NOT NULL, params TEXT NOT NULL, created INTEGER NOT NULL,
  request TEXT NOT NULL, status INTEGER, body TEXT
);
CREATE TABLE IF NOT EXISTS deliveries (
  serial INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, endpoint TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, due REAL, state TEXT NOT NULL DEFAULT 'waiting',
  UNIQUE (event, endpoint)
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS jobs (
  object TEXT PRIMARY KEY, kind TEXT NOT NULL, due INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS faults (
  serial INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, times INTEGER NOT NULL,
  settings TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS requests (
  serial INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, verb TEXT NOT NULL,
  path TEXT NOT NULL, form TEXT NOT NULL, account TEXT NOT NULL, idempotency_key TEXT NOT NULL,
  status INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(slots=True)
class Record:
    """One object of the API with the sandbox's notes about it."""

    document: Document
    notes: Document = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.document["id"])

    @property
    def kind(self) -> str:
        return str(self.document["object"])


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of a list, newest first."""

    records: tuple[Record, ...]
    has_more: bool


class Store:
    """Objects by id and by kind. Every use is inside `transaction()`."""

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the one writer's place. A nested use is undone alone when it raises.

        A refusal that keeps its effects, such as a declined card, undoes nothing.
        """
        with self._lock:
            begin, commit, undo = _NESTED if self._connection.in_transaction else _TOP
            self._connection.execute(begin)
            try:
                yield self._connection
            except BaseException as problem:
                kept = isinstance(problem, ApiError) and problem.keeps_effects
                for statement in (commit,) if kept else undo:
                    self._connection.execute(statement)
                raise
            self._connection.execute(commit)

    def save(self, record: Record) -> None:
        """Insert the object or replace it; its place in lists stays."""
        document, notes = json.dumps(record.document), json.dumps(record.notes)
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO objects (id, kind, document, notes) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET document = excluded.document,"
                " notes = excluded.notes",
                (record.id, record.kind, document, notes),
            )

    def delete(self, identifier: str) -> None:
        with self.transaction() as connection:
            connection.execute("DELETE FROM objects WHERE id = ?", (identifier,))

    def find(self, kind: str, identifier: str) -> Record | None:
        rows = self._select("kind = ? AND id = ?", (kind, identifier))
        return rows[0] if rows else None

    def get(self, kind: str, identifier: str, *, param: str = "id") -> Record:
        """Return the object.

        Raises:
            NotFound: there is none; `param` is the parameter that named it.
        """
        record = self.find(kind, identifier)
        if record is None:
            raise NotFound(kind.rpartition(".")[2], identifier, param=param)
        return record

    def every(self, kind: str, **fields: str) -> list[Record]:
        """Return all objects of a kind whose document has these values, oldest first."""
        where, values = _conditions(kind, [(name, "=", value) for name, value in fields.items()])
        return self._select(where, values)

    def page(
        self,
        kind: str,
        conditions: Sequence[tuple[str, str, Any]],
        *,
        limit: int,
        after: str | None = None,
        before: str | None = None,
    ) -> Page:
        """Return up to `limit` objects, newest first, older than `after` or newer than `before`."""
        where, values = _conditions(kind, conditions)
        order = "ASC" if before else "DESC"
        for cursor, sign in ((after, "<"), (before, ">")):
            if cursor:
                self.get(kind, cursor, param="starting_after" if sign == "<" else "ending_before")
                where += f" AND serial {sign} (SELECT serial FROM objects WHERE id = ?)"  # noqa: S608
                values += (cursor,)
        found = self._select(where, (*values, limit + 1), order=f"{order} LIMIT ?")
        kept = found[:limit] if not before else found[:limit][::-1]
        return Page(records=tuple(kept), has_more=len(found) > limit)

    def _select(self, where: str, values: Sequence[Any], *, order: str = "ASC") -> list[Record]:
        query = f"SELECT document, notes FROM objects WHERE {where} ORDER BY serial {order}"  # noqa: S608
        with self.transaction() as connection:
            rows = connection.execute(query, tuple(values)).fetchall()
        return [Record(json.loads(document), json.loads(notes)) for document, notes in rows]


_Statements: TypeAlias = tuple[str, str, tuple[str, ...]]  # To begin, to commit, to undo.
_TOP: _Statements = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
_NESTED: _Statements = ("SAVEPOINT part", "RELEASE part", ("ROLLBACK TO part", "RELEASE part"))


def _conditions(
    kind: str, conditions: Sequence[tuple[str, str, Any]]
) -> tuple[str, tuple[Any, ...]]:
    """Return the WHERE text and its values. Names and signs come from this package only."""
    where = "kind = ?"
    values: list[Any] = [kind]
    for name, sign, value in conditions:
        among = "(SELECT value FROM json_each(?))" if sign == "IN" else "?"
        column, field = ("notes", name[6:]) if name.startswith("notes.") else ("document", name)
        where += f" AND json_extract({column}, '$.{field}') {sign} {among}"
        values.append(json.dumps(value) if sign == "IN" else value)
    return where, tuple(values)
