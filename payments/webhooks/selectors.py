"""How far the inbox is behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Min

from payments.webhooks.models import InboxEvent

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """What has not been worked off."""

    waiting: int
    oldest_received_at: datetime | None
    dead: int


def backlog() -> Backlog:
    """Return how many events wait, since when, and how many were given up."""
    waiting = InboxEvent.objects.filter(state=InboxEvent.State.WAITING)
    dead = InboxEvent.objects.filter(state=InboxEvent.State.DEAD)
    row = waiting.aggregate(waiting=Count("pk"), oldest_received_at=Min("received_at"))
    return Backlog(dead=dead.count(), **row)
