"""The Celery application. What it runs by the clock stands in marketplace.jobs."""

from __future__ import annotations

from celery import Celery

from marketplace import jobs, mode

mode.select_settings()

app = Celery("weft")
app.config_from_object("marketplace.queue")
app.conf.beat_schedule = jobs.beat_schedule()
app.autodiscover_tasks()
