"""What is done with alerts: asked for and confirmed, looked at, told, stopped."""

from __future__ import annotations

from remittances.alerts.services.asking import AlertRefused, ask, forget_unconfirmed
from remittances.alerts.services.confirming import Answer, confirm, confirm_by_code
from remittances.alerts.services.looking import look_at_alerts
from remittances.alerts.services.sending import send_alert_messages
from remittances.alerts.services.stopping import stop

__all__ = [
    "AlertRefused",
    "Answer",
    "ask",
    "confirm",
    "confirm_by_code",
    "forget_unconfirmed",
    "look_at_alerts",
    "send_alert_messages",
    "stop",
]
