"""Events about saved cards and held money lead to their rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from payments import checkout
from payments.mandates import services
from payments.mandates.models import CardCharge, Mandate
from payments.models import Payment
from payments.money import Money
from payments.webhooks.models import InboxEvent
from tests.make import payments as make_payments
from tests.payments.browser import pay
from tests.payments.mandates.caller import ALWAYS_ASKS, BOOKS, HUNDRED, answer_bank, begun, rows
from tests.payments.webhooks.books import told
from tests.payments.webhooks.signing import deliver

if TYPE_CHECKING:
    from django.test import Client

    from payments.sandbox.server import Running

S = InboxEvent.State


def hear(client: Client, sandbox: Running, kind: str | None = None) -> None:
    """Deliver what has been told so far, or one kind of it, latest first, and work it off."""
    for happened in reversed(told(sandbox, kind) if kind else told(sandbox)):
        assert deliver(client, happened) == 200
    make_payments.work_inbox()
    assert not InboxEvent.objects.filter(state__in=[S.WAITING, S.DEAD]).exists()


@pytest.mark.django_db
@pytest.mark.promise("M3")
@pytest.mark.parametrize("kind", ["checkout.session.completed", "setup_intent.succeeded", None])
def test_any_event_of_a_page_that_saves_a_card_tells_that_it_is_saved(
    client: Client, provider: Running, kind: str | None
) -> None:
    mandate = begun(now=timezone.now())
    pay(services.open_page(mandate_id=mandate.pk, now=timezone.now()))

    hear(client, provider, kind)

    mandate.refresh_from_db()
    assert (mandate.state, mandate.label) == (Mandate.State.SAVED, "Visa 4242")


@pytest.mark.django_db
@pytest.mark.promise("M3")
def test_the_events_of_a_charge_whose_owner_is_asked_book_once(
    client: Client, provider: Running
) -> None:
    now = timezone.now()
    mandate = begun(now=now)
    approval = pay(services.open_page(mandate_id=mandate.pk, now=now), card=ALWAYS_ASKS)
    answer_bank(approval.headers["Location"], "approve")
    hear(client, provider)
    payment = services.charge(mandate_id=mandate.pk, amount=HUNDRED, now=now)
    services.try_charge(payment_id=payment.pk, now=now)
    hear(client, provider)
    assert CardCharge.objects.get().state == CardCharge.State.OWNER

    answer_bank(CardCharge.objects.get().owner_url, "approve")
    hear(client, provider)
    hear(client, provider)

    payment.refresh_from_db()
    assert (payment.state, rows()) == (Payment.State.SETTLED, BOOKS)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "kind", ["payment_intent.amount_capturable_updated", "checkout.session.completed"]
)
def test_an_event_tells_that_money_is_held(client: Client, provider: Running, kind: str) -> None:
    now = timezone.now()
    payment = checkout.begin(
        reference="gift-1",
        amount=Money(100_00, "EUR"),
        description="Gift",
        email="amina@example.org",
        language="en",
        success_url="http://testserver/done/",
        cancel_url="http://testserver/pay/",
        now=now,
        hold=True,
    )
    pay(checkout.open_page(payment_id=payment.pk, now=now))

    hear(client, provider, kind)

    payment.refresh_from_db()
    assert (payment.state, rows()) == (Payment.State.HELD, [])
