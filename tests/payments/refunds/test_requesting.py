"""What can be asked back, and what is asked of the provider."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from unittest import mock
from uuid import uuid4

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone

from payments import gateway
from payments.gateway.stripe.client import client
from payments.gateway.stripe.refunds import StripeRefunds
from payments.money import Money
from payments.refunds import services
from payments.refunds.models import Refund
from payments.refunds.selectors import refundable
from tests.make import payments as make_payments
from tests.payments.refunds import books

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from payments.gateway.refunds import ProviderRefund, RefundRequest
    from payments.sandbox.server import Running

S = Refund.State
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("provider")]


def test_a_request_is_written_down_and_wakes_the_worker(
    provider: Running, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    payment = books.settled()
    now = timezone.now()

    with (
        mock.patch.object(current_app, "send_task") as send,
        django_capture_on_commit_callbacks(execute=True),
    ):
        refund = books.request(payment, 30_00, now=now)

    assert (refund.state, refund.amount, refund.provider_key) == (
        S.CREATED,
        Money(30_00, "EUR"),
        "",
    )
    assert (refund.requested_by, refund.due_at) == ("officer", now + timedelta(minutes=1))
    send.assert_called_once_with("refunds.ask", kwargs={"refund_id": str(refund.pk)})
    assert books.at_provider(provider) == []
    assert books.books() == books.PAID
    assert refundable(payment) == Money(70_00, "EUR")


@pytest.mark.promise("M6")
def test_a_refund_is_made_booked_and_announced_once(provider: Running) -> None:
    payment = books.settled()

    refund = books.refunded(payment, 30_00)
    services.ask(refund_id=refund.pk, now=timezone.now())

    (made,) = books.at_provider(provider)
    assert (made["id"], made["amount"]) == (refund.provider_key, 30_00)
    assert made["metadata"] == {"weft_payment": str(refund.pk)}
    assert refund.state == S.SUCCEEDED
    assert books.books() == books.after(30_00)
    assert refund.refunded_at is not None
    assert books.told("PaymentRefunded") == [
        (
            "PaymentRefunded",
            {
                "refund_id": str(refund.pk),
                "payment_id": str(payment.pk),
                "reference": "gift-1",
                "amount_minor": 30_00,
                "currency": "EUR",
                "refunded_at": refund.refunded_at.isoformat(),
            },
        )
    ]
    assert books.heard() == ["PaymentRefunded"]


def test_a_repeated_request_returns_the_first(provider: Running) -> None:
    payment = books.settled()

    first = books.refunded(payment, 60_00)

    assert books.request(payment, 60_00) == first
    assert Refund.objects.count() == len(books.at_provider(provider)) == 1


def test_a_key_stands_for_one_amount_of_one_payment() -> None:
    payment, other = books.settled(), books.settled(reference="gift-2")
    books.request(payment, 30_00)

    for wrong in ((payment, 30_01), (other, 30_00)):
        with pytest.raises(services.KeyForAnotherRefund):
            books.request(*wrong)

    assert Refund.objects.get().amount_minor == 30_00


@pytest.mark.promise("M10")
@pytest.mark.parametrize(
    ("amount", "refusal"),
    [
        (Money(70_01, "EUR"), services.MoreThanCaptured),
        (Money(0, "EUR"), services.MoreThanCaptured),
        (Money(-1, "EUR"), services.MoreThanCaptured),
        (Money(10_00, "USD"), services.OtherCurrency),
    ],
)
def test_what_cannot_be_given_back_is_refused(
    amount: Money, refusal: type[services.RefundRefused]
) -> None:
    payment = books.settled()
    books.request(payment, 30_00)

    with pytest.raises(refusal):
        books.request(payment, key="ask-2", amount=amount)

    assert Refund.objects.count() == 1


def test_parts_smaller_than_the_provider_moves_are_refused() -> None:
    payment = books.settled(amount_minor=50_000, currency="TND")

    with pytest.raises(services.TooFinelyDivided):
        books.request(payment, 10_005)

    assert books.refunded(payment, 10_010).state == S.SUCCEEDED


def test_a_payment_that_brought_nothing_has_nothing_to_give_back() -> None:
    payment = make_payments.payment()

    with pytest.raises(services.NothingToRefund):
        books.request(payment)

    assert refundable(payment) == Money(0, "EUR")


def test_what_was_given_back_wholly_has_nothing_left() -> None:
    payment = books.settled()
    books.refunded(payment, 100_00)

    with pytest.raises(services.NothingToRefund):
        books.request(payment, 1, key="ask-2")

    assert books.books() == books.after(100_00)


@pytest.mark.django_db(transaction=True)
def test_the_provider_is_asked_outside_any_transaction(provider: Running) -> None:
    refund = books.request(books.settled())
    asked = []

    class Watching(StripeRefunds):
        def refund(self, request: RefundRequest) -> ProviderRefund:
            asked.append(connection.in_atomic_block)
            return super().refund(request)

    watching = Watching(client(api_key="sk_test_1", api_base=provider.url))
    with mock.patch.object(gateway, "refunds", return_value=watching):
        services.ask(refund_id=refund.pk, now=timezone.now())

    assert asked == [False]


def test_what_the_provider_refuses_has_failed_and_leaves_the_money(provider: Running) -> None:
    payment = books.settled()
    books.control(provider, "disputes", charge=payment.charge_key)

    refund = books.refunded(payment, 30_00)

    assert (refund.state, refund.provider_key) == (S.FAILED, "")
    assert "charged back" in refund.failure_reason
    assert books.books() == books.PAID
    ((_, told),) = books.told("RefundFailed")
    assert (told["refund_id"], told["amount_minor"]) == (str(refund.pk), 30_00)
    assert refundable(payment) == Money(100_00, "EUR")


def test_an_unknown_refund_is_an_error() -> None:
    with pytest.raises(Refund.DoesNotExist):
        services.ask(refund_id=uuid4(), now=timezone.now())
