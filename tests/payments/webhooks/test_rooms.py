"""What events tell of reaches the room it concerns: cards, holds, refunds, disputes, payouts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from payments import checkout, settlement
from payments.disputes.models import Dispute
from payments.mandates import services as mandates
from payments.mandates.models import Mandate
from payments.models import Payment
from payments.payouts import services as payouts
from payments.payouts.models import Payout
from payments.refunds.models import Refund
from payments.sandbox.background import do_due
from payments.webhooks import routes
from payments.webhooks.models import InboxEvent
from tests.make import payments as make_payments
from tests.make import payouts as make_payouts
from tests.payments.browser import pay
from tests.payments.mandates import caller
from tests.payments.refunds.books import by_hand, control, settled
from tests.payments.webhooks.books import told
from tests.payments.webhooks.signing import deliver, event

if TYPE_CHECKING:
    from django.test import Client

    from payments.sandbox.server import Running

pytestmark = [pytest.mark.django_db]
S = InboxEvent.State


def tell(client: Client, provider: Running, *kinds: str) -> dict[str, str]:
    """Deliver all that happened, or what is of some kinds; return what became of each kind."""
    for happened in told(provider, *kinds):
        assert deliver(client, happened) == 200
    make_payments.work_inbox()
    return dict(InboxEvent.objects.order_by("id").values_list("kind", "state"))


@pytest.mark.parametrize("kind", ["checkout.session.completed", "setup_intent.succeeded"])
def test_a_card_is_saved_by_either_of_its_events(
    client: Client, provider: Running, kind: str
) -> None:
    now = timezone.now()
    pay(mandates.open_page(mandate_id=caller.begun(now=now).pk, now=now))

    assert tell(client, provider, kind) == {kind: S.DONE}

    assert Mandate.objects.get().state == Mandate.State.SAVED


@pytest.mark.promise("M6")
def test_a_charge_of_a_saved_card_whose_answer_was_lost_is_settled_by_its_event(
    client: Client, provider: Running
) -> None:
    now = timezone.now()
    payment = mandates.charge(mandate_id=caller.saved(now=now).pk, amount=caller.HUNDRED, now=now)
    mandates.try_charge(payment_id=payment.pk, now=now)

    became = tell(client, provider, "payment_intent.succeeded", "charge.succeeded")

    assert set(became.values()) == {S.DONE}
    payment.refresh_from_db()
    assert payment.state == Payment.State.SETTLED
    assert caller.rows() == caller.BOOKS


def test_a_page_of_somebody_else_that_saves_a_card_is_ignored(
    client: Client, provider: Running
) -> None:
    session = {"id": "cs_of_another_shop", "object": "checkout.session", "mode": "setup"}
    assert deliver(client, event(subject=session)) == 200
    intent = {"id": "seti_of_another_shop", "object": "setup_intent"}
    assert deliver(client, event("setup_intent.succeeded", subject=intent)) == 200

    make_payments.work_inbox()

    assert set(InboxEvent.objects.values_list("state", flat=True)) == {S.IGNORED}
    assert provider.world.store.every("checkout.session") == []


def test_money_that_is_held_is_heard_of_and_so_is_what_becomes_of_it(
    client: Client, provider: Running
) -> None:
    now = timezone.now()
    payment = checkout.begin(
        reference="gift-1",
        amount=caller.HUNDRED,
        description="Gift",
        email="amina@example.org",
        language="en",
        success_url="http://testserver/done/",
        cancel_url="http://testserver/pay/",
        now=now,
        hold=True,
    )
    pay(checkout.open_page(payment_id=payment.pk, now=now))

    held = tell(client, provider, "payment_intent.amount_capturable_updated")
    payment.refresh_from_db()
    assert (held, payment.state) == (
        {"payment_intent.amount_capturable_updated": S.DONE},
        Payment.State.HELD,
    )

    settlement.capture(payment_id=payment.pk, now=now)
    settlement.finish_hold(payment_id=payment.pk, now=now)
    assert tell(client, provider, "charge.captured")["charge.captured"] == S.DONE
    payment.refresh_from_db()
    assert payment.state == Payment.State.SETTLED


def test_a_refund_and_a_dispute_are_booked_from_their_events(
    client: Client, provider: Running
) -> None:
    first, second = settled(reference="gift-1"), settled(reference="gift-2")
    by_hand(provider, first.charge_key, 30_00)
    dispute = control(provider, "disputes", charge=second.charge_key)
    control(provider, "disputes", dispute=dispute["id"], outcome="lost")

    became = tell(client, provider)

    of_ours = {kind: state for kind, state in became.items() if kind in routes.OURS}
    assert {"refund.created", "charge.refunded", "charge.dispute.closed"} <= of_ours.keys()
    assert set(of_ours.values()) == {S.DONE}
    assert Refund.objects.get().amount_minor == 30_00
    assert Dispute.objects.get().state == Dispute.State.LOST


def test_a_payees_bank_and_its_payout_are_heard_of(client: Client, provider: Running) -> None:
    make_payouts.top_up(provider)
    now = timezone.now()
    account = make_payouts.stripe_account(now=now - timedelta(hours=80))
    make_payouts.escrow()
    payout = make_payouts.approved(now=now)
    payouts.submit_due(now=now)
    payouts.carry_on(payout_id=payout.pk, now=now)
    for _step in ("on its way", "there"):
        make_payouts.control(provider, "clock", {"forward": 10})
        do_due(provider.world)

    became = tell(client, provider)

    assert became["account.updated"] == S.DONE
    assert became["transfer.created"] == S.DONE
    assert became["payout.paid"] == S.DONE
    whose = InboxEvent.objects.filter(kind="payout.paid").values_list("account_key", flat=True)
    assert set(whose) == {account.provider_key}
    assert make_payouts.again(payout).state == Payout.State.PAID
