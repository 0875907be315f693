"""Banks that take days: money that comes late is booked once, whatever was thought of it before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from payments import settlement
from payments.models import Payment
from tests.make.payments import NOON
from tests.payments.settlement.charges import BOOKS, announced, rows
from tests.payments.settlement.provider import forward, paid_page

if TYPE_CHECKING:
    from payments.sandbox.server import Running
    from tests.payments.checkout.provider import Clock

pytestmark = pytest.mark.usefixtures("_heard_by_a_test")
S = Payment.State
SUCCEEDS_LATE, FAILS_LATE = "4000000000001000", "4000000000001018"


@pytest.mark.django_db
@pytest.mark.promise("M8")
@pytest.mark.parametrize("thought", [S.PROCESSING, S.FAILED, S.EXPIRED])
def test_money_that_comes_five_days_later_is_booked_once(
    moving: Running, clock: Clock, thought: str
) -> None:
    payment = paid_page(card=SUCCEEDS_LATE)
    Payment.objects.update(state=thought)
    settlement.ask_about_payment(payment_id=payment.pk, now=NOON)
    payment.refresh_from_db()
    assert (payment.state, rows()) == (thought, [])

    now = forward(moving, clock, days=5)
    for _ in range(2):
        settlement.ask_about_payment(payment_id=payment.pk, now=now)

    payment.refresh_from_db()
    assert payment.state == S.SETTLED
    assert rows() == BOOKS
    assert [name for name, _ in announced()] == ["PaymentSettled"]


@pytest.mark.django_db
def test_a_bank_that_refuses_five_days_later_is_told_once(moving: Running, clock: Clock) -> None:
    payment = paid_page(card=FAILS_LATE)
    settlement.ask_about_payment(payment_id=payment.pk, now=NOON)

    now = forward(moving, clock, days=5)
    for _ in range(2):
        settlement.ask_about_payment(payment_id=payment.pk, now=now)

    payment.refresh_from_db()
    assert (payment.state, rows()) == (S.FAILED, [])
    assert [name for name, _ in announced()] == ["PaymentFailed"]


@pytest.mark.django_db
@pytest.mark.promise("M5")
@pytest.mark.promise("M8")
def test_late_money_beside_a_second_payment_is_surplus_and_waits_for_a_person(
    moving: Running, clock: Clock
) -> None:
    late = paid_page(card=SUCCEEDS_LATE)
    Payment.objects.update(state=S.FAILED)
    second = paid_page()
    settlement.ask_about_payment(payment_id=second.pk, now=NOON)

    now = forward(moving, clock, days=5)
    for _ in range(2):
        settlement.ask_about_payment(payment_id=late.pk, now=now)

    late.refresh_from_db()
    assert (late.state, late.difference) == (S.DIFFERS, "surplus")
    assert announced()[-1] == (
        "ExceptionFound",
        {
            "kind": "surplus",
            "provider_key": late.charge_key,
            "reference": "gift-1",
            "ours_minor": None,
            "theirs_minor": 100_00,
            "currency": "EUR",
        },
    )
    assert [name for name, _ in announced()].count("ExceptionFound") == 1
