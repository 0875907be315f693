from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from payments.mandates import services


@shared_task(name="mandates.try_charge", acks_late=True)
def try_charge(*, payment_id: str) -> None:
    services.try_charge(payment_id=UUID(payment_id), now=timezone.now())


@shared_task(name="mandates.charge_due", acks_late=True)
def charge_due() -> int:
    return services.charge_due(now=timezone.now())


@shared_task(name="mandates.look_again", acks_late=True)
def look_again(*, mandate_id: str) -> None:
    services.look_again(mandate_id=UUID(mandate_id), now=timezone.now())


@shared_task(name="mandates.look_due", acks_late=True)
def look_due() -> int:
    return services.look_due(now=timezone.now())
