"""A contribution is refunded from the console with its match and its campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.urls import reverse

from payments.ledger import selectors as ledger
from payments.models import Payment
from payments.money import Money
from payments.refunds.models import Refund
from projects.funding.models import Reversal
from projects.funding.selectors import escrow
from tests.make import accounts
from tests.payments.console import world
from tests.projects.funding import reversing

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


@pytest.mark.promise("M10")
def test_a_gift_is_held_back_from_its_campaign_once_however_often_the_form_is_sent(
    client: Client,
) -> None:
    gift = reversing.paid()
    payment = Payment.objects.get(reference=gift.key)
    person = world.worker()
    accounts.sign_in(client, person)
    before = ledger.left(escrow(gift.campaign))
    form = {"amount": "40.00", "reason": "Asked for.", "key": str(uuid4()), "confirmed": "1"}

    sent = [client.post(reverse("finance:refund", args=[payment.pk]), form) for _ in range(2)]

    assert [response.status_code for response in sent] == [303, 303]
    refund = Refund.objects.get()
    assert (refund.amount, refund.requested_by) == (Money(40_00, "EUR"), str(person.pk))
    held = Reversal.objects.get(contribution=gift)
    assert (held.key, held.amount_minor) == (str(refund.pk), 40_00)
    # 40.00 less its share of the fee of 1.75, which the campaign bore and the platform takes over.
    assert before - ledger.left(escrow(gift.campaign)) == Money(39_30, "EUR")


def test_the_page_of_a_gift_with_everything_on_it_costs_little(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    gift = reversing.paid()
    payment = Payment.objects.get(reference=gift.key)
    accounts.sign_in(client, world.worker())
    world.event(payment_key=str(payment.pk))
    for amount in ("10.00", "20.00"):
        form = {"amount": amount, "reason": "Part.", "key": str(uuid4()), "confirmed": "1"}
        client.post(reverse("finance:refund", args=[payment.pk]), form)

    with django_assert_max_num_queries(15):
        page = world.read(client, reverse("finance:payment", args=[payment.pk]))

    assert "Wanda Werk" in page
    assert "€70.00" in page


def test_more_than_is_left_of_a_gift_is_refused_at_the_field(client: Client) -> None:
    gift = reversing.paid()
    payment = Payment.objects.get(reference=gift.key)
    accounts.sign_in(client, world.worker())
    form = {"amount": "100.01", "reason": "Asked for.", "key": str(uuid4()), "confirmed": "1"}

    response = client.post(reverse("finance:refund", args=[payment.pk]), form)

    assert response.status_code == 200
    assert "This is more than is left of this payment" in world.body(response)
    assert not Reversal.objects.exists()
