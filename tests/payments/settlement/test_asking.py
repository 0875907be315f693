"""Asking the provider when no event came."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from celery import current_app
from django.utils import timezone

from payments import checkout, gateway, settlement
from payments.models import Payment
from payments.sandbox.background import do_due
from payments.sandbox.server import serve
from tests.make import payments as make_payments
from tests.make.payments import NOON
from tests.payments.browser import DECLINED, pay
from tests.payments.line import nobody
from tests.payments.settlement.charges import BOOKS, LATER, announced, opened, rows

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from payments.gateway.base import ProviderCharge
    from payments.sandbox.server import Running


pytestmark = pytest.mark.usefixtures("_heard_by_a_test")
S = Payment.State


def opened_at(provider: Running, *, now: datetime, reference: str = "gift-1") -> Payment:
    """Return a payment with a page at the sandbox."""
    payment = make_payments.payment(reference=reference, now=now)
    checkout.open_page(payment_id=payment.pk, now=now)
    payment.refresh_from_db()
    assert payment.page_url.startswith(provider.url)
    return payment


@pytest.mark.django_db
def test_the_sweeper_wakes_for_payments_whose_event_is_overdue(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    payment = opened()

    with mock.patch.object(current_app, "send_task") as send:
        with django_capture_on_commit_callbacks(execute=True):
            early = settlement.ask_provider(now=NOON + timedelta(minutes=2))
        send.assert_not_called()
        with django_capture_on_commit_callbacks(execute=True):
            late = settlement.ask_provider(now=NOON + timedelta(minutes=4))
            again = settlement.ask_provider(now=NOON + timedelta(minutes=4))

    assert (early, late, again) == (0, 1, 0)
    send.assert_called_once_with(
        "payments.ask_about_payment", kwargs={"payment_id": str(payment.pk)}
    )


@pytest.mark.django_db
@pytest.mark.promise("M4")
def test_when_all_events_are_lost_asking_gives_the_same_books(provider: Running) -> None:
    now = timezone.now()
    payment = opened_at(provider, now=now)
    pay(payment.page_url)

    settlement.ask_about_payment(payment_id=payment.pk, now=now + timedelta(minutes=4))

    payment.refresh_from_db()
    assert payment.state == S.SETTLED
    assert rows() == BOOKS
    assert [name for name, _ in announced()] == ["PaymentSettled"]


@pytest.mark.django_db
def test_a_page_left_open_is_closed_at_the_provider_after_half_an_hour(provider: Running) -> None:
    now = timezone.now()
    payment = opened_at(provider, now=now)
    pay(payment.page_url, card=DECLINED)

    settlement.ask_about_payment(payment_id=payment.pk, now=now + timedelta(minutes=30))
    payment.refresh_from_db()
    assert payment.state == S.OPEN

    settlement.ask_about_payment(payment_id=payment.pk, now=now + timedelta(minutes=31))
    payment.refresh_from_db()
    assert payment.state == S.EXPIRED
    (session,) = provider.world.store.every("checkout.session")
    assert session.document["status"] == "expired"
    assert [name for name, _ in announced()] == ["PaymentFailed"]


@pytest.mark.django_db
def test_who_pays_while_we_close_the_page_has_paid(provider: Running) -> None:
    now = timezone.now()
    payment = opened_at(provider, now=now)
    asking = gateway.provider()

    class PaidMeanwhile:
        def fetch_charge(self, page_key: str) -> ProviderCharge:
            return asking.fetch_charge(page_key)

        def close_page(self, page_key: str) -> None:
            pay(payment.page_url)
            asking.close_page(page_key)

    with mock.patch.object(gateway, "provider", return_value=PaidMeanwhile()):
        settlement.ask_about_payment(payment_id=payment.pk, now=now + timedelta(hours=1))

    payment.refresh_from_db()
    assert payment.state == S.SETTLED
    assert rows() == BOOKS


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("card", "state"), [("4000000000001000", S.SETTLED), ("4000000000001018", S.FAILED)]
)
def test_a_bank_that_takes_its_time_is_waited_for(
    settings: Settings, card: str, state: str
) -> None:
    hours = [0]
    with serve(clock=lambda: NOON.timestamp() + hours[0] * 3600) as sandbox:
        settings.STRIPE_API_BASE = sandbox.url
        payment = opened_at(sandbox, now=NOON)
        pay(payment.page_url, card=card)
        settlement.ask_about_payment(payment_id=payment.pk, now=LATER)
        payment.refresh_from_db()
        assert payment.state == S.PROCESSING

        hours[0] = 2
        do_due(sandbox.world)
        settlement.ask_about_payment(payment_id=payment.pk, now=NOON + timedelta(hours=2))

    payment.refresh_from_db()
    assert payment.state == state


@pytest.mark.django_db
@pytest.mark.promise("D3")
def test_while_the_provider_is_down_a_payment_stays_as_it_is(settings: Settings) -> None:
    payment = opened()
    settings.STRIPE_API_BASE = nobody()

    with pytest.raises(checkout.ProviderUnavailable):
        settlement.ask_about_payment(payment_id=payment.pk, now=LATER)

    payment.refresh_from_db()
    assert payment.state == S.OPEN
    assert announced() == []
