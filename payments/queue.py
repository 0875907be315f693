"""Waking workers. The database says what is due, so a lost wake-up costs time and never work."""

from __future__ import annotations

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def wake_on_commit(task: str, **arguments: str) -> None:
    """Queue a task by name once the surrounding transaction has committed."""
    transaction.on_commit(partial(wake, task, **arguments))


def wake(task: str, **arguments: str) -> None:
    """Queue a task by name now. With the broker down, its sweeper will find the work."""
    try:
        current_app.send_task(task, kwargs=arguments)
    except (OperationalError, OSError) as error:
        logger.warning("The queue did not take %s: %s", task, error)
