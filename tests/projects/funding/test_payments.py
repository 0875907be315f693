"""Asking for the money, and what follows from the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from payments.checkout import PAGE_LIFE
from payments.ledger import selectors as ledger
from payments.ledger.services import AccountKey, AccountKind, LedgerBusy
from payments.models import EventDelivery, Payment
from payments.money import Money
from projects.funding import services
from projects.funding.models import Campaign, Contribution
from projects.funding.receipts import receipt_number
from projects.funding.selectors import escrow
from projects.matching import services as matching
from projects.matching.models import Allocation, CountedMoney, Reservation
from tests.make import funding as make

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

NOON = make.NOON
State = Contribution.State


def submit(contribution: Contribution, *, shown_minor: int = 0, minutes: int = 0) -> Payment:
    return services.submit_contribution(
        contribution_id=contribution.pk,
        agreed_match_minor=shown_minor,
        success_url="http://testserver/done/",
        cancel_url="http://testserver/pay/",
        now=NOON + timedelta(minutes=minutes),
    )


def confirm(
    contribution: Contribution,
    *,
    payment_id: UUID | None = None,
    minor: int = 100_00,
    minutes: int = 0,
) -> Contribution | None:
    return services.confirm_contribution(
        reference=contribution.key,
        payment_id=payment_id or uuid4(),
        amount=Money(minor, "EUR"),
        fee=Money(1_75, "EUR"),
        settled_at=NOON + timedelta(minutes=minutes),
        now=NOON + timedelta(minutes=minutes),
    )


def identify(contribution: Contribution) -> Contribution:
    return services.identify_contributor(
        contribution_id=contribution.pk,
        email="right@example.org",
        name="Amina Invented",
        residence="DEU",
        hide_name=False,
        message="",
        now=NOON,
    )


def state_of_match(contribution: Contribution) -> int | None:
    contribution.refresh_from_db()
    return contribution.agreed_match_minor


def state_of(contribution: Contribution) -> str:
    contribution.refresh_from_db()
    return contribution.state


def held() -> int:
    return sum(Reservation.objects.active().values_list("amount_minor", flat=True))


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
def test_a_failure_reported_late_does_not_take_the_match_of_money_that_arrived() -> None:
    make.programme()
    contribution = make.identified()
    first = submit(contribution)
    Payment.objects.filter(pk=first.pk).update(
        state=Payment.State.SETTLED,
        settled_at=NOON,
        charge_key="ch_1",
        received_minor=100_00,
        received_currency="EUR",
        fee_minor=0,
        fee_currency="EUR",
    )

    services.fail_contribution(
        reference=contribution.key, payment_id=uuid4(), reason="failed", now=NOON
    )
    matching.expire_reservations(now=NOON + timedelta(minutes=60))

    assert (state_of(contribution), held()) == (State.AWAITING_PAYMENT, 200_00)


@pytest.mark.django_db
@pytest.mark.promise("M15")
def test_a_contribution_that_cannot_expire_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    campaign = make.campaign()
    broken, *others = [make.contribution(campaign) for _ in range(3)]
    real = matching.release

    def release(*, contribution_ref: str, now: datetime) -> bool:
        if contribution_ref == broken.key:
            raise LedgerBusy
        return real(contribution_ref=contribution_ref, now=now)

    monkeypatch.setattr(matching, "release", release)
    with pytest.raises(services.RowsFailed) as failure:
        services.expire_contributions(now=NOON + timedelta(days=2))

    assert failure.value.keys == (broken.key,)
    assert [state_of(each) for each in (broken, *others)] == [
        State.DRAFT,
        State.EXPIRED,
        State.EXPIRED,
    ]


@pytest.mark.django_db
def test_money_for_another_room_is_not_ours() -> None:
    nothing = services.confirm_contribution(
        reference="investment-1",
        payment_id=uuid4(),
        amount=Money(100_00, "EUR"),
        fee=Money(0, "EUR"),
        settled_at=NOON,
        now=NOON,
    )

    assert nothing is None


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


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("payment", "expected"),
    [
        (Payment.State.EXPIRED, State.EXPIRED),
        (Payment.State.FAILED, State.EXPIRED),
        (Payment.State.CREATED, State.AWAITING_PAYMENT),
        (Payment.State.OPEN, State.AWAITING_PAYMENT),
        (Payment.State.PROCESSING, State.AWAITING_PAYMENT),
    ],
)
def test_what_nobody_pays_expires_when_its_payment_is_over(
    payment: Payment.State, expected: State
) -> None:
    make.programme()
    contribution = make.submitted(make.identified())
    Payment.objects.filter(reference=contribution.key).update(state=payment, page_key="cs_1")

    assert services.expire_contributions(now=NOON + PAGE_LIFE - timedelta(minutes=1)) == 0
    count = services.expire_contributions(now=NOON + PAGE_LIFE)

    assert state_of(contribution) == expected
    assert (count, held()) == ((1, 0) if expected == State.EXPIRED else (0, 200_00))


@pytest.mark.django_db
def test_a_draft_nobody_comes_back_to_expires_after_a_day() -> None:
    contribution = make.contribution()

    assert services.expire_contributions(now=NOON + timedelta(hours=23, minutes=59)) == 0
    assert services.expire_contributions(now=NOON + timedelta(hours=24)) == 1
    assert services.expire_contributions(now=NOON + timedelta(hours=25)) == 0
    assert state_of(contribution) == State.EXPIRED


def test_a_receipt_number_is_made_from_the_key_alone() -> None:
    number = receipt_number("seed-1", settled_at=NOON)

    assert number == receipt_number("seed-1", settled_at=NOON)
    assert number != receipt_number("seed-2", settled_at=NOON)
    assert number.startswith("W26-")
    assert len(number) == len("W26-7K3F-9QXM-2B4D")
