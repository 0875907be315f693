"""The steps at which money moves, or is about to: how each begins, and what it leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from payments import checkout, settlement
from payments.ledger import selectors as ledger
from payments.mandates import services as mandates
from payments.models import Payment
from payments.money import Money
from payments.payouts import services as payouts
from payments.refunds import services as refunds
from payments.sandbox.background import do_due
from tests.make import payments as make_payments
from tests.make import payouts as make_payouts
from tests.make.payments import NOON
from tests.payments.browser import pay
from tests.payments.mandates import caller

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from payments.sandbox.server import Running

HUNDRED = Money(100_00, "EUR")


@dataclass(frozen=True, slots=True)
class Step:
    """One call of the provider.

    `begin` brings about everything before it and returns what makes the call, safe to repeat.
    `left` is what is at the provider once it was made: of each kind of object, how many.
    """

    call: str  # How its request begins.
    begin: Callable[[Running], Callable[[datetime], object]]
    left: dict[str, int]
    entries: dict[str, int]  # What it books, each kind once and no more.


def opened() -> Payment:
    payment = make_payments.payment(reference="gift-1", now=NOON)
    checkout.open_page(payment_id=payment.pk, now=NOON)
    payment.refresh_from_db()
    return payment


def settled() -> Payment:
    payment = opened()
    pay(payment.page_url)
    settlement.ask_about_payment(payment_id=payment.pk, now=NOON)
    payment.refresh_from_db()
    assert payment.state == Payment.State.SETTLED
    return payment


def _open_page(_: Running) -> Callable[[datetime], object]:
    payment = make_payments.payment(reference="gift-1", now=NOON)
    return lambda now: checkout.open_page(payment_id=payment.pk, now=now)


def _ask(_: Running) -> Callable[[datetime], object]:
    payment = opened()
    pay(payment.page_url)
    return lambda now: settlement.ask_about_payment(payment_id=payment.pk, now=now)


def _refund(_: Running) -> Callable[[datetime], object]:
    refund = refunds.request(
        payment_id=settled().pk,
        amount=Money(30_00, "EUR"),
        reason="The giver changed their mind.",
        requested_by="officer",
        idempotency_key="ask-1",
        now=NOON,
    )
    return lambda now: refunds.ask(refund_id=refund.pk, now=now)


def _payout(sandbox: Running, *, number: str = make_payouts.IBAN) -> Callable[[datetime], object]:
    make_payouts.top_up(sandbox)
    make_payouts.stripe_account(number=number, now=NOON - timedelta(hours=80))
    make_payouts.escrow(minor=1_000_00)
    payout = make_payouts.approved(minor=600_00, now=NOON)
    assert payouts.submit_due(now=NOON) == 1
    return lambda now: payouts.carry_on(payout_id=payout.pk, now=now)


def _reversal(sandbox: Running) -> Callable[[datetime], object]:
    """Let a bank send a payout back, so that its transfer is to be reversed."""
    carry_on = _payout(sandbox, number=make_payouts.CLOSED)
    carry_on(NOON)
    for _step in ("on its way", "sent back"):
        make_payouts.control(sandbox, "clock", {"forward": 10})
        do_due(sandbox.world)
    carry_on(NOON)
    return carry_on


def _charge_card(_: Running) -> Callable[[datetime], object]:
    mandate = caller.saved(now=NOON)
    payment = mandates.charge(mandate_id=mandate.pk, amount=HUNDRED, now=NOON)
    return lambda now: mandates.try_charge(payment_id=payment.pk, now=now)


def _held() -> Payment:
    payment = checkout.begin(
        reference="gift-1",
        amount=HUNDRED,
        description="Gift to Solar dryers for Kitui",
        email="amina@example.org",
        language="en",
        success_url="http://testserver/en/give/done/",
        cancel_url="http://testserver/en/give/pay/",
        now=NOON,
        hold=True,
    )
    pay(checkout.open_page(payment_id=payment.pk, now=NOON))
    settlement.ask_about_payment(payment_id=payment.pk, now=NOON)
    return payment


def _capture(_: Running) -> Callable[[datetime], object]:
    payment = _held()
    settlement.capture(payment_id=payment.pk, now=NOON)
    return lambda now: settlement.finish_hold(payment_id=payment.pk, now=now)


def _release(_: Running) -> Callable[[datetime], object]:
    payment = _held()
    settlement.release(payment_id=payment.pk, now=NOON)
    return lambda now: settlement.finish_hold(payment_id=payment.pk, now=now)


CHARGED = {"charge": 1, "processor_fee": 1}
STEPS = {
    "page": Step("POST /v1/checkout/sessions ", _open_page, {"checkout.session": 1}, {}),
    "ask": Step("GET /v1/checkout/sessions/", _ask, {"charge": 1}, CHARGED),
    "refund": Step(
        "POST /v1/refunds ", _refund, {"charge": 1, "refund": 1}, CHARGED | {"refund": 1}
    ),
    "card": Step(
        "POST /v1/payment_intents ", _charge_card, {"payment_intent": 1, "charge": 1}, CHARGED
    ),
    "capture": Step("POST /v1/payment_intents/", _capture, {"charge": 1}, CHARGED),
    "release": Step("POST /v1/payment_intents/", _release, {"charge": 1}, {}),
    "transfer": Step("POST /v1/transfers ", _payout, {"transfer": 1, "payout": 1}, {"transfer": 1}),
    "payout": Step("POST /v1/payouts ", _payout, {"transfer": 1, "payout": 1}, {"transfer": 1}),
    "reversal": Step(
        "POST /v1/transfers/",
        _reversal,
        {"transfer": 1, "transfer_reversal": 1, "payout": 1},
        {"transfer": 1, "transfer_reversal": 1},
    ),
}


def at_provider(sandbox: Running, kinds: dict[str, int]) -> dict[str, int]:
    """Return how many objects of these kinds there are."""
    return {kind: len(sandbox.world.store.every(kind)) for kind in kinds}


def books_fit() -> bool:
    return not ledger.verify()
