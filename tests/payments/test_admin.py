from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from payments.models import Payment
from payments.webhooks.models import InboxEvent
from tests.make import accounts as make_accounts
from tests.make import payments as make_payments
from tests.payments.webhooks.signing import deliver, event

if TYPE_CHECKING:
    from django.test import Client


@pytest.fixture
def admin(client: Client) -> Client:
    administrator = make_accounts.with_second_factor(make_accounts.platform_admin())
    return make_accounts.sign_in(client, administrator)


LISTS = ["payments_payment", "payments_eventdelivery", "webhooks_inboxevent"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", LISTS)
def test_an_administrator_sees_what_waits_and_what_differs(admin: Client, name: str) -> None:
    make_payments.payment(reference="gift-1")
    deliver(admin, event())

    assert admin.get(reverse(f"admin:{name}_changelist")).status_code == 200


@pytest.mark.django_db
@pytest.mark.promise("M2")
def test_an_administrator_can_look_at_a_payment_and_not_change_it(admin: Client) -> None:
    payment = make_payments.payment(reference="gift-1")
    address = reverse("admin:payments_payment_change", args=[payment.pk])

    page = admin.get(address)

    assert page.status_code == 200
    assert "amina@example.org" not in page.content.decode()
    assert admin.post(address, {"state": "settled"}).status_code == 403
    assert admin.post(reverse("admin:payments_payment_add")).status_code == 403
    assert Payment.objects.get().state == Payment.State.CREATED


@pytest.mark.django_db
def test_an_administrator_cannot_throw_an_event_away(admin: Client) -> None:
    deliver(admin, event())
    kept = InboxEvent.objects.get()

    answer = admin.post(
        reverse("admin:webhooks_inboxevent_delete", args=[kept.pk]), {"post": "yes"}
    )

    assert answer.status_code == 403
    assert InboxEvent.objects.get() == kept
