"""A page that nobody was told of is found or closed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from celery import current_app

from payments import checkout, settlement
from payments.gateway.stripe.pages import StripePages
from payments.models import Payment
from tests.make import payments as make_payments
from tests.make.payments import NOON
from tests.payments.browser import pay
from tests.payments.checkout.provider import lose_the_answer, pages

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from payments.sandbox.server import Running
    from tests.payments.line import Line


S = Payment.State
MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
@pytest.mark.promise("M6")
def test_a_refusal_after_a_lost_answer_does_not_hide_the_page(line: Line, sandbox: Running) -> None:
    payment = make_payments.payment()
    lose_the_answer(payment, line)

    refusing = mock.patch.object(
        StripePages, "open_page", side_effect=checkout.ProviderRefused("Not again.")
    )
    with refusing:
        url = checkout.open_page(payment_id=payment.pk, now=NOON + timedelta(seconds=5))

    payment.refresh_from_db()
    (session,) = sandbox.world.store.every("checkout.session")
    assert url.endswith(session.id)
    assert (payment.state, payment.page_key) == (S.OPEN, session.id)


def given_up(payment: Payment) -> Payment:
    """Return the payment after the provider refused it and had no page to be seen."""
    refusing = mock.patch.object(
        StripePages, "open_page", side_effect=checkout.ProviderRefused("Not again.")
    )
    blind = mock.patch.object(StripePages, "find_page", return_value=None)
    with refusing, blind, pytest.raises(checkout.ProviderRefused):
        checkout.open_page(payment_id=payment.pk, now=NOON + timedelta(seconds=5))
    payment.refresh_from_db()
    assert payment.state == S.FAILED
    return payment


@pytest.mark.django_db
def test_a_page_that_shows_up_after_its_payment_was_given_up_is_closed(
    line: Line, sandbox: Running, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    payment = make_payments.payment()
    lose_the_answer(payment, line)
    given_up(payment)

    with (
        mock.patch.object(current_app, "send_task") as send,
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert settlement.ask_provider(now=NOON + 4 * MINUTE) == 1
    settlement.ask_about_payment(payment_id=payment.pk, now=NOON + 4 * MINUTE)

    send.assert_called_once_with(
        "payments.ask_about_payment", kwargs={"payment_id": str(payment.pk)}
    )
    payment.refresh_from_db()
    (session,) = sandbox.world.store.every("checkout.session")
    assert session.document["status"] == "expired"
    assert (payment.state, payment.page_key, payment.due_at) == (S.FAILED, session.id, None)


@pytest.mark.django_db
@pytest.mark.promise("M4")
def test_money_paid_on_such_a_page_is_not_lost(line: Line, sandbox: Running) -> None:
    payment = make_payments.payment()
    lose_the_answer(payment, line)
    given_up(payment)
    (session,) = sandbox.world.store.every("checkout.session")
    pay(f"{sandbox.url}/c/pay/{session.id}")

    settlement.ask_about_payment(payment_id=payment.pk, now=NOON + 4 * MINUTE)

    payment.refresh_from_db()
    assert (payment.state, payment.page_key) == (S.SETTLED, session.id)


@pytest.mark.django_db
def test_a_payment_given_up_is_asked_about_until_its_page_would_be_over(provider: Running) -> None:
    payment = given_up(make_payments.payment())

    settlement.ask_about_payment(payment_id=payment.pk, now=NOON + 35 * MINUTE)
    payment.refresh_from_db()
    assert payment.due_at is not None

    settlement.ask_about_payment(payment_id=payment.pk, now=NOON + 37 * MINUTE)
    assert Payment.objects.get().due_at is None
    assert pages(provider) == 0
