"""Writing down what people are to be told, and telling them at most once."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.mail import get_connection
from django.db import transaction
from django.db.models import F

from marketplace.notifications import messages
from marketplace.notifications.models import Notification
from payments import queue
from projects.funding.models import Contribution

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

logger = logging.getLogger(__name__)

SEND = "notifications.send_notification"
PAUSE = timedelta(minutes=1)
BATCH = 500


@transaction.atomic
def tell_receipt(*, contribution_key: str, now: datetime) -> Notification:
    """Note that the giver of a settled contribution is to get the receipt by e-mail.

    Noting it again changes nothing.
    """
    contribution = Contribution.objects.get(key=contribution_key)
    notification, is_new = Notification.objects.get_or_create(
        event=f"contribution_confirmed:{contribution_key}",
        person=contribution.donor_key or contribution_key,
        channel=Notification.Channel.EMAIL,
        defaults={
            "kind": Notification.Kind.RECEIPT,
            "subject_key": contribution_key,
            "created_at": now,
            "due_at": now + PAUSE,
        },
    )
    if is_new:
        queue.wake_on_commit(SEND, notification_id=str(notification.pk))
    return notification


def send_notification(*, notification_id: UUID, now: datetime) -> bool:
    """Send one message unless somebody has begun to; return whether it went out.

    The claim is committed before the first byte leaves. A mail server that cannot be reached has
    seen nothing, so the claim is given back; after that point whatever goes wrong is written down
    and never tried again, because a second copy is worse than a question to the operator.
    """
    mine = Notification.objects.waiting().filter(pk=notification_id).update(claimed_at=now)
    if not mine:
        return False
    notification = Notification.objects.get(pk=notification_id)
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:
        _give_back(notification, error, now)
        return False
    try:
        message = messages.compose(notification)
        message.connection = connection
        message.send()
    except OSError as error:
        logger.error("Message %s may not have gone out: %s", notification.pk, type(error).__name__)  # noqa: TRY400
        Notification.objects.filter(pk=notification.pk).update(last_error=type(error).__name__)
        return False
    finally:
        connection.close()
    Notification.objects.filter(pk=notification.pk).update(sent_at=now, last_error="")
    return True


def send_due(*, now: datetime) -> int:
    """Queue every message whose wake-up was lost; return how many."""
    due = Notification.objects.due(now).values_list("pk", flat=True)[:BATCH]
    for notification_id in due:
        queue.wake(SEND, notification_id=str(notification_id))
    return len(due)


def _give_back(notification: Notification, error: OSError, now: datetime) -> None:
    Notification.objects.filter(pk=notification.pk).update(
        claimed_at=None,
        due_at=now + PAUSE,
        attempts=F("attempts") + 1,
        last_error=type(error).__name__,
    )
