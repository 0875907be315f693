"""Bringing the table of figures into step with the rows it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from remittances.figures import statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

_LOCK = 0x46494755  # Any number that nobody else locks.


@transaction.atomic
def refresh(*, keys: Iterable[tuple[str, str, str]]) -> int:
    """Work out corridors in quarters anew, each such as ("KEN", "UGA", "2025_3Q").

    Return how many were written.
    """
    wanted = list(keys)
    return _write(statements.KEYS, [[key[part] for key in wanted] for part in range(3)])


@transaction.atomic
def refresh_dataset(*, dataset_id: UUID) -> int:
    """Work out anew what the rows of one file touch, the rows they supersede included."""
    return _write(statements.DATASET, [dataset_id] * 4)


@transaction.atomic
def refresh_names(*, spellings: Sequence[str]) -> int:
    """Work out anew where firms spelt so were surveyed: another count of firms, the same costs."""
    return _write(statements.NAMES, [list(spellings)])


@transaction.atomic
def rebuild() -> int:
    """Work out everything anew. Return how many corridors in quarters there are."""
    return _write(statements.EVERYTHING, [])


def differences() -> list[str]:
    """Return where the table is not what the rows give, such as `KENUGA 2025_3Q`."""
    with connection.cursor() as cursor:
        cursor.execute(statements.comparing())
        return [place for (place,) in cursor.fetchall()]


@transaction.atomic
def mend(*, now: datetime) -> int:  # noqa: ARG001  Every job takes the time.
    """Rebuild the table if it differs from the rows. Return at how many places it did."""
    _wait_for_other_refreshes()
    differing = differences()
    if differing:
        rebuild()
    return len(differing)


def _write(scope: str, parameters: list[Any]) -> int:
    _wait_for_other_refreshes()
    with connection.cursor() as cursor:
        cursor.execute(statements.writing(scope), parameters)
        return int(cursor.rowcount)


def _wait_for_other_refreshes() -> None:
    """Hold the lock of figures until the transaction ends: an older one must not write last."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
