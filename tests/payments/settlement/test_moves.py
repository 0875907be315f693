"""A payment moves only where a way leads, also when two workers settle it at once."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from django.db import DatabaseError, connection, transaction

from payments import moves, settlement
from payments.models import Payment
from payments.money import Money
from tests.make import payments as make_payments
from tests.make.payments import NOON
from tests.payments.settlement.charges import BOOKS, LATER, announced, opened, paid, rows

if TYPE_CHECKING:
    from collections.abc import Callable


pytestmark = pytest.mark.usefixtures("_heard_by_a_test")
S = Payment.State


@pytest.mark.django_db
def test_the_database_keeps_a_settled_payment_settled() -> None:
    payment = opened()
    settlement.settle(payment_id=payment.pk, charge=paid(payment), now=LATER)

    for statement in (
        "UPDATE payments_payment SET state = 'open'",
        "DELETE FROM payments_payment",
    ):
        with (
            pytest.raises(DatabaseError, match="stays settled"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    payment.refresh_from_db()
    assert payment.state == S.SETTLED


@pytest.mark.django_db
@pytest.mark.promise("M10")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE payments_payment SET amount_minor = 200_00",
        "UPDATE payments_payment SET received_minor = 200_00",
        "UPDATE payments_payment SET received_minor = 200_00, amount_minor = 200_00",
        "UPDATE payments_payment SET received_currency = 'USD'",
        "UPDATE payments_payment SET fee_minor = 0",
        "UPDATE payments_payment SET charge_key = 'ch_other'",
        "UPDATE payments_payment SET settled_at = now()",
        "UPDATE payments_payment SET reference = 'gift-2'",
        "UPDATE payments_payment SET state = 'failed', received_minor = NULL, charge_key = ''",
        "DELETE FROM payments_payment",
    ],
)
@pytest.mark.parametrize("amount_minor", [100_00, 99_00], ids=["settled", "differs"])
def test_the_database_keeps_what_a_payment_asked_for_and_brought(
    amount_minor: int, change: str
) -> None:
    payment = opened()
    charge = paid(payment, amount=Money(amount_minor, "EUR"))
    settlement.settle(payment_id=payment.pk, charge=charge, now=LATER)

    with (
        pytest.raises(DatabaseError, match=r"never changed|stays settled"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)

    payment.refresh_from_db()
    assert (payment.amount_minor, payment.received_minor) == (100_00, amount_minor)


@pytest.mark.django_db
def test_the_database_keeps_what_the_provider_is_being_asked_for() -> None:
    opened()

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Payment.objects.update(amount_minor=1_00)

    assert Payment.objects.get().amount_minor == 100_00


NO_WAY = [(start, end) for start in S for end in S if end not in moves.ALLOWED[start]]


@pytest.mark.django_db
def test_a_payment_moves_only_where_a_way_leads() -> None:
    payment = make_payments.payment()

    for start, end in NO_WAY:
        payment.state = start
        with pytest.raises(moves.MoveRefused):
            moves.move(payment, end, cause="test", now=NOON)

    payment.refresh_from_db()
    assert len(NO_WAY) == 38
    assert payment.state == S.CREATED
    assert payment.moves.count() == 1


def settle_at_once(payment: Payment) -> None:
    """Settle one payment in two threads that start together."""
    together = Barrier(2)

    def work() -> None:
        together.wait(timeout=10)
        try:
            settlement.settle(payment_id=payment.pk, charge=paid(payment), now=LATER)
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=30)


def both_read_before_either_writes(after: Callable[..., Payment]) -> Callable[..., Payment]:
    """Return the reading of a payment with a wait, so that two threads have both read."""
    together = Barrier(2)

    def read(payment_id: object) -> Payment:
        payment = after(payment_id)
        together.wait(timeout=10)
        return payment

    return read


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("M3")
def test_two_workers_at_once_settle_once() -> None:
    settle_at_once(opened())

    assert rows() == BOOKS
    assert [name for name, _ in announced()] == ["PaymentSettled"]


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_two_workers_announce_twice() -> None:
    payment = opened()
    unlocked = both_read_before_either_writes(lambda key: Payment.objects.get(pk=key))

    with mock.patch.object(moves, "lock", unlocked):
        settle_at_once(payment)

    assert len(announced()) == 2
