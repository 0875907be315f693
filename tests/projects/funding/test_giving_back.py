"""From the officer's request to the receipt, through the rooms of payments and the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from payments import checkout, settlement
from payments.models import Payment
from payments.money import Money
from payments.refunds import services as refunds
from payments.refunds.models import Refund
from projects.funding import selectors, services
from projects.funding.models import Contribution
from tests.make import funding as make
from tests.make import payments as make_payments
from tests.payments.browser import pay
from tests.payments.conftest import provider, sandbox

if TYPE_CHECKING:
    from payments.sandbox.server import Running

__all__ = ["provider", "sandbox"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("provider")]
State = Contribution.State


def submitted() -> tuple[Contribution, Payment]:
    """Return a contribution whose giver is on the provider's page."""
    now = timezone.now()
    gift = make.submitted(make.identified(make.campaign(at=now), at=now), at=now)
    payment = Payment.objects.get(reference=gift.key)
    checkout.open_page(payment_id=payment.pk, now=now)
    payment.refresh_from_db()
    return gift, payment


def settle(payment: Payment) -> None:
    settlement.ask_about_payment(payment_id=payment.pk, now=timezone.now())
    make_payments.deliver_announcements()


def work_refunds() -> None:
    for refund in Refund.objects.all():
        refunds.ask(refund_id=refund.pk, now=timezone.now())
    make_payments.deliver_announcements()


@pytest.mark.promise("M10")
def test_a_part_asked_back_by_an_officer_reaches_the_giver_and_the_total() -> None:
    gift, payment = submitted()
    pay(payment.page_url)
    settle(payment)
    gift.refresh_from_db()
    assert gift.state == State.SETTLED

    services.refund_contribution(
        contribution_id=gift.pk,
        amount=Money(40_00, "EUR"),
        reason="asked for",
        requested_by="officer",
        now=timezone.now(),
    )
    work_refunds()

    gift.refresh_from_db()
    assert (gift.state, gift.refunded_minor) == (State.PARTIALLY_REFUNDED, 40_00)
    totals = selectors.totals([gift.campaign])[gift.campaign_id]
    assert totals.contributed == Money(60_00, "EUR")
    assert selectors.verify_differences() == []


def test_other_money_than_was_asked_for_goes_back_and_the_person_pays_again(
    provider: Running,
) -> None:
    gift, payment = submitted()
    pay(payment.page_url)
    (charge,) = provider.world.store.every("charge")
    charge.document |= {"amount": 99_00, "amount_captured": 99_00}
    provider.world.store.save(charge)
    settle(payment)
    gift.refresh_from_db()
    payment.refresh_from_db()
    assert payment.state == Payment.State.DIFFERS
    assert gift.needs_person_since is not None

    refunds.request(
        payment_id=payment.pk,
        amount=Money(99_00, "EUR"),
        reason="not what was asked for",
        requested_by="officer",
        idempotency_key="surplus",
        now=timezone.now(),
    )
    work_refunds()
    gift.refresh_from_db()
    assert gift.state == State.AWAITING_PAYMENT
    assert Contribution.objects.filter(needs_person_since=None).exists()

    second = make.submitted(gift, at=timezone.now())
    again = Payment.objects.exclude(pk=payment.pk).get(reference=gift.key)
    checkout.open_page(payment_id=again.pk, now=timezone.now())
    again.refresh_from_db()
    pay(again.page_url)
    settle(again)

    second.refresh_from_db()
    assert (second.state, second.payment_id) == (State.SETTLED, again.pk)
    assert selectors.verify_differences() == []
