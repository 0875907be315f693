from __future__ import annotations

from typing import TYPE_CHECKING

from celery import shared_task
from django.utils import timezone

from payments.events import listener
from payments.money import Money
from payments.reconciliation import services

if TYPE_CHECKING:
    from datetime import datetime


@shared_task(name="reconciliation.reconcile", acks_late=True)
def reconcile() -> int:
    return services.reconcile_due(now=timezone.now())


@listener(name="reconciliation.queue_exception")
def queue_exception(  # noqa: PLR0913  The fields of the event.
    *,
    kind: str,
    provider_key: str,
    reference: str,
    ours_minor: int | None,
    theirs_minor: int | None,
    currency: str,
    now: datetime,
) -> None:
    services.raise_exception(
        kind=kind,
        provider_key=provider_key,
        reference=reference,
        ours=None if ours_minor is None else Money(ours_minor, currency),
        theirs=None if theirs_minor is None else Money(theirs_minor, currency),
        now=now,
    )
