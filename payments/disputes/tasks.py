from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from payments.disputes import services


@shared_task(name="disputes.look_at", acks_late=True)
def look_at(*, object_key: str) -> None:
    services.look_at(object_key=object_key, now=timezone.now())


@shared_task(name="disputes.ask_due", acks_late=True)
def ask_due() -> int:
    return services.ask_due(now=timezone.now())
