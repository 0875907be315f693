from __future__ import annotations

from datetime import datetime
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from payments.events import listener
from payments.money import Money
from projects.funding import services


@listener(name="funding.confirm_contribution")
def confirm_contribution(  # noqa: PLR0913  The fields of the event.
    *,
    payment_id: str,
    reference: str,
    amount_minor: int,
    currency: str,
    fee_minor: int,
    settled_at: str,
    now: datetime,
) -> None:
    services.confirm_contribution(
        reference=reference,
        payment_id=UUID(payment_id),
        amount=Money(amount_minor, currency),
        fee=Money(fee_minor, currency),
        settled_at=datetime.fromisoformat(settled_at),
        now=now,
    )


@listener(name="funding.fail_contribution")
def fail_contribution(*, payment_id: str, reference: str, reason: str, now: datetime) -> None:
    services.fail_contribution(
        reference=reference, payment_id=UUID(payment_id), reason=reason, now=now
    )


@listener(name="funding.hold_contribution")
def hold_contribution(*, payment_id: str, reference: str, difference: str, now: datetime) -> None:
    services.hold_contribution(
        reference=reference, payment_id=UUID(payment_id), difference=difference, now=now
    )


@shared_task(name="funding.expire_contributions", acks_late=True)
def expire_contributions() -> int:
    return services.expire_contributions(now=timezone.now())


@shared_task(name="funding.close_ended_campaigns", acks_late=True)
def close_ended_campaigns() -> int:
    return services.close_ended_campaigns(now=timezone.now())
