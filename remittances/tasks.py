"""All tasks of the comparison, where Celery looks for them; each room has its own."""

from __future__ import annotations

from remittances.alerts.tasks import look_at_alerts, send_alert_messages
from remittances.entries.tasks import drop_unused_evidence
from remittances.feeds.tasks import read_feed, read_feeds
from remittances.figures.tasks import mend_figures
from remittances.imports.tasks import carry_on_files, read_file
from remittances.rates.tasks import load_rates

__all__ = [
    "carry_on_files",
    "drop_unused_evidence",
    "load_rates",
    "look_at_alerts",
    "mend_figures",
    "read_feed",
    "read_feeds",
    "read_file",
    "send_alert_messages",
]
