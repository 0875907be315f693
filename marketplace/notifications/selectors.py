"""Which messages ought to have gone out by now."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from marketplace.notifications.models import Notification

if TYPE_CHECKING:
    from datetime import datetime

    from marketplace.notifications.models import NotificationQuerySet

LATE = timedelta(minutes=10)


def overdue(now: datetime) -> NotificationQuerySet:
    """Return what is unsent after ten minutes, oldest first.

    A claimed one may have gone out, so it is not sent again by itself and a person has to look; a
    waiting one is tried again and tells in `last_error` why it did not go out.
    """
    late = now - LATE
    is_stuck = Q(claimed_at__lte=late)
    is_waiting = Q(claimed_at__isnull=True, created_at__lte=late)
    unsent = Notification.objects.filter(sent_at__isnull=True)
    return unsent.filter(is_stuck | is_waiting).order_by("created_at", "id")
