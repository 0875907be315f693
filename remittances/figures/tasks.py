"""The table of figures by the clock."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from remittances.figures import services


@shared_task(name="remittances.mend_figures")
def mend_figures() -> None:
    """Bring the figures into step if they differ from the rows."""
    services.mend(now=timezone.now())
