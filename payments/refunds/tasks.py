from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from payments.refunds import services


@shared_task(name="refunds.ask", acks_late=True)
def ask(*, refund_id: str) -> None:
    services.ask(refund_id=UUID(refund_id), now=timezone.now())


@shared_task(name="refunds.ask_due", acks_late=True)
def ask_due() -> int:
    return services.ask_due(now=timezone.now())
