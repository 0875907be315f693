from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from celery import Task, shared_task
from django.utils import timezone

from marketplace.notifications import services
from marketplace.notifications.models import Notification
from payments.events import listener

if TYPE_CHECKING:
    from datetime import datetime


@listener(name="notifications.tell_receipt")
def tell_receipt(*, contribution_key: str, now: datetime) -> None:
    services.tell_receipt(contribution_key=contribution_key, now=now)


@listener(name="notifications.tell_refund")
def tell_refund(  # noqa: PLR0913  The fields of the event.
    *,
    refund_id: str,
    payment_id: str,  # noqa: ARG001  The refund knows it.
    reference: str,
    amount_minor: int,  # noqa: ARG001  The refund knows it.
    currency: str,  # noqa: ARG001  The refund knows it.
    refunded_at: str,  # noqa: ARG001  The refund knows it.
    now: datetime,
) -> None:
    services.tell_refund(refund_id=refund_id, reference=reference, now=now)


@listener(name="notifications.tell_failed_refund")
def tell_failed_refund(  # noqa: PLR0913  The fields of the event.
    *,
    refund_id: str,
    payment_id: str,  # noqa: ARG001  The refund knows it.
    reference: str,  # noqa: ARG001  The refund knows it.
    amount_minor: int,  # noqa: ARG001  The refund knows it.
    currency: str,  # noqa: ARG001  The refund knows it.
    reason: str,  # noqa: ARG001  The refund knows it, and it is not for the giver.
    now: datetime,
) -> None:
    services.tell_failed_refund(refund_id=refund_id, now=now)


@listener(name="notifications.tell_opened_dispute")
def tell_opened_dispute(  # noqa: PLR0913  The fields of the event.
    *,
    dispute_id: str,
    payment_id: str,  # noqa: ARG001  The dispute knows it.
    reference: str,
    amount_minor: int,  # noqa: ARG001  The dispute knows it.
    currency: str,  # noqa: ARG001  The dispute knows it.
    at: str,  # noqa: ARG001  The dispute knows it.
    now: datetime,
) -> None:
    services.tell_dispute(dispute_id=dispute_id, reference=reference, has_ended=False, now=now)


@listener(name="notifications.tell_ended_dispute")
def tell_ended_dispute(  # noqa: PLR0913  The fields of the event.
    *,
    dispute_id: str,
    payment_id: str,  # noqa: ARG001  The dispute knows it.
    reference: str,
    amount_minor: int,  # noqa: ARG001  The dispute knows it.
    currency: str,  # noqa: ARG001  The dispute knows it.
    at: str,  # noqa: ARG001  The dispute knows it.
    now: datetime,
) -> None:
    services.tell_dispute(dispute_id=dispute_id, reference=reference, has_ended=True, now=now)


@listener(name="notifications.tell_payout_details")
def tell_payout_details(  # noqa: PLR0913  The fields of the event.
    *,
    account_id: str,
    owner_ref: str,  # noqa: ARG001  The account knows it.
    contacts_json: str,
    details_label: str,  # noqa: ARG001  The account knows it.
    free_at: str,
    now: datetime,
) -> None:
    services.tell_payout_details(
        account_id=account_id, contacts=json.loads(contacts_json), free_at=free_at, now=now
    )


@listener(name="notifications.tell_paid_payout")
def tell_paid_payout(  # noqa: PLR0913  The fields of the event.
    *,
    payout_id: str,
    owner_ref: str,  # noqa: ARG001  The payout knows it.
    source_ref: str,  # noqa: ARG001  The payout knows it.
    reference: str,  # noqa: ARG001  The payout knows it.
    amount_minor: int,  # noqa: ARG001  The payout knows it.
    sent_minor: int,  # noqa: ARG001  The payout knows it.
    currency: str,  # noqa: ARG001  The payout knows it.
    paid_at: str,  # noqa: ARG001  The payout knows it.
    now: datetime,
) -> None:
    services.tell_payout(payout_id=payout_id, kind=Notification.Kind.PAYOUT_PAID, now=now)


@listener(name="notifications.tell_failed_payout")
def tell_failed_payout(  # noqa: PLR0913  The fields of the event.
    *,
    payout_id: str,
    owner_ref: str,  # noqa: ARG001  The payout knows it.
    source_ref: str,  # noqa: ARG001  The payout knows it.
    reference: str,  # noqa: ARG001  The payout knows it.
    amount_minor: int,  # noqa: ARG001  The payout knows it.
    currency: str,  # noqa: ARG001  The payout knows it.
    cause: str,  # noqa: ARG001  The payout knows it.
    now: datetime,
) -> None:
    services.tell_payout(payout_id=payout_id, kind=Notification.Kind.PAYOUT_FAILED, now=now)


@listener(name="notifications.tell_returned_payout")
def tell_returned_payout(  # noqa: PLR0913  The fields of the event.
    *,
    payout_id: str,
    owner_ref: str,  # noqa: ARG001  The payout knows it.
    source_ref: str,  # noqa: ARG001  The payout knows it.
    reference: str,  # noqa: ARG001  The payout knows it.
    amount_minor: int,  # noqa: ARG001  The payout knows it.
    currency: str,  # noqa: ARG001  The payout knows it.
    cause: str,  # noqa: ARG001  The payout knows it.
    now: datetime,
) -> None:
    services.tell_payout(payout_id=payout_id, kind=Notification.Kind.PAYOUT_RETURNED, now=now)


class SendingTask(Task):  # type: ignore[type-arg]
    """A task that sends one message. What goes wrong in it is written on the message."""

    def on_failure(
        self,
        exc: BaseException,
        task_id: str,  # noqa: ARG002
        args: tuple[Any, ...],  # noqa: ARG002
        kwargs: dict[str, Any],
        einfo: object,  # noqa: ARG002
    ) -> None:
        services.note_failure(
            notification_id=UUID(kwargs["notification_id"]), error=exc, now=timezone.now()
        )


@shared_task(name="notifications.send_notification", base=SendingTask, acks_late=True)
def send_notification(*, notification_id: str) -> bool:
    return services.send_notification(notification_id=UUID(notification_id), now=timezone.now())


@shared_task(name="notifications.send_due", acks_late=True)
def send_due() -> int:
    return services.send_due(now=timezone.now())
