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
from payments.payouts.models import Payout
from payments.refunds.models import Refund
from projects.funding.models import Contribution

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from django.core.mail import EmailMessage

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
    return _tell(
        event=f"contribution_confirmed:{contribution_key}",
        person=contribution.donor_key or contribution_key,
        kind=Notification.Kind.RECEIPT,
        subject_key=contribution_key,
        now=now,
    )


@transaction.atomic
def tell_refund(*, refund_id: str, reference: str, now: datetime) -> Notification | None:
    """Note that a giver is to hear that money went back; once a refund.

    A reference that is no contribution's has nobody to tell here, and of a refund that has failed
    meanwhile there is nothing to tell: None.
    """
    contribution = Contribution.objects.filter(key=reference).first()
    has_failed = Refund.objects.filter(pk=refund_id, state=Refund.State.FAILED).exists()
    if contribution is None or has_failed:
        return None
    return _tell(
        event=_refunded(refund_id),
        person=contribution.donor_key or reference,
        kind=Notification.Kind.REFUND,
        subject_key=refund_id,
        now=now,
    )


@transaction.atomic
def tell_failed_refund(*, refund_id: str, now: datetime) -> Notification | None:
    """Note that a giver who was told of a refund is to hear that it did not reach them.

    Who was never told of it hears nothing: None.
    """
    earlier = Notification.objects.filter(event=_refunded(refund_id)).first()
    if earlier is None:
        return None
    return _tell(
        event=f"refund_failed:{refund_id}",
        person=earlier.person,
        kind=Notification.Kind.REFUND_FAILED,
        subject_key=refund_id,
        now=now,
    )


@transaction.atomic
def tell_dispute(
    *, dispute_id: str, reference: str, has_ended: bool, now: datetime
) -> Notification | None:
    """Note that a giver is to hear of a dispute: once when it opens, and once when it ends.

    A reference that is no contribution's has nobody to tell here: None.
    """
    contribution = Contribution.objects.filter(key=reference).first()
    if contribution is None:
        return None
    kind = Notification.Kind.DISPUTE_ENDED if has_ended else Notification.Kind.DISPUTE_OPENED
    return _tell(
        event=f"{kind}:{dispute_id}",
        person=contribution.donor_key or reference,
        kind=kind,
        subject_key=dispute_id,
        now=now,
    )


@transaction.atomic
def tell_payout(*, payout_id: str, kind: Notification.Kind, now: datetime) -> list[Notification]:
    """Note that every contact of an owner is to hear what became of a payout, once each."""
    payout = Payout.objects.select_related("account").get(pk=payout_id)
    return [
        _tell(
            event=f"{kind}:{payout_id}",
            person=messages.person_key(contact),
            kind=kind,
            subject_key=payout_id,
            now=now,
        )
        for contact in payout.account.contacts
    ]


@transaction.atomic
def tell_payout_details(
    *, account_id: str, contacts: Sequence[str], free_at: str, now: datetime
) -> list[Notification]:
    """Note that every contact of an owner is to hear of new payout details, once a change."""
    return [
        _tell(
            event=f"payout_details:{account_id}:{free_at}",
            person=messages.person_key(contact),
            kind=Notification.Kind.PAYOUT_DETAILS,
            subject_key=account_id,
            now=now,
        )
        for contact in contacts
    ]


def send_notification(*, notification_id: UUID, now: datetime) -> bool:
    """Send one message unless somebody has begun to; return whether it went out.

    It is written before it is claimed: one that cannot be written stays waiting, and
    `note_failure` keeps the reason. The claim is committed before the first byte leaves. A
    mail server that cannot be reached has seen nothing, so the claim is given back; after that
    point whatever goes wrong is written down and never tried again, because a second copy is worse
    than a question to the operator.
    """
    notification = Notification.objects.waiting().filter(pk=notification_id).first()
    if notification is None:
        return False
    message = messages.compose(notification)
    if not Notification.objects.waiting().filter(pk=notification_id).update(claimed_at=now):
        return False
    notification.claimed_at = now
    return _hand_over(notification, message, now)


def note_failure(*, notification_id: UUID, error: BaseException, now: datetime) -> None:
    """Keep why a message did not go out; one that nobody claimed is tried again later."""
    unsent = Notification.objects.filter(pk=notification_id, sent_at__isnull=True)
    unsent.update(last_error=type(error).__name__)
    waiting = unsent.waiting().first()
    if waiting is not None:
        _put_off(waiting, error, now)


def send_due(*, now: datetime) -> int:
    """Queue every message whose wake-up was lost; return how many."""
    due = Notification.objects.due(now).values_list("pk", flat=True)[:BATCH]
    for notification_id in due:
        queue.wake(SEND, notification_id=str(notification_id))
    return len(due)


def _refunded(refund_id: str) -> str:
    return f"payment_refunded:{refund_id}"


def _tell(
    *, event: str, person: str, kind: Notification.Kind, subject_key: str, now: datetime
) -> Notification:
    notification, is_new = Notification.objects.get_or_create(
        event=event,
        person=person,
        channel=Notification.Channel.EMAIL,
        defaults={
            "kind": kind,
            "subject_key": subject_key,
            "created_at": now,
            "due_at": now + PAUSE,
        },
    )
    if is_new:
        queue.wake_on_commit(SEND, notification_id=str(notification.pk))
    return notification


def _hand_over(notification: Notification, message: EmailMessage, now: datetime) -> bool:
    """Give a claimed message to the mail server; return whether it took it."""
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:
        _put_off(notification, error, now)
        return False
    try:
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


def _put_off(notification: Notification, error: BaseException, now: datetime) -> None:
    """Leave a message waiting that certainly has not gone out, for longer each time.

    `notification` tells whose claim is given back: this worker's, or nobody's.
    """
    same = Notification.objects.filter(pk=notification.pk, claimed_at=notification.claimed_at)
    same.update(
        claimed_at=None,
        due_at=now + queue.pause_after(notification.attempts, first=PAUSE),
        attempts=F("attempts") + 1,
        last_error=type(error).__name__,
    )
