"""Reconciling by turns: one run at a time, and none while things are made on both sides at once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK = 0x7265636F  # Any number that is nobody else's.


@contextmanager
def taken() -> Iterator[None]:
    """Wait for the turn and keep it. It ends with the connection, whatever becomes of us."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
