"""Gifts, refunds, disputes and payouts that are real at the sandbox, and runs over them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from payments.payouts import services as payouts
from payments.reconciliation import selectors, services
from payments.reconciliation.models import QueuedException
from tests.make import payouts as make_payouts
from tests.payments.browser import pay
from tests.payments.webhooks.books import opened

if TYPE_CHECKING:
    from payments.models import Payment
    from payments.payouts.models import Payout
    from payments.reconciliation.comparing import Difference


def reconciled() -> list[Difference]:
    return list(services.reconcile(since=selectors.BEGINNING, now=timezone.now()).differences)


def queued() -> list[tuple[str, str]]:
    return sorted(QueuedException.objects.open().values_list("kind", "provider_key"))


def paid(reference: str = "gift-1") -> Payment:
    """Return a payment that is paid at the provider, booked here and agreed upon by both."""
    payment = opened(reference)
    pay(payment.page_url)
    assert reconciled() == []
    payment.refresh_from_db()
    return payment


def sent() -> Payout:
    """Return a payout that has left our balance, which must hold enough, for an owner's account."""
    now = timezone.now()
    make_payouts.stripe_account(now=now - timedelta(hours=80))
    make_payouts.escrow()
    payout = make_payouts.approved(now=now)
    assert payouts.submit_due(now=now) == 1
    payouts.carry_on(payout_id=payout.pk, now=now)
    payout.refresh_from_db()
    assert payout.transfer_key
    return payout
