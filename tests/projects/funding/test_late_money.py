"""Money that arrives when its campaign counts none any more: kept, told of, and given back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from payments.ledger import selectors as ledger
from payments.models import EventDelivery, Payment
from payments.money import Money
from payments.reconciliation.kinds import EXPLANATIONS
from payments.reconciliation.models import QueuedException
from projects.funding import selectors, services
from projects.funding.models import Contribution
from projects.funding.models.campaigns import SETTLING
from projects.matching.models import CountedMoney
from projects.public.standing import Standing, standing_of
from tests.make import funding as make
from tests.make import payments as make_payments
from tests.projects.funding import reversing
from tests.projects.funding.steps import held

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

pytestmark = pytest.mark.django_db
State = Contribution.State


def gone_to_pay() -> tuple[Contribution, Payment]:
    gift = make.submitted(make.identified())
    payment = Payment.objects.get(reference=gift.key)
    reversing.settle(payment, minor=100_00, fee_minor=1_75)
    make.charge(gift, minor=100_00, fee_minor=1_75)
    return gift, payment


def confirm(gift: Contribution, payment_id: UUID, *, at: datetime, heard: datetime) -> None:
    services.confirm_contribution(
        reference=gift.key,
        payment_id=payment_id,
        amount=Money(100_00, "EUR"),
        fee=Money(1_75, "EUR"),
        settled_at=at,
        now=heard,
    )
    gift.refresh_from_db()


@pytest.mark.promise("M8")
def test_money_after_the_settling_days_counts_for_nobody_and_waits_for_a_person() -> None:
    make.programme()
    gift, payment = gone_to_pay()
    assert held() == 200_00
    end = gift.campaign.closes_at + SETTLING

    for _ in range(2):
        confirm(gift, payment.pk, at=end, heard=end)
    make_payments.deliver_announcements()

    assert (gift.state, gift.needs_person_since) == (State.AWAITING_PAYMENT, end)
    assert (held(), CountedMoney.objects.count()) == (0, 0)
    assert selectors.totals([gift.campaign])[gift.campaign_id].raised == Money(0, "EUR")
    assert EventDelivery.objects.filter(event="ExceptionFound").count() == 1
    queued = QueuedException.objects.get()
    assert (queued.kind, queued.provider_key, queued.reference) == (
        "late",
        f"ch_{payment.pk}",
        gift.key,
    )
    assert (queued.ours, queued.theirs) == (None, Money(100_00, "EUR"))
    assert str(EXPLANATIONS["late"].action) == "Refund it, all of it."
    assert standing_of(gift) is Standing.PERSON
    assert selectors.verify_differences() == ledger.verify() == []


@pytest.mark.promise("M8")
def test_the_last_moment_of_the_settling_days_counts_however_late_it_is_heard_of() -> None:
    gift, payment = gone_to_pay()
    end = gift.campaign.closes_at + SETTLING

    confirm(gift, payment.pk, at=end - timedelta(microseconds=1), heard=end + timedelta(days=9))

    assert (gift.state, gift.needs_person_since) == (State.SETTLED, None)
    assert not EventDelivery.objects.filter(event="ExceptionFound").exists()


@pytest.mark.promise("M8")
def test_refunding_late_money_in_full_ends_the_hold_and_then_the_contribution() -> None:
    gift, payment = gone_to_pay()
    end = gift.campaign.closes_at + SETTLING
    confirm(gift, payment.pk, at=end, heard=end)

    reversing.refunded(gift, 60_00, payment_id=payment.pk)
    services.expire_contributions(now=end)
    gift.refresh_from_db()
    assert (gift.state, gift.needs_person_since) == (State.AWAITING_PAYMENT, end)
    reversing.refunded(gift, 40_00, payment_id=payment.pk)
    assert (gift.needs_person_since, standing_of(gift)) == (None, Standing.RETURNED)

    services.expire_contributions(now=end)

    gift.refresh_from_db()
    assert (gift.state, standing_of(gift)) == (State.EXPIRED, Standing.RETURNED)
    assert reversing.books(gift)["donor"] == (0, 0)
    assert selectors.verify_differences() == ledger.verify() == []


def test_late_money_that_went_back_before_anybody_heard_of_it_waits_for_nobody() -> None:
    gift, payment = gone_to_pay()
    end = gift.campaign.closes_at + SETTLING
    reversing.refunded(gift, 100_00, payment_id=payment.pk)

    confirm(gift, payment.pk, at=end, heard=end)

    assert (gift.needs_person_since, standing_of(gift)) == (None, Standing.RETURNED)
    assert not EventDelivery.objects.filter(event="ExceptionFound").exists()
