"""Payments at a sandbox whose clock a test moves."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from payments import checkout
from payments.money import Money
from payments.sandbox.background import do_due
from tests.make.payments import NOON
from tests.payments.browser import SUCCEEDS, pay

if TYPE_CHECKING:
    from datetime import datetime

    from payments.models import Payment
    from payments.sandbox.server import Running
    from tests.payments.checkout.provider import Clock


def paid_page(
    *,
    reference: str = "gift-1",
    hold: bool = False,
    card: str = SUCCEEDS,
    now: datetime = NOON,
) -> Payment:
    """Return a payment on whose page somebody used a card; nobody here has heard of it."""
    payment = checkout.begin(
        reference=reference,
        amount=Money(100_00, "EUR"),
        description="Gift to Solar dryers for Kitui",
        email="amina@example.org",
        language="en",
        success_url="http://testserver/done/",
        cancel_url="http://testserver/pay/",
        now=now,
        hold=hold,
    )
    pay(checkout.open_page(payment_id=payment.pk, now=now), card=card)
    payment.refresh_from_db()
    return payment


def forward(sandbox: Running, clock: Clock, **time: float) -> datetime:
    """Move the provider's clock, let it do what is due by then, and return the time."""
    clock.now += timedelta(**time)
    do_due(sandbox.world)
    return clock.now
