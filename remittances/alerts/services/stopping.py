"""Stopping an alert: the address goes, a count stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from remittances.alerts.services.counting import count
from remittances.models import Alert, AlertCount

if TYPE_CHECKING:
    from uuid import UUID


@transaction.atomic
def stop(*, alert_id: UUID) -> bool:
    """Delete an alert with its address and messages; return whether it was still there."""
    alert = Alert.objects.select_for_update().filter(pk=alert_id).first()
    if alert is None:
        return False
    alert.delete()
    count(AlertCount.What.STOPPED)
    return True
