"""Whatever events were lost, after one run the books are those of a day on which none was."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import stripe
from django.db import transaction
from django.utils import timezone

from payments.disputes.models import Dispute
from payments.gateway.base import ProviderUnavailable
from payments.ledger import selectors as ledger
from payments.mandates import services as mandates
from payments.mandates.models import Mandate
from payments.models import EventDelivery, Payment
from payments.refunds.models import Refund
from tests.make import payments as make_payments
from tests.make import reconciliation as make
from tests.payments.browser import DECLINED, pay
from tests.payments.mandates import caller as cards
from tests.payments.reconciliation.books import reconciled
from tests.payments.webhooks.books import opened, told
from tests.payments.webhooks.signing import deliver

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

    from payments.sandbox.server import Running

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_heard_by_a_test")]


@dataclass(frozen=True, slots=True)
class State:
    """All that events lead to."""

    fingerprint: list[Any]
    rows: list[Any]
    announced: list[Any]


def state() -> State:
    rows = [
        *Mandate.objects.order_by("reference").values_list("reference", "state"),
        *Payment.objects.order_by("reference").values_list("reference", "state", "difference"),
        *Refund.objects.order_by("provider_key").values_list("provider_key", "state"),
        *Dispute.objects.order_by("provider_key").values_list("provider_key", "state"),
    ]
    announced = EventDelivery.objects.values_list("event", "payload__reference")
    return State(ledger.fingerprint_rows(), rows, sorted(announced))


def charge_of(provider: Running, payment: Payment) -> str:
    (charge,) = (
        record.id
        for record in provider.world.store.every("charge")
        if record.document["metadata"]["weft_payment"] == str(payment.pk)
        and record.document["captured"]
    )
    return charge


def a_day(provider: Running) -> None:
    """Let givers pay, be declined and go away; give back; let banks take back, for good or not."""
    api = stripe.StripeClient("sk_test_1", base_addresses={"api": provider.url}).v1
    gifts = [opened(f"gift-{number}") for number in range(8)]
    for payment in gifts[1:3]:
        pay(payment.page_url, card=DECLINED)
    api.checkout.sessions.expire(gifts[3].page_key)
    for payment in (*gifts[:2], *gifts[4:]):
        pay(payment.page_url)
    charges = {number: charge_of(provider, gifts[number]) for number in range(4, 8)}
    api.refunds.create({"charge": charges[4], "amount": 30_00})
    api.refunds.create({"charge": charges[4], "amount": 5_00})
    make.control(provider, "disputes", charge=charges[5])
    for number, outcome in ((6, "lost"), (7, "won")):
        dispute = make.control(provider, "disputes", charge=charges[number])
        make.control(provider, "disputes", dispute=dispute["id"], outcome=outcome)


def saved_cards(provider: Running, settings: Settings) -> None:
    """Let one card be saved, and another one be charged; nobody hears of either."""
    now = timezone.now()
    page = mandates.open_page(mandate_id=cards.begun(reference="card-0", now=now).pk, now=now)
    pay(page)
    mandate = cards.saved(reference="card-1", now=now)
    payment = mandates.charge(mandate_id=mandate.pk, amount=cards.HUNDRED, now=now)
    with cards.answers_lost(provider, settings), pytest.raises(ProviderUnavailable):
        mandates.try_charge(payment_id=payment.pk, now=now)


def orderly(client: Client, provider: Running) -> State:
    """Return what a day comes to on which every event arrives, once and in order."""
    with transaction.atomic():
        for happened in told(provider):
            assert deliver(client, happened) == 200
            make_payments.work_inbox()
        found = state()
        transaction.set_rollback(True)
    assert state() != found
    return found


@pytest.mark.promise("M4")
def test_after_the_loss_of_every_event_one_run_leads_to_the_same_books(
    client: Client, provider: Running
) -> None:
    a_day(provider)
    expected = orderly(client, provider)

    assert reconciled() == []

    assert state() == expected
    assert Counter(event for event, _reference in expected.announced) == {
        "PaymentSettled": 6,
        "PaymentFailed": 1,
        "PaymentRefunded": 2,
        "DisputeOpened": 3,
        "DisputeWon": 1,
        "DisputeLost": 1,
        "ExceptionFound": 2,  # The refunds: nobody here asked for them.
    }
    assert ledger.verify() == []


@pytest.mark.promise("M4")
def test_cards_saved_and_charged_unheard_of_are_heard_of_in_one_run(
    client: Client, provider: Running, settings: Settings
) -> None:
    saved_cards(provider, settings)
    expected = orderly(client, provider)

    assert reconciled() == []

    assert state() == expected
    assert expected.rows == [
        ("card-0", "saved"),
        ("card-1", "released"),  # It has done what it was given for.
        ("card-1", "settled", ""),
    ]
    assert len(provider.world.store.every("charge")) == 1


@pytest.mark.promise("M4")
@pytest.mark.promise("M16")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_some_losses_repeats_and_disorder_one_run_leads_to_the_same_books(
    client: Client, provider: Running, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  Not a secret, and the same every time.
    a_day(provider)
    expected = orderly(client, provider)
    came = [one for one in told(provider) for _ in range(chance.randint(0, 3))]
    chance.shuffle(came)
    for happened in came:
        deliver(client, happened)
        make_payments.work_inbox()

    assert reconciled() == []
    assert state() == expected

    assert reconciled() == []
    for happened in told(provider):
        deliver(client, happened)
    make_payments.work_inbox()
    assert state() == expected
