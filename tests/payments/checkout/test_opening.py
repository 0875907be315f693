"""The page of a payment is opened once, and found again when an answer was lost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from django.db import connection

from payments import checkout, gateway
from payments.gateway.stripe.client import client
from payments.gateway.stripe.pages import StripePages
from payments.models import EventDelivery, Payment
from tests.make import payments as make_payments
from tests.make.payments import NOON
from tests.payments.checkout.provider import Clock, pages, patience, states
from tests.payments.line import nobody

if TYPE_CHECKING:
    from pytest_django import Settings

    from payments.gateway.base import HostedPage, PageRequest
    from payments.sandbox.server import Running
    from tests.payments.line import Line


S = Payment.State
MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
def test_the_page_s_address_is_kept_and_the_e_mail_address_forgotten(provider: Running) -> None:
    payment = make_payments.payment()

    url = checkout.open_page(payment_id=payment.pk, now=NOON)

    payment.refresh_from_db()
    assert url == payment.page_url == f"{provider.url}/c/pay/{payment.page_key}"
    assert payment.state == S.OPEN
    assert payment.email == ""
    assert payment.opened_at == NOON
    assert states(payment) == [S.CREATED, S.OPEN]


@pytest.mark.django_db
@pytest.mark.promise("M5")
def test_opening_again_returns_the_same_page(provider: Running) -> None:
    payment = make_payments.payment()

    urls = {checkout.open_page(payment_id=payment.pk, now=NOON) for _ in range(3)}

    assert len(urls) == 1
    assert pages(provider) == 1


@pytest.mark.django_db(transaction=True)
def test_the_provider_is_asked_outside_any_transaction(provider: Running) -> None:
    payment = make_payments.payment()
    asked = []

    class Watching(StripePages):
        def open_page(self, request: PageRequest) -> HostedPage:
            asked.append(connection.in_atomic_block)
            return super().open_page(request)

    watching = Watching(client(api_key="sk_test_1", api_base=provider.url))
    with mock.patch.object(gateway, "provider", return_value=watching):
        checkout.open_page(payment_id=payment.pk, now=NOON)

    assert asked == [False]


@pytest.mark.django_db
@pytest.mark.promise("D3")
def test_with_the_provider_down_nothing_is_taken_and_the_row_stays(
    settings: Settings,
) -> None:
    settings.STRIPE_API_BASE = nobody()
    payment = make_payments.payment()

    with pytest.raises(checkout.ProviderUnavailable):
        checkout.open_page(payment_id=payment.pk, now=NOON)

    payment.refresh_from_db()
    assert (payment.state, payment.asked_at, payment.page_url) == (S.CREATED, NOON, "")
    assert not EventDelivery.objects.exists()


@pytest.mark.django_db
@pytest.mark.promise("D6")
def test_a_black_hole_leaves_the_row_and_a_repeat_opens_the_page(
    line: Line, sandbox: Running
) -> None:
    payment = make_payments.payment()
    line.answers = False
    with patience(0.3), pytest.raises(checkout.ProviderUnavailable):
        checkout.open_page(payment_id=payment.pk, now=NOON)
    assert pages(sandbox) == 0

    line.answers = True
    assert checkout.open_page(payment_id=payment.pk, now=NOON).startswith(sandbox.url)
    assert pages(sandbox) == 1


@pytest.mark.django_db
@pytest.mark.promise("M6")
@pytest.mark.parametrize("reply_bytes", [0, 1, 100])
def test_a_lost_answer_and_a_repeat_give_one_page(
    line: Line, sandbox: Running, reply_bytes: int
) -> None:
    payment = make_payments.payment()
    line.reply_bytes = reply_bytes
    with pytest.raises(checkout.ProviderUnavailable):
        checkout.open_page(payment_id=payment.pk, now=NOON)
    assert pages(sandbox) == 1

    line.reply_bytes = None
    url = checkout.open_page(payment_id=payment.pk, now=NOON + timedelta(minutes=1))

    (session,) = sandbox.world.store.every("checkout.session")
    assert url.endswith(session.id)


@pytest.mark.django_db
@pytest.mark.promise("M6")
def test_after_half_a_minute_the_provider_is_asked_before_the_call_is_repeated(
    line: Line, sandbox: Running
) -> None:
    now = NOON
    payment = make_payments.payment(now=now)
    line.reply_bytes = 0
    with pytest.raises(checkout.ProviderUnavailable):
        checkout.open_page(payment_id=payment.pk, now=now)
    line.reply_bytes = None

    with mock.patch.object(StripePages, "open_page") as repeated:
        url = checkout.open_page(payment_id=payment.pk, now=now + timedelta(seconds=30))

    repeated.assert_not_called()
    (session,) = sandbox.world.store.every("checkout.session")
    assert url.endswith(session.id)


@pytest.mark.django_db
def test_a_payment_that_the_provider_refuses_has_failed(provider: Running) -> None:
    payment = make_payments.payment()
    Payment.objects.update(success_url="not an address")

    with pytest.raises(checkout.ProviderRefused):
        checkout.open_page(payment_id=payment.pk, now=NOON)

    payment.refresh_from_db()
    assert payment.state == S.FAILED
    assert pages(provider) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("state", [S.FAILED, S.EXPIRED])
def test_a_payment_that_is_over_has_no_page(provider: Running, state: str) -> None:
    payment = make_payments.payment()
    Payment.objects.update(state=state)

    with pytest.raises(checkout.PageOver):
        checkout.open_page(payment_id=payment.pk, now=NOON)

    assert pages(provider) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("seconds", [0, 29, 30, 600])
def test_the_provider_ends_the_page_when_we_do(
    provider: Running, clock: Clock, seconds: int
) -> None:
    asked_at = clock.now = NOON + timedelta(seconds=seconds)
    payment = make_payments.payment()

    checkout.open_page(payment_id=payment.pk, now=asked_at)

    payment.refresh_from_db()
    (session,) = provider.world.store.every("checkout.session")
    ends_at = asked_at + timedelta(minutes=31)
    assert session.document["expires_at"] == ends_at.timestamp()
    assert checkout.payable_until(payment) == ends_at


@pytest.mark.django_db
@pytest.mark.promise("D6")
@pytest.mark.parametrize("seconds", [1, 29, 30, 31, 120, 1_800])
def test_a_call_that_never_arrived_is_made_again_whenever_the_person_comes_back(
    line: Line, sandbox: Running, clock: Clock, seconds: int
) -> None:
    payment = make_payments.payment()
    line.answers = False
    with patience(0.3), pytest.raises(checkout.ProviderUnavailable):
        checkout.open_page(payment_id=payment.pk, now=NOON)
    line.answers = True

    clock.now = NOON + timedelta(seconds=seconds)
    url = checkout.open_page(payment_id=payment.pk, now=clock.now)

    payment.refresh_from_db()
    (session,) = sandbox.world.store.every("checkout.session")
    assert url.endswith(session.id)
    assert session.document["expires_at"] == checkout.payable_until(payment).timestamp()


@pytest.mark.django_db
@pytest.mark.promise("M6")
def test_who_asks_anew_beside_somebody_else_gets_the_same_page(
    provider: Running, clock: Clock
) -> None:
    payment = make_payments.payment()
    Payment.objects.update(asked_at=NOON, tried_at=NOON)
    clock.now = NOON + 2 * MINUTE
    look = checkout.find_page
    urls: list[str] = []

    def look_while_another_asks(asked: Payment) -> HostedPage | None:
        found = look(asked)
        if not urls:
            urls.append("")
            urls[0] = checkout.open_page(payment_id=payment.pk, now=clock.now)
        return found

    with mock.patch.object(checkout, "find_page", look_while_another_asks):
        urls.append(checkout.open_page(payment_id=payment.pk, now=clock.now))

    assert len(set(urls)) == 1
    assert pages(provider) == 1
