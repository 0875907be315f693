"""Asking for the money, once and again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.checkout import PAGE_LIFE
from payments.models import Payment
from payments.money import Money
from projects.funding import services
from projects.funding.models import Contribution
from projects.matching import services as matching
from projects.matching.models import Reservation
from tests.make import funding as make
from tests.projects.funding.steps import held, identify, state_of, submit

NOON = make.NOON
State = Contribution.State


@pytest.mark.django_db
def test_going_to_pay_asks_for_exactly_the_amount() -> None:
    make.programme()
    contribution = make.identified()

    payment = submit(contribution, shown_minor=200_00)

    assert (payment.reference, payment.amount) == (contribution.key, Money(100_00, "EUR"))
    assert payment.email == "amina@example.org"
    assert state_of(contribution) == State.AWAITING_PAYMENT
    assert contribution.agreed_match_minor == 200_00
    assert contribution.expires_at == NOON + PAGE_LIFE


@pytest.mark.django_db
@pytest.mark.promise("M5")
def test_going_to_pay_again_is_the_same_payment() -> None:
    contribution = make.identified()

    assert submit(contribution).pk == submit(contribution, minutes=1).pk
    assert Payment.objects.count() == 1


@pytest.mark.django_db
def test_nobody_pays_before_saying_who_gives() -> None:
    contribution = make.contribution()

    with pytest.raises(services.ContributorUnknown):
        submit(contribution)

    assert not Payment.objects.exists()
    assert state_of(contribution) == State.DRAFT


@pytest.mark.django_db
def test_a_smaller_match_is_told_before_anything_is_asked_for() -> None:
    make.programme(pot_minor=250_00)
    contribution = make.identified()
    make.submitted(make.identified(contribution.campaign, email="binta@example.org"))
    Reservation.objects.filter(contribution_ref=contribution.key)

    with pytest.raises(services.MatchChanged) as refused:
        submit(contribution, shown_minor=250_00)

    assert (refused.value.old, refused.value.new) == (Money(250_00, "EUR"), Money(200_00, "EUR"))
    assert state_of(contribution) == State.DRAFT
    assert Payment.objects.filter(reference=contribution.key).count() == 0


@pytest.mark.django_db
def test_a_reservation_that_ran_out_is_taken_again() -> None:
    make.programme()
    contribution = make.identified()
    matching.expire_reservations(now=NOON + timedelta(minutes=16))
    assert held() == 0

    submit(contribution, shown_minor=200_00, minutes=17)

    assert held() == 200_00


@pytest.mark.django_db
def test_nobody_goes_to_pay_after_the_campaign_closed() -> None:
    contribution = make.identified()

    with pytest.raises(services.CampaignClosed):
        submit(contribution, minutes=60 * 24 * 21)

    assert not Payment.objects.exists()


@pytest.mark.django_db
def test_a_refused_address_can_be_corrected_and_paid_again() -> None:
    make.programme()
    contribution = make.identified()
    first = submit(contribution)
    with pytest.raises(services.NotChangeable):
        identify(contribution)
    Payment.objects.filter(pk=first.pk).update(state=Payment.State.FAILED)
    identify(contribution)
    services.fail_contribution(
        reference=contribution.key, payment_id=first.pk, reason="failed", now=NOON
    )

    identify(contribution)
    second = submit(contribution)

    assert (first.email, second.email) == ("amina@example.org", "right@example.org")
    assert (state_of(contribution), held()) == (State.AWAITING_PAYMENT, 200_00)
    with pytest.raises(services.NotChangeable):
        services.change_amount(
            contribution_id=contribution.pk, amount=Money(50_00, "EUR"), now=NOON
        )


@pytest.mark.django_db
def test_the_details_of_a_paid_or_stopped_contribution_stand() -> None:
    paid = make.settled()
    stopped = make.identified(paid.campaign)
    services.cancel_contribution(contribution_id=stopped.pk, now=NOON)

    for contribution in (paid, stopped):
        with pytest.raises(services.NotChangeable):
            identify(contribution)
        assert contribution.contributor.email == "amina@example.org"


@pytest.mark.django_db
def test_a_failed_payment_can_be_tried_again_with_a_new_one() -> None:
    make.programme()
    contribution = make.identified()
    first = submit(contribution)
    Payment.objects.filter(pk=first.pk).update(state=Payment.State.FAILED)

    services.fail_contribution(
        reference=contribution.key, payment_id=first.pk, reason="failed", now=NOON
    )
    assert (state_of(contribution), held()) == (State.FAILED, 200_00)
    second = submit(contribution)

    assert second.pk != first.pk
    assert state_of(contribution) == State.AWAITING_PAYMENT


@pytest.mark.django_db
def test_the_failure_of_a_payment_that_was_replaced_changes_nothing() -> None:
    contribution = make.identified()
    first = submit(contribution)
    Payment.objects.filter(pk=first.pk).update(state=Payment.State.FAILED)
    submit(contribution)

    services.fail_contribution(
        reference=contribution.key, payment_id=first.pk, reason="failed", now=NOON
    )

    assert state_of(contribution) == State.AWAITING_PAYMENT
