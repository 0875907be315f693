"""Crowds take turns, and nobody waits for somebody who cannot come."""

from __future__ import annotations

import time
from threading import current_thread, main_thread

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from tests import crowd, databases

pytestmark = pytest.mark.django_db(transaction=True)


def another_crowd_may_start(_: int) -> bool:
    with databases.owner() as server:
        row = server.execute("SELECT pg_try_advisory_lock(%s)", [crowd.TURN]).fetchone()
    return bool(row and row[0])


def test_while_one_crowd_acts_no_other_may_start_and_then_the_next_may() -> None:
    assert crowd.at_once(another_crowd_may_start, [1, 2]) == [False, False]
    assert crowd.at_once(abs, [-3]) == [3]


def test_who_cannot_connect_sends_everybody_home_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connect, first, acted = BaseDatabaseWrapper.ensure_connection, iter(["first"]), list[int]()

    def one_too_many(self: BaseDatabaseWrapper) -> None:
        if current_thread() is not main_thread() and next(first, None):
            msg = "too many clients"
            raise OperationalError(msg)
        connect(self)

    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", one_too_many)
    began = time.monotonic()

    with pytest.raises(OperationalError, match="too many clients"):
        crowd.at_once(acted.append, range(8))

    assert acted == []
    assert time.monotonic() - began < crowd.PATIENCE_SECONDS / 2
