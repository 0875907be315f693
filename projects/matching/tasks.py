from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from projects.matching import services


@shared_task(name="matching.allocate_due", acks_late=True)
def allocate_due(*, programme_id: str) -> int:
    return services.allocate_due(programme_id=programme_id, now=timezone.now())


@shared_task(name="matching.allocate_all_due", acks_late=True)
def allocate_all_due() -> int:
    return services.allocate_all_due(now=timezone.now())


@shared_task(name="matching.expire_reservations", acks_late=True)
def expire_reservations() -> int:
    return services.expire_reservations(now=timezone.now())


@shared_task(name="matching.close_due", acks_late=True)
def close_due() -> int:
    return services.close_due(now=timezone.now())


@shared_task(name="matching.estimate_due", acks_late=True)
def estimate_due() -> int:
    return services.estimate_due(now=timezone.now())
