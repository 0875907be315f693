from __future__ import annotations

from typing import TYPE_CHECKING

from celery import shared_task
from django.utils import timezone

from payments.events import listener
from payments.money import Money
from payments.reconciliation import services
from payments.reconciliation.kinds import Kind

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
    # The event names one currency, theirs: where ours is another one, it cannot say how much.
    is_ours_told = ours_minor is not None and kind != Kind.CURRENCY
    services.raise_exception(
        kind=kind,
        provider_key=provider_key,
        reference=reference,
        ours=Money(ours_minor or 0, currency) if is_ours_told else None,
        theirs=None if theirs_minor is None else Money(theirs_minor, currency),
        now=now,
    )
