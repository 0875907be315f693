from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from payments import checkout, events, settlement


@shared_task(name="payments.redeliver", acks_late=True)
def redeliver() -> int:
    return events.redeliver(now=timezone.now())


@shared_task(name="payments.resolve_unanswered", acks_late=True)
def resolve_unanswered() -> int:
    return checkout.resolve_unanswered(now=timezone.now())


@shared_task(name="payments.finish_unanswered", acks_late=True)
def finish_unanswered(*, payment_id: str) -> None:
    checkout.finish_unanswered(payment_id=UUID(payment_id), now=timezone.now())


@shared_task(name="payments.ask_provider", acks_late=True)
def ask_provider() -> int:
    return settlement.ask_provider(now=timezone.now())


@shared_task(name="payments.finish_hold", acks_late=True)
def finish_hold(*, payment_id: str) -> None:
    settlement.finish_hold(payment_id=UUID(payment_id), now=timezone.now())


@shared_task(name="payments.ask_about_payment", acks_late=True)
def ask_about_payment(*, payment_id: str) -> None:
    settlement.ask_about_payment(payment_id=UUID(payment_id), now=timezone.now())
