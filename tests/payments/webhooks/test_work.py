"""From the inbox to the books: events are hints, the provider is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from payments import gateway
from payments.models import Payment
from payments.webhooks.models import InboxEvent
from tests.make import payments as make_payments
from tests.payments.browser import pay
from tests.payments.webhooks.books import BOOKS, announced, books, opened, told
from tests.payments.webhooks.signing import deliver, event

if TYPE_CHECKING:
    from django.test import Client

    from payments.sandbox.server import Running


pytestmark = pytest.mark.usefixtures("_heard_by_a_test")
S = InboxEvent.State


@pytest.mark.django_db
def test_a_paid_page_is_settled_from_its_event(client: Client, provider: Running) -> None:
    payment = opened()
    pay(payment.page_url)
    (completed,) = told(provider, "checkout.session.completed")

    deliver(client, completed)
    make_payments.work_inbox()

    payment.refresh_from_db()
    kept = InboxEvent.objects.get()
    assert payment.state == Payment.State.SETTLED
    assert (kept.state, kept.attempts, kept.last_error) == (S.DONE, 1, "")
    assert books() == BOOKS
    assert announced() == [("PaymentSettled", "gift-1")]


@pytest.mark.django_db
def test_the_amount_is_what_the_provider_says_and_not_what_the_event_says(
    client: Client, provider: Running
) -> None:
    payment = opened()
    pay(payment.page_url)
    (completed,) = told(provider, "checkout.session.completed")
    completed["data"]["object"] |= {"amount_total": 1, "currency": "jpy"}

    deliver(client, completed)
    make_payments.work_inbox()

    assert books() == BOOKS


@pytest.mark.django_db
def test_an_event_that_claims_too_much_settles_nothing(client: Client, provider: Running) -> None:
    payment = opened()
    claimed = {"id": payment.page_key, "object": "checkout.session", "payment_status": "paid"}

    deliver(client, event(subject=claimed))
    make_payments.work_inbox()

    payment.refresh_from_db()
    assert payment.state == Payment.State.OPEN
    assert InboxEvent.objects.get().state == S.DONE
    assert len(provider.world.store.every("checkout.session")) == 1
    assert books() == []


@pytest.mark.django_db
def test_a_page_that_expired_ends_the_payment(client: Client, provider: Running) -> None:
    payment = opened()
    gateway.provider().close_page(payment.page_key)
    (expired,) = told(provider, "checkout.session.expired")

    deliver(client, expired)
    make_payments.work_inbox()

    payment.refresh_from_db()
    assert payment.state == Payment.State.EXPIRED
    assert announced() == [("PaymentFailed", "gift-1")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "subject",
    [
        {"id": "cs_of_another_shop", "object": "checkout.session"},
        {"id": "ch_1", "object": "charge", "metadata": {"weft_payment": "not one of our keys"}},
        {"id": "ch_1", "object": "charge", "metadata": {"weft_payment": str(make_payments.NOON)}},
        {"id": "", "object": "checkout.session"},
        {"object": "checkout.session", "metadata": None},
    ],
)
def test_an_object_that_is_not_ours_is_stored_and_ignored(
    client: Client, provider: Running, subject: dict[str, Any]
) -> None:
    opened()

    assert deliver(client, event(subject=subject)) == 200
    make_payments.work_inbox()

    assert InboxEvent.objects.get().state == S.IGNORED
    assert len(provider.world.store.every("checkout.session")) == 1
    assert books() == []


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["checkout.session.completed", "charge.succeeded"])
def test_an_event_about_a_page_whose_answer_was_lost_is_understood(
    client: Client, provider: Running, kind: str
) -> None:
    payment = opened()
    pay(payment.page_url)
    Payment.objects.update(state="created", page_key="", page_url="")  # As if no answer had come.
    (happened,) = told(provider, kind)

    deliver(client, happened)
    make_payments.work_inbox()

    payment.refresh_from_db()
    assert payment.state == Payment.State.SETTLED
    assert payment.page_key == provider.world.store.every("checkout.session")[0].id
    assert books() == BOOKS


@pytest.mark.django_db
def test_the_page_of_another_payment_is_an_error_a_person_can_see(
    client: Client, provider: Running
) -> None:
    payment, other = opened("gift-1"), opened("gift-2")
    pay(other.page_url)
    Payment.objects.filter(pk=payment.pk).update(state="created", page_key="")
    mixed_up = {
        "id": other.page_key,
        "object": "checkout.session",
        "metadata": {"weft_payment": str(payment.pk)},
    }
    deliver(client, event(subject=mixed_up))
    kept = InboxEvent.objects.get()

    make_payments.task("webhooks.work_inbox").apply(kwargs={"event_id": str(kept.pk)})

    kept.refresh_from_db()
    assert (kept.state, kept.attempts) == (S.WAITING, 1)
    assert kept.last_error.startswith("ChargeBelongsElsewhere: ")
    assert len(provider.world.store.every("checkout.session")) == 2
    assert books() == []
