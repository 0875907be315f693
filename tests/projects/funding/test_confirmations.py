"""What follows when the money arrived, in time or late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.checkout import PAGE_LIFE
from payments.ledger import selectors as ledger
from payments.ledger.services import AccountKey, AccountKind
from payments.models import EventDelivery, Payment
from projects.funding import services
from projects.funding.models import Campaign, Contribution
from projects.funding.receipts import receipt_number
from projects.funding.selectors import escrow
from projects.matching import services as matching
from projects.matching.models import Allocation, CountedMoney, Reservation
from tests.make import funding as make
from tests.projects.funding.steps import confirm, held, state_of, state_of_match, submit

NOON = make.NOON
State = Contribution.State


@pytest.mark.django_db
def test_confirming_books_the_gift_and_the_fee_that_the_project_bears() -> None:
    contribution = make.settled()

    assert contribution.state == State.SETTLED
    assert contribution.receipt_number == receipt_number(contribution.key, settled_at=NOON)
    balance = ledger.balance(escrow(contribution.campaign))
    assert (balance.credits_posted, balance.debits_posted) == (100_00, 1_75)
    donor = AccountKey(AccountKind.DONOR_CLEARING, contribution.key, "EUR")
    assert ledger.balance(donor).left == 0
    assert CountedMoney.objects.get().contribution_ref == contribution.key


@pytest.mark.django_db
@pytest.mark.promise("M3")
def test_confirming_again_changes_nothing() -> None:
    contribution = make.settled()
    before = ledger.fingerprint_rows(), EventDelivery.objects.count(), contribution.log.count()

    again = confirm(contribution, payment_id=contribution.payment_id)

    assert again == contribution
    assert (
        ledger.fingerprint_rows(),
        EventDelivery.objects.count(),
        contribution.log.count(),
    ) == before


@pytest.mark.django_db
def test_a_second_payment_or_another_amount_is_left_for_a_person() -> None:
    paid = make.settled()
    open_one = make.submitted(make.identified(paid.campaign))
    before = ledger.fingerprint_rows()

    confirm(paid)
    confirm(open_one, minor=99_00)

    assert ledger.fingerprint_rows() == before
    assert (state_of(paid), state_of(open_one)) == (State.SETTLED, State.AWAITING_PAYMENT)
    assert list(Contribution.objects.filter(needs_person_since=NOON)) == [paid, open_one]
    assert paid.log.get(event="hold").reason == "surplus"
    assert open_one.log.get(event="hold").reason == "amount"


@pytest.mark.django_db
def test_other_money_than_was_asked_for_stops_everything_until_a_person_has_looked() -> None:
    make.programme()
    contribution = make.identified()
    payment = submit(contribution)

    for minutes in (5, 6):
        services.hold_contribution(
            reference=contribution.key,
            payment_id=payment.pk,
            difference="currency",
            now=NOON + timedelta(minutes=minutes),
        )
    Payment.objects.filter(pk=payment.pk).update(state=Payment.State.EXPIRED)
    services.expire_contributions(now=NOON + timedelta(days=30))
    matching.expire_reservations(now=NOON + timedelta(days=30))

    assert (state_of(contribution), held()) == (State.AWAITING_PAYMENT, 200_00)
    assert contribution.needs_person_since == NOON + timedelta(minutes=5)
    line = contribution.log.get(event="hold")
    assert (line.reason, line.facts) == ("currency", {"payment": str(payment.pk)})
    with pytest.raises(services.NeedsPerson):
        submit(contribution)
    nobody = services.hold_contribution(
        reference="investment-1", payment_id=payment.pk, difference="amount", now=NOON
    )
    assert nobody is None


@pytest.mark.django_db
@pytest.mark.promise("M7")
def test_the_agreed_match_stays_for_as_long_as_the_page_can_be_paid_on() -> None:
    version = make.programme(pot_minor=200_00)
    contribution = make.identified(make.campaign())
    payment = submit(contribution, shown_minor=200_00, minutes=14)
    assert Reservation.objects.active().get().expires_at == NOON + timedelta(minutes=14 + 32)
    assert timedelta(minutes=32) > PAGE_LIFE

    for minutes in (30, 44, 50):
        matching.expire_reservations(now=NOON + timedelta(minutes=minutes))
        services.expire_contributions(now=NOON + timedelta(minutes=minutes))
    other = make.identified(
        contribution.campaign, email="binta@example.org", at=NOON + timedelta(minutes=40)
    )
    make.charge(contribution, minor=100_00, fee_minor=1_75)
    confirm(contribution, payment_id=payment.pk, minutes=44)
    make.allocate(version.programme_id, at=NOON + timedelta(minutes=51))

    given = Allocation.objects.get(contribution_ref=contribution.key)
    assert given.amount_minor == state_of_match(contribution) == 200_00
    assert state_of(other) == State.DRAFT
    assert held() == 0


@pytest.mark.django_db
@pytest.mark.promise("M14")
@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_two_payments_in_time_end_in_the_same_books_in_either_order(
    order: tuple[str, str],
) -> None:
    version = make.programme(pot_minor=300_00)
    campaign = make.campaign()
    gifts = {
        name: make.submitted(make.identified(campaign, email=f"{name}@example.org"))
        for name in "ab"
    }
    minutes = {"a": 20, "b": 25}

    for name in order:
        make.charge(gifts[name], minor=100_00, fee_minor=1_75)
        confirm(gifts[name], minutes=minutes[name])
        matching.expire_reservations(now=NOON + timedelta(minutes=80))
        services.expire_contributions(now=NOON + timedelta(minutes=80))
        make.allocate(version.programme_id, at=NOON + timedelta(minutes=80))

    matched = {
        name: Allocation.objects.get(contribution_ref=gift.key).amount_minor
        for name, gift in gifts.items()
    }
    assert matched == {"a": 200_00, "b": 100_00}


@pytest.mark.django_db
def test_money_that_comes_after_its_payment_was_over_is_taken_in_the_order_it_is_counted() -> None:
    version = make.programme(pot_minor=200_00)
    campaign = make.campaign()
    late = make.submitted(make.identified(campaign, email="late@example.org"))
    Payment.objects.filter(reference=late.key).update(state=Payment.State.EXPIRED)
    services.expire_contributions(now=NOON + timedelta(minutes=31))
    other = make.submitted(make.identified(campaign, email="other@example.org"))
    for contribution in (other, late):
        make.charge(contribution, minor=100_00, fee_minor=1_75)
        confirm(contribution, minutes=5 if contribution is late else 6)
        make.allocate(version.programme_id)

    matched = Allocation.objects.values_list("contribution_ref", "amount_minor")
    assert dict(matched) == {other.key: 200_00, late.key: 0}


@pytest.mark.django_db
def test_money_that_comes_after_the_time_ran_out_settles_all_the_same() -> None:
    make.programme()
    contribution = make.submitted(make.identified())
    Payment.objects.filter(reference=contribution.key).update(state=Payment.State.EXPIRED)
    services.expire_contributions(now=NOON + timedelta(minutes=31))
    assert (state_of(contribution), held()) == (State.EXPIRED, 0)
    make.charge(contribution, minor=100_00, fee_minor=1_75)

    confirm(contribution)

    assert state_of(contribution) == State.SETTLED
    assert CountedMoney.objects.get().contribution_ref == contribution.key


@pytest.mark.django_db
def test_money_that_comes_after_the_close_settles_when_it_was_begun_before() -> None:
    contribution = make.submitted(make.identified())
    services.close_ended_campaigns(now=NOON + timedelta(days=21))
    make.charge(contribution, minor=100_00, fee_minor=1_75)

    confirm(contribution)

    assert Campaign.objects.get().state == Campaign.State.SETTLING
    assert state_of(contribution) == State.SETTLED


def test_a_receipt_number_is_made_from_the_key_alone() -> None:
    number = receipt_number("seed-1", settled_at=NOON)

    assert number == receipt_number("seed-1", settled_at=NOON)
    assert number != receipt_number("seed-2", settled_at=NOON)
    assert number.startswith("W26-")
    assert len(number) == len("W26-7K3F-9QXM-2B4D")
