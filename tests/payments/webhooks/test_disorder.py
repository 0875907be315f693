"""Events told twice, backwards, at once or not at all end in the same books."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from django.db import connection
from django.utils import timezone

from payments import gateway, settlement
from payments.gateway.stripe.client import client as stripe_client
from payments.gateway.stripe.pages import StripePages
from payments.ledger import selectors as ledger
from payments.models import Payment
from payments.webhooks import services
from payments.webhooks.models import InboxEvent
from tests.make import payments as make_payments
from tests.payments.browser import DECLINED, pay
from tests.payments.webhooks.books import BOOKS, announced, books, opened, told
from tests.payments.webhooks.signing import deliver

if TYPE_CHECKING:
    from django.test import Client

    from payments.gateway.base import ProviderCharge
    from payments.sandbox.server import Running


pytestmark = pytest.mark.usefixtures("_heard_by_a_test")
S = InboxEvent.State


@pytest.mark.django_db
@pytest.mark.promise("M3")
def test_a_redelivered_event_books_once(client: Client, provider: Running) -> None:
    payment = opened()
    pay(payment.page_url)
    (completed,) = told(provider, "checkout.session.completed")

    for _ in range(3):
        assert deliver(client, completed) == 200
        make_payments.work_inbox()
    services.work_off(event_id=InboxEvent.objects.get().pk, now=timezone.now())

    assert books() == BOOKS
    assert announced() == [("PaymentSettled", "gift-1")]


@pytest.mark.django_db
@pytest.mark.promise("M3")
def test_every_event_of_a_payment_backwards_books_once(client: Client, provider: Running) -> None:
    payment = opened()
    pay(payment.page_url, card=DECLINED)
    pay(payment.page_url)

    for happened in reversed(told(provider)):
        assert deliver(client, happened) == 200
        make_payments.work_inbox()

    payment.refresh_from_db()
    assert payment.state == Payment.State.SETTLED
    assert not InboxEvent.objects.filter(state__in=[S.WAITING, S.DEAD]).exists()
    assert books() == BOOKS
    assert announced() == [("PaymentSettled", "gift-1")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("M3")
def test_two_workers_on_one_event_book_once(client: Client, provider: Running) -> None:
    payment = opened()
    pay(payment.page_url)
    (completed,) = told(provider, "checkout.session.completed")
    deliver(client, completed)
    kept, together = InboxEvent.objects.get(), Barrier(2)
    asking = gateway.provider()

    class Meeting(StripePages):
        def fetch_charge(self, page_key: str) -> ProviderCharge:
            charge = asking.fetch_charge(page_key)
            together.wait(timeout=20)  # Both have the answer before either settles.
            return charge

    def work() -> None:
        try:
            services.work_off(event_id=kept.pk, now=timezone.now())
        finally:
            connection.close()

    meeting = Meeting(stripe_client(api_key="sk_test_1", api_base=provider.url))
    with mock.patch.object(gateway, "provider", return_value=meeting):
        workers = [Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(timeout=40)

    assert books() == BOOKS
    assert announced() == [("PaymentSettled", "gift-1")]
    assert InboxEvent.objects.get().attempts == 2


GIFTS = 8
EXPECTED_STATES = {
    **{f"gift-{number}": "settled" for number in range(0, GIFTS, 2)},
    **{f"gift-{number}": "open" for number in range(1, GIFTS, 2)},
}


def a_day_of_payments() -> None:
    """Let every other giver pay, and the rest be declined."""
    for number in range(GIFTS):
        payment = opened(f"gift-{number}")
        pay(payment.page_url, card=DECLINED)
        if number % 2 == 0:
            pay(payment.page_url)


def one_cycle(now: datetime) -> None:
    """Do what the clock does: work off the inbox, then ask about what is still open."""
    make_payments.work_inbox(now=now)
    for payment in Payment.objects.live():
        settlement.ask_about_payment(payment_id=payment.pk, now=now)


@pytest.mark.django_db
@pytest.mark.promise("M3")
@pytest.mark.promise("M4")
@pytest.mark.promise("M17")
@pytest.mark.parametrize(("seed", "loss"), [(1, 0.0), (2, 0.2), (3, 0.5), (4, 1.0)])
def test_a_day_told_in_any_order_with_losses_and_strangers_ends_in_the_same_books(
    client: Client, provider: Running, seed: int, loss: float
) -> None:
    chance = random.Random(seed)  # noqa: S311  Not a secret, and the same every time.
    a_day_of_payments()
    deliveries = [
        happened
        for happened in told(provider)
        for _ in range(chance.randint(1, 4))
        if chance.random() >= loss
    ]
    strangers = [
        happened | {"id": f"{happened['id']}_strange", **strange}
        for happened in deliveries[:10]
        for strange in ({"livemode": True}, {"account": "acct_somebody_else"})
    ]
    told_badly = deliveries + strangers
    chance.shuffle(told_badly)

    for happened in told_badly:
        deliver(client, happened)
        if chance.random() < 0.3:
            make_payments.work_inbox()
    one_cycle(timezone.now() + timedelta(minutes=5))

    states = dict(Payment.objects.values_list("reference", "state"))
    assert states == EXPECTED_STATES
    assert books() == [
        *((f"donor_clearing/gift-{number}", "EUR", -100_00) for number in range(0, GIFTS, 2)),
        ("processor_fee/stripe", "EUR", 4 * 1_75),
        ("provider_clearing/stripe", "EUR", 4 * 98_25),
    ]
    assert announced() == [("PaymentSettled", f"gift-{number}") for number in range(0, GIFTS, 2)]
    assert not InboxEvent.objects.filter(event_key__endswith="_strange").exists()
    assert ledger.verify() == []
