from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from payments import selectors, settlement
from payments.gateway.base import Charge, ChargeStatus, ProviderCharge
from payments.money import Money
from payments.selectors import NeedingAPerson
from tests.make import payments as make_payments

CHARGED = datetime(2030, 1, 1, 12, 5, tzinfo=UTC)


def received(reference: str, amount: Money, fee: Money, *, minutes: int) -> None:
    payment = make_payments.payment(reference=reference)
    charged_at = CHARGED + timedelta(minutes=minutes)
    charge = Charge(key=f"ch_{reference}", amount=amount, fee=fee, charged_at=charged_at)
    page = ProviderCharge(str(payment.pk), f"cs_{reference}", ChargeStatus.PAID, charge)
    settlement.settle(payment_id=payment.pk, charge=page, now=charged_at)


@pytest.mark.django_db
def test_nobody_is_needed_for_what_was_paid_as_asked() -> None:
    received("gift-1", Money(100_00, "EUR"), Money(1_75, "EUR"), minutes=0)
    make_payments.payment(reference="gift-2")

    assert selectors.needing_a_person() == NeedingAPerson(
        count=0,
        oldest=None,
        by_difference={"amount": 0, "currency": 0, "fee_currency": 0, "surplus": 0},
    )


@pytest.mark.django_db
def test_every_difference_is_counted_and_the_oldest_known() -> None:
    received("gift-1", Money(99_00, "EUR"), Money(1_75, "EUR"), minutes=9)
    received("gift-2", Money(100_00, "EUR"), Money(1_60, "GBP"), minutes=4)
    received("gift-3", Money(98_00, "EUR"), Money(1_75, "EUR"), minutes=6)

    assert selectors.needing_a_person() == NeedingAPerson(
        count=3,
        oldest=CHARGED + timedelta(minutes=4),
        by_difference={"amount": 2, "currency": 0, "fee_currency": 1, "surplus": 0},
    )
