from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from remittances.entries import services


@shared_task(name="remittances.drop_unused_evidence", acks_late=True)
def drop_unused_evidence() -> int:
    return services.drop_unused_evidence(now=timezone.now())
