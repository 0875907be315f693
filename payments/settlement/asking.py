"""Asking the provider about payments whose event never came."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from payments import checkout, gateway, queue
from payments.gateway.base import ChargeStatus, ProviderRefused
from payments.models import Payment
from payments.settlement.holding import finish_hold
from payments.settlement.taking import SOON, is_in_vain, settle

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.gateway.base import ProviderCharge

logger = logging.getLogger(__name__)

LATER = timedelta(hours=1)
SOON_ENDS = timedelta(hours=2)
BATCH = 200
ENDED = (Payment.State.FAILED, Payment.State.EXPIRED)
ASKED_ABOUT = (Payment.State.OPEN, Payment.State.PROCESSING, Payment.State.HELD, *ENDED)


@transaction.atomic
def ask_provider(*, now: datetime) -> int:
    """Queue a question about every payment whose event is overdue; return how many."""
    payments = (
        Payment.objects.due(now)
        .filter(state__in=ASKED_ABOUT, collection=Payment.Collection.PAGE)
        .select_for_update(skip_locked=True)[:BATCH]
    )
    for payment in payments:
        waited = now - (payment.opened_at or payment.created_at)
        payment.due_at = now + (SOON if waited < SOON_ENDS else LATER)
        payment.save(update_fields=["due_at"])
        queue.wake_on_commit("payments.ask_about_payment", payment_id=str(payment.pk))
    return len(payments)


def ask_about_payment(*, payment_id: UUID, now: datetime) -> None:
    """Settle a payment from what the provider knows, closing a page that was open too long.

    A payment that was given up without an answer may have a page all the same: it is looked for.
    Call outside any transaction.

    Raises:
        ProviderUnavailable: No answer. The sweeper comes again.
    """
    payment = Payment.objects.get(pk=payment_id)
    if payment.state not in ASKED_ABOUT:
        return
    if payment.answer and payment.state == Payment.State.HELD:
        finish_hold(payment_id=payment_id, now=now)
        return
    page_key = payment.page_key or _page_never_told_of(payment, now)
    if not page_key:
        return
    charge = gateway.provider().fetch_charge(page_key)
    if charge.status is ChargeStatus.OPEN and _is_over(payment, now):
        charge = _closed(page_key)
    if charge.status is ChargeStatus.HELD and is_in_vain(payment):
        gateway.cards().release(charge.intent_key, idempotency_key=f"{payment.pk}-in-vain")
        charge = gateway.provider().fetch_charge(page_key)
    settle(payment_id=payment_id, charge=charge, now=now)


def _page_never_told_of(payment: Payment, now: datetime) -> str:
    """Look for the page of a payment that was given up, until it could not be paid on any more."""
    page = checkout.find_page(payment)
    if page is not None:
        return page.key
    if now >= checkout.payable_until(payment) + checkout.CLOCKS_APART:
        Payment.objects.filter(pk=payment.pk, state__in=ENDED, page_key="").update(due_at=None)
    return ""


def _closed(page_key: str) -> ProviderCharge:
    provider = gateway.provider()
    try:
        provider.close_page(page_key)
    except ProviderRefused as refusal:  # Somebody paid, or it ended, while we asked.
        logger.info("%s was not open any more: %s", page_key, refusal)
    return provider.fetch_charge(page_key)


def _is_over(payment: Payment, now: datetime) -> bool:
    """Say whether nobody should pay on the page any more: it is old, or the money is there."""
    return now >= checkout.payable_until(payment) or is_in_vain(payment)
