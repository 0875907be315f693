"""What the sweeper does with payments that nobody comes back to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from celery import current_app

from payments import checkout
from payments.models import Payment
from tests.make import payments as make_payments
from tests.make.payments import NOON
from tests.payments.checkout.provider import lose_the_answer, pages

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from payments.gateway.base import HostedPage
    from payments.sandbox.server import Running
    from tests.payments.line import Line


S = Payment.State
MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
@pytest.mark.promise("D2")
def test_the_sweeper_wakes_for_payments_without_an_answer(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    payment = make_payments.payment()

    with mock.patch.object(current_app, "send_task") as send:
        with django_capture_on_commit_callbacks(execute=True):
            early = checkout.resolve_unanswered(now=NOON + timedelta(seconds=59))
        send.assert_not_called()
        with django_capture_on_commit_callbacks(execute=True):
            late = checkout.resolve_unanswered(now=NOON + timedelta(seconds=61))

    assert (early, late) == (0, 1)
    send.assert_called_once_with(
        "payments.finish_unanswered", kwargs={"payment_id": str(payment.pk)}
    )


@pytest.mark.django_db
@pytest.mark.promise("M6")
def test_a_lost_answer_is_fetched_without_the_person(line: Line, sandbox: Running) -> None:
    payment = make_payments.payment()
    line.reply_bytes = 0
    with pytest.raises(checkout.ProviderUnavailable):
        checkout.open_page(payment_id=payment.pk, now=NOON)
    line.reply_bytes = None

    checkout.finish_unanswered(payment_id=payment.pk, now=NOON + timedelta(minutes=2))

    payment.refresh_from_db()
    assert payment.state == S.OPEN
    assert pages(sandbox) == 1


@pytest.mark.django_db
def test_a_payment_that_was_never_asked_for_expires_after_half_an_hour(provider: Running) -> None:
    payment = make_payments.payment()

    checkout.finish_unanswered(payment_id=payment.pk, now=NOON + timedelta(minutes=30))
    payment.refresh_from_db()
    assert payment.state == S.CREATED

    checkout.finish_unanswered(payment_id=payment.pk, now=NOON + timedelta(minutes=31))
    payment.refresh_from_db()
    assert (payment.state, payment.email, payment.due_at) == (S.EXPIRED, "", None)
    assert pages(provider) == 0


@pytest.mark.django_db
def test_a_page_that_nobody_was_told_of_is_found_and_not_made_again(
    line: Line, sandbox: Running
) -> None:
    now = NOON
    payment = make_payments.payment(now=now)
    line.reply_bytes = 0
    with pytest.raises(checkout.ProviderUnavailable):
        checkout.open_page(payment_id=payment.pk, now=now)
    line.reply_bytes = None

    checkout.finish_unanswered(payment_id=payment.pk, now=now + timedelta(minutes=31))

    payment.refresh_from_db()
    assert payment.state == S.OPEN
    assert pages(sandbox) == 1


@pytest.mark.django_db
def test_while_the_provider_is_being_asked_nobody_gives_up(provider: Running) -> None:
    late = NOON + timedelta(minutes=31)
    payment = make_payments.payment()
    Payment.objects.update(asked_at=late, tried_at=late)

    checkout.finish_unanswered(payment_id=payment.pk, now=late + timedelta(seconds=59))

    payment.refresh_from_db()
    assert payment.state == S.CREATED
    assert pages(provider) == 0


@pytest.mark.django_db
def test_a_payment_that_somebody_asked_for_meanwhile_is_not_given_up(provider: Running) -> None:
    payment = make_payments.payment()
    late = NOON + timedelta(minutes=31)

    def ask_meanwhile(_: Payment) -> None:
        Payment.objects.update(asked_at=late, tried_at=late)

    with mock.patch.object(checkout, "find_page", ask_meanwhile):
        checkout.finish_unanswered(payment_id=payment.pk, now=late)

    payment.refresh_from_db()
    assert payment.state == S.CREATED
    assert pages(provider) == 0


@pytest.mark.django_db
def test_the_sweeper_makes_no_page_for_somebody_who_is_not_there(provider: Running) -> None:
    payment = make_payments.payment()
    Payment.objects.update(asked_at=NOON, tried_at=NOON)

    checkout.finish_unanswered(payment_id=payment.pk, now=NOON + 5 * MINUTE)

    payment.refresh_from_db()
    assert payment.state == S.CREATED
    assert pages(provider) == 0


def _paid_beside(payment: Payment) -> None:
    """Let another payment of the same reference bring its money."""
    Payment.objects.create(
        reference=payment.reference,
        state=S.SETTLED,
        amount_minor=100_00,
        currency="EUR",
        received_minor=100_00,
        received_currency="EUR",
        fee_minor=0,
        fee_currency="EUR",
        charge_key="ch_beside",
        created_at=NOON,
        settled_at=NOON,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("state", [S.SETTLED, S.OPEN, S.FAILED, S.EXPIRED])
def test_what_happens_while_the_sweeper_looks_is_no_error(line: Line, state: str) -> None:
    """The reference is paid, or the payment moves, between the sweeper's look and its act."""
    payment = make_payments.payment(reference="gift-1")
    lose_the_answer(payment, line)
    look = checkout.find_page

    def look_while_it_happens(asked: Payment) -> HostedPage | None:
        found = look(asked)
        if state == S.SETTLED:
            _paid_beside(payment)
        else:
            Payment.objects.update(state=state, page_key="cs_meanwhile")
        return found

    with mock.patch.object(checkout, "find_page", look_while_it_happens):
        checkout.finish_unanswered(payment_id=payment.pk, now=NOON + 2 * MINUTE)

    payment.refresh_from_db()
    assert payment.state == (S.OPEN if state == S.SETTLED else state)
