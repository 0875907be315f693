"""Money that arrived is booked and announced once."""

from __future__ import annotations

from unittest import mock

import pytest
from django.db import DatabaseError, transaction

from payments import settlement
from payments.gateway.base import ChargeStatus
from payments.ledger import selectors as ledger
from payments.ledger.models import Entry
from payments.models import EventDelivery, Payment
from payments.money import Money
from tests.payments.settlement.charges import (
    BOOKS,
    CHARGED,
    LATER,
    announced,
    opened,
    paid,
    rows,
    unpaid,
)

pytestmark = pytest.mark.usefixtures("_heard_by_a_test")
S = Payment.State


@pytest.mark.django_db
def test_money_that_arrived_is_booked_and_announced() -> None:
    payment = opened()

    settlement.settle(payment_id=payment.pk, charge=paid(payment), now=LATER)

    payment.refresh_from_db()
    assert (payment.state, payment.settled_at, payment.due_at) == (S.SETTLED, CHARGED, None)
    assert rows() == BOOKS
    assert list(Entry.objects.order_by("kind").values_list("kind", "idempotency_key")) == [
        ("charge", "ch_1:charge"),
        ("processor_fee", "ch_1:processor_fee"),
    ]
    assert announced() == [
        (
            "PaymentSettled",
            {
                "payment_id": str(payment.pk),
                "reference": "gift-1",
                "amount_minor": 100_00,
                "currency": "EUR",
                "fee_minor": 1_75,
                "settled_at": "2030-01-01T12:04:59+00:00",
            },
        )
    ]
    assert ledger.verify() == []


@pytest.mark.django_db
@pytest.mark.promise("M3")
def test_settling_again_changes_nothing() -> None:
    payment = opened()

    for _ in range(4):
        settlement.settle(payment_id=payment.pk, charge=paid(payment), now=LATER)

    assert rows() == BOOKS
    assert len(announced()) == 1
    assert list(payment.moves.values_list("to_state", flat=True)) == [S.CREATED, S.OPEN, S.SETTLED]


@pytest.mark.django_db
def test_a_charge_without_a_fee_has_one_entry() -> None:
    payment = opened()

    settlement.settle(payment_id=payment.pk, charge=paid(payment, fee=Money(0, "EUR")), now=LATER)

    assert Entry.objects.get().kind == "charge"
    assert EventDelivery.objects.get().payload["fee_minor"] == 0


@pytest.mark.django_db
@pytest.mark.promise("M3")
@pytest.mark.parametrize(
    "order",
    [
        [ChargeStatus.PROCESSING, ChargeStatus.PAID],
        [ChargeStatus.PAID, ChargeStatus.PROCESSING],
        [ChargeStatus.PAID, ChargeStatus.OPEN, ChargeStatus.EXPIRED],
        [ChargeStatus.FAILED, ChargeStatus.PAID, ChargeStatus.FAILED],
        [ChargeStatus.EXPIRED, ChargeStatus.PROCESSING, ChargeStatus.PAID],
    ],
)
def test_in_any_order_the_books_are_the_same(order: list[ChargeStatus]) -> None:
    payment = opened()

    for status in order:
        said = paid(payment) if status is ChargeStatus.PAID else unpaid(payment, status)
        settlement.settle(payment_id=payment.pk, charge=said, now=LATER)

    payment.refresh_from_db()
    assert payment.state == S.SETTLED
    assert rows() == BOOKS
    assert [name for name, _ in announced()].count("PaymentSettled") == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "state"), [(ChargeStatus.FAILED, S.FAILED), (ChargeStatus.EXPIRED, S.EXPIRED)]
)
def test_a_payment_that_came_to_nothing_is_announced_once(status: ChargeStatus, state: str) -> None:
    payment = opened()

    for _ in range(2):
        settlement.settle(payment_id=payment.pk, charge=unpaid(payment, status), now=LATER)

    payment.refresh_from_db()
    assert (payment.state, payment.due_at) == (state, None)
    assert announced() == [
        (
            "PaymentFailed",
            {"payment_id": str(payment.pk), "reference": "gift-1", "reason": state},
        )
    ]
    assert rows() == []


@pytest.mark.django_db
def test_an_open_page_says_nothing_yet() -> None:
    payment = opened()

    settlement.settle(payment_id=payment.pk, charge=unpaid(payment, ChargeStatus.OPEN), now=LATER)

    payment.refresh_from_db()
    assert payment.state == S.OPEN
    assert announced() == []


@pytest.mark.django_db
def test_if_the_books_refuse_the_payment_stays_open() -> None:
    payment = opened()

    with (
        mock.patch("payments.ledger.services.post", side_effect=DatabaseError),
        pytest.raises(DatabaseError),
        transaction.atomic(),
    ):
        settlement.settle(payment_id=payment.pk, charge=paid(payment), now=LATER)

    payment.refresh_from_db()
    assert payment.state == S.OPEN
    assert announced() == []
