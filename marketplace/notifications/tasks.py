from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from celery import Task, shared_task
from django.utils import timezone

from marketplace.notifications import services
from payments.events import listener

if TYPE_CHECKING:
    from datetime import datetime


@listener(name="notifications.tell_receipt")
def tell_receipt(*, contribution_key: str, now: datetime) -> None:
    services.tell_receipt(contribution_key=contribution_key, now=now)


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
