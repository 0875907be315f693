"""Money that is only authorised is taken, given up or lapses, each once."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from celery import current_app
from django.db import DatabaseError, connection, transaction

from payments import checkout, gateway, moves, settlement
from payments.beginning import OtherPaymentUnderWay
from payments.ledger import selectors as ledger
from payments.models import Payment
from payments.money import Money
from tests.make.payments import NOON
from tests.payments.checkout.provider import patience
from tests.payments.line import line_to, nobody
from tests.payments.settlement.charges import BOOKS, announced, rows
from tests.payments.settlement.provider import forward, paid_page

if TYPE_CHECKING:
    from uuid import UUID

    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from payments.sandbox.server import Running
    from tests.payments.checkout.provider import Clock

pytestmark = pytest.mark.usefixtures("_heard_by_a_test")
S = Payment.State
LAPSES = NOON + timedelta(days=7)


def held(reference: str = "gift-1") -> Payment:
    """Return a payment that is authorised, as asking the provider tells."""
    payment = paid_page(reference=reference, hold=True)
    settlement.ask_about_payment(payment_id=payment.pk, now=NOON)
    payment.refresh_from_db()
    assert payment.state == S.HELD
    return payment


def charges(sandbox: Running) -> list[tuple[bool, int]]:
    """Return of every charge at the provider whether it was captured, and how much."""
    return [
        (charge.document["captured"], charge.document["amount_captured"])
        for charge in sandbox.world.store.every("charge")
    ]


@pytest.mark.django_db
def test_an_authorised_payment_is_held_for_seven_days_and_nothing_is_booked(
    moving: Running,
) -> None:
    payment = held()
    settlement.ask_about_payment(payment_id=payment.pk, now=NOON)

    assert payment.held_until == LAPSES
    assert (rows(), charges(moving)) == ([], [(False, 0)])
    assert announced() == [
        (
            "PaymentHeld",
            {
                "payment_id": str(payment.pk),
                "reference": "gift-1",
                "amount_minor": 100_00,
                "currency": "EUR",
                "held_until": "2030-01-08T12:00:00+00:00",
            },
        )
    ]
    with pytest.raises(checkout.PageOver):
        checkout.open_page(payment_id=payment.pk, now=NOON)


@pytest.mark.django_db
def test_a_hold_that_is_captured_is_booked_once(
    moving: Running,
    clock: Clock,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    payment = held()
    now = forward(moving, clock, days=3)

    with mock.patch.object(current_app, "send_task") as send:
        for _ in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                settlement.capture(payment_id=payment.pk, now=now)
    assert charges(moving) == [(False, 0)]
    send.assert_called_once_with("payments.finish_hold", kwargs={"payment_id": str(payment.pk)})
    for _ in range(2):
        settlement.finish_hold(payment_id=payment.pk, now=now)

    payment.refresh_from_db()
    assert (payment.state, payment.settled_at, payment.due_at) == (S.SETTLED, now, None)
    assert rows() == BOOKS
    assert charges(moving) == [(True, 100_00)]
    assert [name for name, _ in announced()] == ["PaymentHeld", "PaymentSettled"]


@pytest.mark.django_db
def test_a_part_of_a_hold_is_what_was_asked_for(moving: Running) -> None:
    payment = held()

    settlement.capture(payment_id=payment.pk, amount=Money(40_00, "EUR"), now=NOON)
    settlement.finish_hold(payment_id=payment.pk, now=NOON)

    payment.refresh_from_db()
    assert (payment.state, payment.received_minor, payment.difference) == (S.SETTLED, 40_00, "")
    assert rows() == [
        ("donor_clearing/gift-1", "EUR", -40_00),
        ("processor_fee/stripe", "EUR", 85),
        ("provider_clearing/stripe", "EUR", 39_15),
    ]
    assert charges(moving) == [(True, 40_00)]


@pytest.mark.django_db
@pytest.mark.parametrize("amount", [Money(100_01, "EUR"), Money(100_00, "USD")])
def test_no_more_is_captured_than_was_authorised(moving: Running, amount: Money) -> None:
    payment = held()

    with pytest.raises(settlement.MoreThanHeld):
        settlement.capture(payment_id=payment.pk, amount=amount, now=NOON)
    with pytest.raises(DatabaseError, match="payment_capture_within_hold"), transaction.atomic():
        Payment.objects.update(answer="capture", answered_at=NOON, capture_minor=100_01)

    payment.refresh_from_db()
    assert (payment.state, payment.answer, charges(moving)) == (S.HELD, "", [(False, 0)])


@pytest.mark.django_db
def test_a_hold_that_is_released_takes_nothing(moving: Running) -> None:
    payment = held()

    for _ in range(2):
        settlement.release(payment_id=payment.pk, now=NOON)
        settlement.finish_hold(payment_id=payment.pk, now=NOON)

    payment.refresh_from_db()
    assert (payment.state, payment.due_at) == (S.EXPIRED, None)
    assert (rows(), charges(moving)) == ([], [(False, 0)])
    (intent,) = moving.world.store.every("payment_intent")
    assert intent.document["status"] == "canceled"
    assert [name for name, _ in announced()] == ["PaymentHeld", "PaymentFailed"]


@pytest.mark.django_db
def test_what_was_decided_about_a_hold_stands(moving: Running) -> None:
    payment = held()
    settlement.release(payment_id=payment.pk, now=NOON)

    with pytest.raises(settlement.HoldRefused, match="Something else has been decided"):
        settlement.capture(payment_id=payment.pk, now=NOON)

    payment.refresh_from_db()
    assert (payment.answer, charges(moving)) == ("release", [(False, 0)])


@pytest.mark.django_db
def test_a_hold_that_nobody_takes_lapses_and_cannot_be_captured(
    moving: Running, clock: Clock
) -> None:
    payment = held()
    forward(moving, clock, days=7)

    settlement.ask_about_payment(payment_id=payment.pk, now=clock.now)

    payment.refresh_from_db()
    assert (payment.state, payment.due_at) == (S.EXPIRED, None)
    with pytest.raises(settlement.HoldRefused, match="Nothing is authorised any more"):
        settlement.capture(payment_id=payment.pk, now=clock.now)
    assert (rows(), charges(moving)) == ([], [(False, 0)])


@pytest.mark.django_db
def test_a_capture_that_comes_after_the_lapse_ends_the_payment(
    moving: Running, clock: Clock
) -> None:
    payment = held()
    settlement.capture(payment_id=payment.pk, now=LAPSES - timedelta(seconds=1))
    forward(moving, clock, days=7)

    settlement.finish_hold(payment_id=payment.pk, now=clock.now)

    payment.refresh_from_db()
    assert (payment.state, rows()) == (S.EXPIRED, [])


@pytest.mark.django_db
@pytest.mark.promise("M6")
def test_a_capture_whose_answer_was_lost_is_made_once(
    moving: Running, clock: Clock, settings: Settings
) -> None:
    payment = held()
    settlement.capture(payment_id=payment.pk, now=NOON)
    with line_to(moving.url) as line, patience(10):
        settings.STRIPE_API_BASE = line.url
        line.reply_bytes = 0
        with pytest.raises(checkout.ProviderUnavailable):
            settlement.finish_hold(payment_id=payment.pk, now=NOON)
    assert charges(moving) == [(True, 100_00)]
    settings.STRIPE_API_BASE = moving.url

    forward(moving, clock, days=2)  # The provider has forgotten the key.
    settlement.finish_hold(payment_id=payment.pk, now=clock.now)

    assert rows() == BOOKS
    assert charges(moving) == [(True, 100_00)]


@pytest.mark.django_db
@pytest.mark.promise("D2")
def test_the_sweeper_does_what_a_lost_wake_up_left_undone(
    moving: Running,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    payment = held()
    settlement.capture(payment_id=payment.pk, now=NOON)
    settings.STRIPE_API_BASE = nobody()
    with pytest.raises(checkout.ProviderUnavailable):
        settlement.finish_hold(payment_id=payment.pk, now=NOON)
    settings.STRIPE_API_BASE = moving.url
    minute = NOON + timedelta(minutes=1)

    with (
        mock.patch.object(current_app, "send_task") as send,
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert settlement.ask_provider(now=minute) == 1
    send.assert_called_once_with(
        "payments.ask_about_payment", kwargs={"payment_id": str(payment.pk)}
    )
    settlement.ask_about_payment(payment_id=payment.pk, now=minute)

    assert rows() == BOOKS


@pytest.mark.django_db
def test_an_authorisation_of_a_payment_that_was_given_up_is_released(moving: Running) -> None:
    payment = paid_page(hold=True)
    Payment.objects.update(state=S.EXPIRED)

    settlement.ask_about_payment(payment_id=payment.pk, now=NOON)

    payment.refresh_from_db()
    (intent,) = moving.world.store.every("payment_intent")
    assert (payment.state, intent.document["status"]) == (S.EXPIRED, "canceled")
    assert (rows(), charges(moving)) == ([], [(False, 0)])


@pytest.mark.django_db
def test_an_authorisation_beside_money_that_came_is_released_at_once(moving: Running) -> None:
    late = paid_page()
    Payment.objects.update(state=S.EXPIRED)
    payment = paid_page(hold=True)
    settlement.ask_about_payment(payment_id=late.pk, now=NOON)
    hold = gateway.provider().fetch_charge(payment.page_key)

    settlement.settle(payment_id=payment.pk, charge=hold, now=NOON)
    payment.refresh_from_db()
    assert (payment.state, payment.due_at) == (S.HELD, NOON)
    settlement.ask_about_payment(payment_id=payment.pk, now=NOON)

    payment.refresh_from_db()
    assert (payment.state, rows()) == (S.EXPIRED, BOOKS)
    assert charges(moving) == [(True, 100_00), (False, 0)]


@pytest.mark.django_db
def test_a_hold_and_a_payment_for_one_reference_are_two_things(moving: Running) -> None:
    held()

    with pytest.raises(OtherPaymentUnderWay):
        paid_page(hold=False)

    assert charges(moving) == [(False, 0)]


def decide_at_once(payment: Payment) -> list[str]:
    """Capture and release one hold in two threads that start together.

    Return who was refused, or whose refusal came only from the database.
    """
    together, refused = Barrier(2), []

    def work(name: str) -> None:
        together.wait(timeout=10)
        try:
            getattr(settlement, name)(payment_id=payment.pk, now=NOON)
        except settlement.HoldRefused:
            refused.append(name)
        except DatabaseError as error:
            refused.append(str(error).partition("\n")[0])
        finally:
            connection.close()

    workers = [Thread(target=work, args=(name,)) for name in ("capture", "release")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=30)
    return refused


@pytest.mark.django_db(transaction=True)
def test_of_a_capture_and_a_release_at_once_one_is_refused(moving: Running) -> None:
    payment = held()

    (refused,) = decide_at_once(payment)
    settlement.finish_hold(payment_id=payment.pk, now=NOON)

    payment.refresh_from_db()
    assert payment.answer == {"capture": "release", "release": "capture"}[refused]
    assert charges(moving) == [(refused == "release", 100_00 if refused == "release" else 0)]
    assert ledger.verify() == []


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_only_the_database_keeps_what_was_decided(moving: Running) -> None:
    payment = held()
    both_read = Barrier(2)

    def unlocked(payment_id: UUID) -> Payment:
        read = Payment.objects.get(pk=payment_id)
        both_read.wait(timeout=10)
        return read

    with mock.patch.object(moves, "lock", unlocked):
        assert decide_at_once(payment) == ["What a payment asked for and brought is never changed."]
    assert charges(moving) == [(False, 0)]
