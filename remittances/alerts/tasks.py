from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from remittances.alerts import services


@shared_task(name="remittances.look_at_alerts", acks_late=True)
def look_at_alerts() -> int:
    return services.look_at_alerts(now=timezone.now())


@shared_task(name="remittances.send_alert_messages", acks_late=True)
def send_alert_messages() -> int:
    return services.send_alert_messages(now=timezone.now())
