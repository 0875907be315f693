"""How far the inbox is behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Min, Q

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
    waiting = Q(state=InboxEvent.State.WAITING)
    row = InboxEvent.objects.aggregate(
        waiting=Count("pk", filter=waiting),
        oldest_received_at=Min("received_at", filter=waiting),
        dead=Count("pk", filter=Q(state=InboxEvent.State.DEAD)),
    )
    return Backlog(**row)
