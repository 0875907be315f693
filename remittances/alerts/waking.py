"""Waking the worker for alerts. The database says what is due; a lost wake-up costs a minute."""

from __future__ import annotations

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import ChannelError, OperationalError

logger = logging.getLogger(__name__)

LOOK = "remittances.look_at_alerts"
SEND = "remittances.send_alert_messages"


def on_commit(task: str) -> None:
    """Queue a task by name once the surrounding transaction has committed."""
    transaction.on_commit(partial(_wake, task))


def _wake(task: str) -> None:
    try:
        current_app.send_task(task)
    except (OperationalError, ChannelError, OSError) as error:
        logger.warning("The queue did not take %s: %s", task, error)
