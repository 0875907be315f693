from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from marketplace.notifications import services
from payments.events import listener

if TYPE_CHECKING:
    from datetime import datetime


@listener(name="notifications.tell_receipt")
def tell_receipt(*, contribution_key: str, now: datetime) -> None:
    services.tell_receipt(contribution_key=contribution_key, now=now)


@shared_task(name="notifications.send_notification", acks_late=True)
def send_notification(*, notification_id: str) -> bool:
    return services.send_notification(notification_id=UUID(notification_id), now=timezone.now())


@shared_task(name="notifications.send_due", acks_late=True)
def send_due() -> int:
    return services.send_due(now=timezone.now())
