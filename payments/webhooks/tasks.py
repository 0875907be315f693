from __future__ import annotations

from typing import Any
from uuid import UUID

from celery import Task, shared_task
from django.utils import timezone

from payments.events import described
from payments.webhooks import services


class InboxTask(Task):  # type: ignore[type-arg]
    """A task on one event. What goes wrong in it is written on the event."""

    def on_failure(
        self,
        exc: BaseException,
        task_id: str,  # noqa: ARG002
        args: tuple[Any, ...],  # noqa: ARG002
        kwargs: dict[str, Any],
        einfo: object,  # noqa: ARG002
    ) -> None:
        """Keep the reason; the sweeper will try again."""
        services.record_error(event_id=UUID(kwargs["event_id"]), error=described(exc))


@shared_task(name="webhooks.work_inbox", base=InboxTask, acks_late=True)
def work_inbox(*, event_id: str) -> None:
    services.work_off(event_id=UUID(event_id), now=timezone.now())


@shared_task(name="webhooks.work_due", acks_late=True)
def work_due() -> int:
    return services.work_due(now=timezone.now())
