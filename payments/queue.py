"""Waking workers. The database says what is due, so a lost wake-up costs time and never work."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from celery import current_app
from django.db import transaction
from kombu.exceptions import ChannelError, OperationalError

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)

LONGEST_PAUSE = timedelta(hours=1)

_asleep: ContextVar[bool] = ContextVar("asleep", default=False)


def pause_after(attempts: int, *, first: timedelta) -> timedelta:
    """Return how long to wait before trying again: twice as long each time, at most an hour."""
    return min(first * (1 << min(attempts, 10)), LONGEST_PAUSE)


@contextmanager
def asleep() -> Iterator[None]:
    """Wake nobody for what is written in here: for a load that does all of its work itself."""
    before = _asleep.set(True)
    try:
        yield
    finally:
        _asleep.reset(before)


def wake_on_commit(task: str, **arguments: str) -> None:
    """Queue a task by name once the surrounding transaction has committed."""
    if _asleep.get():
        return
    transaction.on_commit(partial(wake, task, **arguments))


def wake(task: str, **arguments: str) -> None:
    """Queue a task by name now. With the broker down, its sweeper will find the work."""
    try:
        current_app.send_task(task, kwargs=arguments)
    except (OperationalError, ChannelError, OSError) as error:
        logger.warning("The queue did not take %s: %s", task, error)
