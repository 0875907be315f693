from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from payments.payouts import services


@shared_task(name="payouts.submit_due", acks_late=True)
def submit_due() -> int:
    return services.submit_due(now=timezone.now())


@shared_task(name="payouts.carry_on_due", acks_late=True)
def carry_on_due() -> int:
    return services.carry_on_due(now=timezone.now())


@shared_task(name="payouts.carry_on", acks_late=True)
def carry_on(*, payout_id: str) -> None:
    services.carry_on(payout_id=UUID(payout_id), now=timezone.now())


@shared_task(name="payouts.look_at_accounts", acks_late=True)
def look_at_accounts() -> int:
    return services.look_at_accounts(now=timezone.now())


@shared_task(name="payouts.look_at_account", acks_late=True)
def look_at_account(*, account_id: str) -> None:
    services.ask_about_account(account_id=UUID(account_id), now=timezone.now())
