"""The Celery application, and every job that runs by the clock."""

from __future__ import annotations

from celery import Celery
from django.conf import settings

from marketplace import mode

mode.select_settings()

app = Celery("weft")
app.config_from_object("marketplace.queue")
app.autodiscover_tasks()
