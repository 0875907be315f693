"""How a refund ends at the provider, sooner or later, and what the books say then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from celery import current_app
from django.utils import timezone

from payments.ledger.models import Entry
from payments.models import Payment
from payments.money import Money
from payments.refunds import services
from payments.refunds.models import Refund
from payments.refunds.selectors import refundable
from tests.payments.refunds import books

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from payments.sandbox.server import Running

S = Refund.State
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
pytestmark = pytest.mark.django_db


def look(refund: Refund) -> None:
    assert services.look_at(object_key=refund.provider_key, now=timezone.now()) is True
    refund.refresh_from_db()


def test_a_refund_that_pends_is_booked_when_it_succeeds(provider: Running) -> None:
    payment = books.settled(card=books.PENDS)
    refund = books.refunded(payment, 30_00)
    assert refund.state == S.PENDING
    assert (books.books(), books.heard()) == (books.PAID, [])
    assert refundable(payment) == Money(70_00, "EUR")

    books.control(provider, "refunds", refund=refund.provider_key, outcome="succeeded")
    look(refund)

    assert refund.state == S.SUCCEEDED
    assert books.books() == books.after(30_00)
    assert books.heard() == ["PaymentRefunded"]


def test_a_refund_that_pends_and_fails_was_never_booked(provider: Running) -> None:
    payment = books.settled(card=books.PENDS)
    refund = books.refunded(payment, 30_00)

    books.control(provider, "refunds", refund=refund.provider_key, outcome="failed")
    look(refund)

    assert (refund.state, refund.failure_reason) == (S.FAILED, "unknown")
    assert books.books() == books.PAID
    assert books.heard() == ["RefundFailed", "ExceptionFound"]
    ((_, told),) = books.told("ExceptionFound")
    assert (told["kind"], told["provider_key"]) == ("refund_failed", str(refund.pk))
    assert (told["reference"], told["theirs_minor"]) == ("gift-1", 30_00)
    assert refundable(payment) == Money(100_00, "EUR")


def test_a_refund_that_fails_after_it_succeeded_is_corrected(provider: Running) -> None:
    payment = books.settled()
    refund = books.refunded(payment, 30_00)

    books.control(provider, "refunds", refund=refund.provider_key, outcome="failed")
    look(refund)
    look(refund)

    assert (refund.state, refund.failure_reason) == (S.FAILED, "unknown")
    assert refund.refunded_at is not None
    assert books.books() == books.PAID
    assert books.heard() == ["PaymentRefunded", "RefundFailed", "ExceptionFound"]
    correcting = Entry.objects.get(kind="refund_failed")
    assert correcting.corrects == Entry.objects.get(kind="refund")
    assert correcting.occurred_at == refund.failed_at
    assert refundable(payment) == Money(100_00, "EUR")


@pytest.mark.promise("M10")
def test_many_parts_add_up_to_the_whole_and_to_no_more(provider: Running) -> None:
    payment = books.settled()
    for number, minor in enumerate((1, 33_33, 33_33, 33_33)):
        books.refunded(payment, minor, key=f"part-{number}")

    with pytest.raises(services.NothingToRefund):
        books.request(payment, 1, key="one-more")

    assert [made["amount"] for made in books.at_provider(provider)] == [1, 33_33, 33_33, 33_33]
    assert books.books() == books.after(100_00)
    assert books.heard() == ["PaymentRefunded"] * 4


@pytest.mark.promise("M10")
def test_giving_back_one_of_two_charges_leaves_the_contribution_paid(provider: Running) -> None:
    paid, surplus = books.paid_twice()
    assert books.books()["donor_clearing/gift-1"] == -200_00

    refund = books.refunded(surplus, 100_00)

    paid.refresh_from_db()
    assert (refund.state, paid.state) == (S.SUCCEEDED, Payment.State.SETTLED)
    assert refundable(paid) == Money(100_00, "EUR")
    assert refundable(surplus) == Money(0, "EUR")
    assert books.books() == {
        "donor_clearing/gift-1": -100_00,
        "processor_fee/stripe": 3_50,
        "provider_clearing/stripe": 96_50,
    }
    ((_, told),) = books.told("PaymentRefunded")
    assert (told["payment_id"], told["reference"]) == (str(surplus.pk), "gift-1")
    (made,) = books.at_provider(provider)
    assert made["charge"] == surplus.charge_key


@pytest.mark.promise("M4")
def test_without_any_event_the_sweeper_finds_out(
    provider: Running, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    payment = books.settled(card=books.PENDS)
    refund = books.refunded(payment, 30_00)
    books.control(provider, "refunds", refund=refund.provider_key, outcome="succeeded")
    now = timezone.now()

    with (
        mock.patch.object(current_app, "send_task") as send,
        django_capture_on_commit_callbacks(execute=True),
    ):
        swept = [services.ask_due(now=now + minutes * HOUR / 60) for minutes in (59, 61, 62)]
    assert swept == [0, 1, 0]
    send.assert_called_once_with("refunds.ask", kwargs={"refund_id": str(refund.pk)})
    services.ask(refund_id=refund.pk, now=now + HOUR)

    assert books.books() == books.after(30_00)


@pytest.mark.promise("M4")
def test_what_succeeded_is_doubted_ever_more_rarely_until_the_bank_can_say_no_more(
    provider: Running,
) -> None:
    refund = books.refunded(books.settled(), 30_00)
    start = timezone.now()
    looks: list[int] = []
    while refund.due_at is not None and len(looks) < 10:
        looks.append((refund.due_at - start + HOUR).days)
        services.ask(refund_id=refund.pk, now=refund.due_at)
        refund.refresh_from_db()
    assert looks == [1, 2, 4, 8, 16, 32, 64]

    books.control(provider, "refunds", refund=refund.provider_key, outcome="failed")
    look(refund)
    assert (refund.state, books.books()) == (S.FAILED, books.PAID)
