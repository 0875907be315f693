"""Money later, on the same day: cards are saved and charged, owners are paid; we hear no ends."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from payments import queue
from payments.gateway.base import ProviderError
from payments.mandates import services as mandates
from payments.money import Money
from payments.payouts import services as payouts
from payments.sandbox.background import do_due
from tests.make import payouts as make_payouts
from tests.payments.browser import SUCCEEDS, pay
from tests.payments.mandates import caller

if TYPE_CHECKING:
    from pytest_django import Settings

    from payments.sandbox.server import Running
    from tests.payments.checkout.provider import Clock

CARDS = (SUCCEEDS, caller.DECLINED_LATER, caller.ALWAYS_ASKS)
ARRIVAL_SECONDS = 5  # From a transfer to a payout, and from there to the bank.


def happen(provider: Running, clock: Clock, settings: Settings, *, cards: int) -> None:
    """Save cards and charge two thirds of them; send two payouts, of which one cannot arrive."""
    for number in range(cards):
        _save(number, settings, provider, is_charged=number % 3 > 0)
    make_payouts.top_up(provider)
    make_payouts.escrow()
    _pay_out(make_payouts.IBAN, "arrives")
    _pay_out(make_payouts.CLOSED, "comes-back")
    for _ in range(2):
        clock.now += timedelta(seconds=ARRIVAL_SECONDS)
        do_due(provider.world)


def _save(number: int, settings: Settings, provider: Running, *, is_charged: bool) -> None:
    """Save a card of which we hear only where it is charged, and then not how that went."""
    now, card = timezone.now(), CARDS[number // 3 % len(CARDS)]
    mandate = caller.begun(reference=f"later-{number}", now=now)
    answer = pay(mandates.open_page(mandate_id=mandate.pk, now=now), card=card)
    if "/c/approve/" in answer.headers["Location"]:
        caller.answer_bank(answer.headers["Location"], "approve")
    if not is_charged:
        return
    mandate.refresh_from_db()
    mandates.look_at(object_key=mandate.page_key, now=now)
    with queue.asleep():
        payment = mandates.charge(mandate_id=mandate.pk, amount=Money(100_00, "EUR"), now=now)
    with caller.answers_lost(provider, settings), suppress(ProviderError):
        mandates.try_charge(payment_id=payment.pk, now=now)


def _pay_out(number: str, owner_ref: str) -> None:
    now = timezone.now()
    known_since = now - timedelta(hours=80)
    make_payouts.stripe_account(number=number, owner_ref=owner_ref, now=known_since)
    asked = payouts.request_payout(
        owner_ref=owner_ref,
        source_ref=make_payouts.CAMPAIGN,
        amount=Money(250_00, "EUR"),
        reference=f"stage-{owner_ref}",
        requested_by="asha",
        now=now,
    )
    with queue.asleep():
        payouts.approve(payout_id=asked.pk, by="otieno", now=now)
        payouts.submit_due(now=now)
    payouts.carry_on(payout_id=asked.pk, now=now)
