"""A payment begins once, however often and from however many tabs it is asked for."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Event, Thread
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from django.db import connection, transaction

from marketplace import database
from payments import beginning, checkout, gateway, moves
from payments.models import Payment, PaymentMove
from payments.money import Money
from tests.make import payments as make_payments
from tests.make.payments import NOON
from tests.payments.checkout.provider import states

if TYPE_CHECKING:
    from collections.abc import Iterator


S = Payment.State


@pytest.mark.django_db
def test_a_payment_waits_for_its_page_and_asks_nobody() -> None:
    with mock.patch.object(gateway, "provider") as asked:
        payment = make_payments.payment(reference="gift-1")

    payment.refresh_from_db()
    asked.assert_not_called()
    assert payment.state == S.CREATED
    assert payment.amount == Money(100_00, "EUR")
    assert states(payment) == [S.CREATED]


@pytest.mark.django_db
@pytest.mark.promise("M5")
def test_beginning_again_returns_the_payment_under_way() -> None:
    first = make_payments.payment(reference="gift-1")

    again = make_payments.payment(reference="gift-1", now=NOON + timedelta(minutes=5))

    assert again == first
    assert Payment.objects.count() == 1
    assert PaymentMove.objects.count() == 1


@pytest.mark.django_db
def test_another_amount_waits_until_the_first_is_over() -> None:
    first = make_payments.payment(reference="gift-1")

    with pytest.raises(checkout.OtherPaymentUnderWay):
        make_payments.payment(reference="gift-1", amount_minor=200_00)
    with pytest.raises(checkout.OtherPaymentUnderWay):
        make_payments.payment(reference="gift-1", currency="USD")

    assert Payment.objects.get() == first


@pytest.mark.django_db
def test_after_a_failed_payment_another_may_begin() -> None:
    first = make_payments.payment(reference="gift-1")
    Payment.objects.update(state=S.FAILED)

    second = make_payments.payment(reference="gift-1", amount_minor=200_00)

    assert second != first
    assert second.amount == Money(200_00, "EUR")


@pytest.mark.django_db
@pytest.mark.promise("M11")
@pytest.mark.parametrize(
    ("amount_minor", "currency"),
    [(49, "EUR"), (0, "EUR"), (-100, "EUR"), (49, "JPY"), (1_001, "KWD"), (100_00, "IRR")],
)
def test_an_amount_that_cannot_be_charged_is_refused(amount_minor: int, currency: str) -> None:
    with pytest.raises((checkout.AmountNotChargeable, ValueError)):
        make_payments.payment(amount_minor=amount_minor, currency=currency)

    assert not Payment.objects.exists()


def press_in_tabs(count: int) -> list[Payment]:
    """Press the button of one gift in so many tabs at once; return what each was given."""
    together = Barrier(count)
    begun: list[Payment] = []

    def press() -> None:
        together.wait(timeout=30)
        try:
            begun.append(make_payments.payment(reference="gift-1"))
        finally:
            connection.close()

    tabs = [Thread(target=press) for _ in range(count)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join(timeout=60)
    return begun


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("M5")
def test_twenty_tabs_at_once_begin_one_payment() -> None:
    begun = press_in_tabs(20)

    assert len(begun) == 20
    assert {payment.pk for payment in begun} == {Payment.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_control_without_the_constraint_tabs_begin_payments_of_their_own() -> None:
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute("DROP INDEX payment_one_live_per_reference")
    both_wrote, both_read = Barrier(2), Barrier(2)
    note = PaymentMove.save

    def note_when_both_have_read(move: PaymentMove, *, force_insert: bool, using: str) -> None:
        both_read.wait(timeout=30)
        note(move, force_insert=force_insert, using=using)

    with (
        mock.patch.object(
            beginning, "check_unpaid", side_effect=lambda _: both_wrote.wait(timeout=30)
        ),
        mock.patch.object(PaymentMove, "save", note_when_both_have_read),
    ):
        begun = press_in_tabs(2)

    assert len({payment.pk for payment in begun}) == 2
    assert Payment.objects.count() == 2


@contextmanager
def while_others_end(*, times: int = 1) -> Iterator[None]:
    """Let what stands in the way of a payment end after the insert that found it in the way."""
    lock_all, left = moves.lock_all, [times]

    def ended_meanwhile(reference: str) -> list[Payment]:
        in_the_way = Payment.objects.live().filter(reference=reference).get()
        if left[0]:
            left[0] -= 1
            in_the_way.due_at = None
            moves.move(in_the_way, S.FAILED, cause="provider", now=NOON)
        return lock_all(reference)

    with mock.patch.object(moves, "lock_all", ended_meanwhile):
        yield


@pytest.mark.django_db
@pytest.mark.promise("M5")
def test_when_the_other_payment_ends_just_then_a_new_one_begins() -> None:
    first = make_payments.payment(reference="gift-1")

    with while_others_end():
        second = make_payments.payment(reference="gift-1")

    assert second != first
    assert list(Payment.objects.live()) == [second]
    assert states(second) == [S.CREATED]


@pytest.mark.django_db
def test_when_one_payment_after_another_ends_just_then_the_person_is_told_to_wait() -> None:
    make_payments.payment(reference="gift-1")

    with while_others_end(times=2), pytest.raises(checkout.OtherPaymentUnderWay):
        make_payments.payment(reference="gift-1")


@pytest.mark.django_db(transaction=True)
def test_nobody_can_end_the_payment_that_a_repeat_is_given() -> None:
    first = make_payments.payment(reference="gift-1")
    ended = Event()

    def end() -> None:
        with transaction.atomic():
            payment = moves.lock(first.pk)
            payment.due_at = None
            moves.move(payment, S.FAILED, cause="provider", now=NOON)
        ended.set()
        connection.close()

    ending = Thread(target=end)
    with transaction.atomic():
        again = make_payments.payment(reference="gift-1")
        ending.start()
        assert not ended.wait(timeout=0.5)
    ending.join(timeout=30)

    assert again == first
    assert ended.is_set()
