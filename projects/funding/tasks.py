from __future__ import annotations

from datetime import datetime
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from payments.events import listener
from payments.money import Money
from projects.funding import services
from projects.funding.models import Reversal


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


@listener(name="funding.take_back_refund")
def take_back_refund(  # noqa: PLR0913  The fields of the event.
    *,
    refund_id: str,
    payment_id: str,
    reference: str,
    amount_minor: int,
    currency: str,
    refunded_at: str,
    now: datetime,
) -> None:
    services.hear(
        kind=Reversal.Kind.REFUND,
        key=refund_id,
        payment_id=UUID(payment_id),
        reference=reference,
        amount=Money(amount_minor, currency),
        stage=Reversal.State.TAKEN,
        at=datetime.fromisoformat(refunded_at),
        now=now,
    )


@listener(name="funding.return_failed_refund")
def return_failed_refund(  # noqa: PLR0913  The fields of the event.
    *,
    refund_id: str,
    payment_id: str,
    reference: str,
    amount_minor: int,
    currency: str,
    reason: str,  # noqa: ARG001  It stands with the refund.
    now: datetime,
) -> None:
    services.hear(
        kind=Reversal.Kind.REFUND,
        key=refund_id,
        payment_id=UUID(payment_id),
        reference=reference,
        amount=Money(amount_minor, currency),
        stage=Reversal.State.RETURNED,
        at=now,
        now=now,
    )


@listener(name="funding.block_disputed")
def block_disputed(  # noqa: PLR0913  The fields of the event.
    *,
    dispute_id: str,
    payment_id: str,
    reference: str,
    amount_minor: int,
    currency: str,
    at: str,
    now: datetime,
) -> None:
    services.hear(
        kind=Reversal.Kind.DISPUTE,
        key=dispute_id,
        payment_id=UUID(payment_id),
        reference=reference,
        amount=Money(amount_minor, currency),
        stage=Reversal.State.HELD,
        at=datetime.fromisoformat(at),
        now=now,
    )


@listener(name="funding.unblock_won")
def unblock_won(  # noqa: PLR0913  The fields of the event.
    *,
    dispute_id: str,
    payment_id: str,
    reference: str,
    amount_minor: int,
    currency: str,
    at: str,
    now: datetime,
) -> None:
    services.hear(
        kind=Reversal.Kind.DISPUTE,
        key=dispute_id,
        payment_id=UUID(payment_id),
        reference=reference,
        amount=Money(amount_minor, currency),
        stage=Reversal.State.RETURNED,
        at=datetime.fromisoformat(at),
        now=now,
    )


@listener(name="funding.take_back_lost")
def take_back_lost(  # noqa: PLR0913  The fields of the event.
    *,
    dispute_id: str,
    payment_id: str,
    reference: str,
    amount_minor: int,
    currency: str,
    at: str,
    now: datetime,
) -> None:
    services.hear(
        kind=Reversal.Kind.DISPUTE,
        key=dispute_id,
        payment_id=UUID(payment_id),
        reference=reference,
        amount=Money(amount_minor, currency),
        stage=Reversal.State.TAKEN,
        at=datetime.fromisoformat(at),
        now=now,
    )


@shared_task(name="funding.expire_contributions", acks_late=True)
def expire_contributions() -> int:
    return services.expire_contributions(now=timezone.now())


@shared_task(name="funding.close_ended_campaigns", acks_late=True)
def close_ended_campaigns() -> int:
    return services.close_ended_campaigns(now=timezone.now())
