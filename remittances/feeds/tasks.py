from __future__ import annotations

from uuid import UUID

from celery import current_app, shared_task
from django.utils import timezone

from remittances.feeds import selectors, services


@shared_task(name="remittances.read_feeds", acks_late=True)
def read_feeds() -> int:
    due = selectors.due(timezone.now())
    for feed_id in due:
        current_app.send_task("remittances.read_feed", kwargs={"feed_id": str(feed_id)})
    return len(due)


@shared_task(name="remittances.read_feed", acks_late=True)
def read_feed(*, feed_id: str) -> int:
    run = services.read_feed(feed_id=UUID(feed_id), now=timezone.now())
    return run.published if run else 0
