from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from remittances.rates import services


@shared_task(name="remittances.load_rates", acks_late=True)
def load_rates() -> int:
    return services.load_rates(now=timezone.now())
