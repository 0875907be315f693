"""A payment moves only where a way leads, also when two workers settle it at once."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from django.db import DatabaseError, connection, transaction

from payments import moves, settlement
from payments.models import Payment
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
