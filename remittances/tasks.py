"""All tasks of the comparison, where Celery looks for them; each room has its own."""

from __future__ import annotations

from remittances.alerts.tasks import look_at_alerts, send_alert_messages

__all__ = ["look_at_alerts", "send_alert_messages"]
