"""Many at once on one payment. Each race has its control: the same race without the guard."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from marketplace import database
from payments import moves
from payments.models import Payment
from payments.refunds import services
from payments.refunds.models import Refund
from tests.crowd import at_once
from tests.payments.refunds import books

if TYPE_CHECKING:
    from uuid import UUID

    from payments.sandbox.server import Running

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.promise("M10")]
CROWD = 20


def crowd_asks(payment: Payment, minor: int) -> int:
    """Let everybody ask for as much at once; return how many were not refused."""

    def one(number: int) -> bool:
        try:
            books.request(payment, minor, key=f"person-{number}")
        except (services.RefundRefused, DatabaseError):
            return False
        return True

    return sum(at_once(one, range(CROWD)))


def lock_nothing(payment_id: UUID) -> Payment:
    return Payment.objects.get(pk=payment_id)


def total() -> int:
    return sum(Refund.objects.values_list("amount_minor", flat=True))


def test_twenty_at_once_get_back_exactly_what_was_captured(provider: Running) -> None:
    payment = books.settled()

    taken = crowd_asks(payment, 15_00)
    for refund in Refund.objects.all():
        services.ask(refund_id=refund.pk, now=timezone.now())

    assert (taken, total()) == (6, 90_00)
    assert sum(made["amount"] for made in books.at_provider(provider)) == 90_00
    assert books.books() == books.after(90_00)


@pytest.mark.usefixtures("provider")
def test_without_the_lock_the_database_still_gives_back_no_more() -> None:
    payment = books.settled()

    with (
        mock.patch.object(moves, "lock", lock_nothing),
        mock.patch.object(services, "_check"),
    ):
        taken = crowd_asks(payment, 15_00)

    assert (taken, total()) == (6, 90_00)


@pytest.mark.usefixtures("provider")
def test_the_control_without_lock_and_trigger_more_is_promised_than_was_captured() -> None:
    payment = books.settled()
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE refunds_refund DISABLE TRIGGER refund_within_captured_when_made"
        )

    with (
        mock.patch.object(moves, "lock", lock_nothing),
        mock.patch.object(services, "_check"),
    ):
        taken = crowd_asks(payment, 15_00)

    assert (taken, total()) == (CROWD, 300_00)


@pytest.mark.promise("M6")
def test_twenty_workers_on_one_refund_make_one(provider: Running) -> None:
    refund = books.request(books.settled(), 30_00)

    at_once(lambda _: services.ask(refund_id=refund.pk, now=timezone.now()), range(CROWD))

    assert len(books.at_provider(provider)) == 1
    assert books.books() == books.after(30_00)
    assert books.heard() == ["PaymentRefunded"]


@pytest.mark.promise("M3")
def test_twenty_workers_on_the_events_of_one_refund_book_once(provider: Running) -> None:
    payment = books.settled()
    key = books.by_hand(provider, payment.charge_key, 30_00)

    at_once(lambda _: services.look_at(object_key=key, now=timezone.now()), range(CROWD))

    assert Refund.objects.get().amount_minor == 30_00
    assert books.books() == books.after(30_00)
    assert sorted(books.heard()) == ["ExceptionFound", "PaymentRefunded"]
