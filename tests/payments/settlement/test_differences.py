"""Money that is not what was asked for is booked and left for a person."""

from __future__ import annotations

import pytest

from payments import checkout, settlement
from payments.gateway.base import ChargeStatus
from payments.ledger import selectors as ledger
from payments.ledger.entries import AccountKey
from payments.ledger.models import Entry
from payments.models import Payment
from payments.money import Money
from tests.make import payments as make_payments
from tests.payments.settlement.charges import LATER, announced, opened, paid, rows, unpaid

pytestmark = pytest.mark.usefixtures("_heard_by_a_test")
S = Payment.State


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("difference", "amount", "fee"),
    [
        ("amount", Money(99_99, "EUR"), Money(1_75, "EUR")),
        ("amount", Money(100_01, "EUR"), Money(1_75, "EUR")),
        ("currency", Money(100_00, "USD"), Money(1_75, "USD")),
        ("amount", Money(99_99, "EUR"), Money(1_60, "GBP")),
    ],
)
def test_other_money_than_asked_for_is_booked_as_it_came_and_kept_for_a_person(
    difference: str, amount: Money, fee: Money
) -> None:
    payment = opened()

    for _ in range(2):
        settlement.settle(
            payment_id=payment.pk, charge=paid(payment, amount=amount, fee=fee), now=LATER
        )

    payment.refresh_from_db()
    assert (payment.state, payment.difference) == (S.DIFFERS, difference)
    assert payment.amount == Money(100_00, "EUR")
    assert (payment.received_minor, payment.received_currency) == (amount.minor, amount.currency)
    donor = ledger.balance(AccountKey("donor_clearing", "gift-1", amount.currency))
    assert donor.credits_posted == amount.minor
    assert Entry.objects.count() == 2
    assert announced() == [
        (
            "PaymentDiffers",
            {"payment_id": str(payment.pk), "reference": "gift-1", "difference": difference},
        ),
        (
            "ExceptionFound",
            {
                "kind": {"amount": "amount_mismatch"}.get(difference, difference),
                "provider_key": "ch_1",
                "reference": "gift-1",
                "ours_minor": 100_00,
                "theirs_minor": amount.minor,
                "currency": amount.currency,
            },
        ),
    ]
    assert ledger.verify() == []


@pytest.mark.django_db
def test_a_fee_in_another_currency_does_not_hold_up_the_givers_money() -> None:
    payment = opened()

    for _ in range(2):
        settlement.settle(
            payment_id=payment.pk, charge=paid(payment, fee=Money(1_60, "GBP")), now=LATER
        )

    payment.refresh_from_db()
    assert (payment.state, payment.difference) == (S.SETTLED, "fee_currency")
    assert (payment.fee_minor, payment.fee_currency) == (1_60, "GBP")
    assert rows() == [
        ("donor_clearing/gift-1", "EUR", -100_00),
        ("processor_fee/stripe", "GBP", 1_60),
        ("provider_clearing/stripe", "EUR", 100_00),
        ("provider_clearing/stripe", "GBP", -1_60),
    ]
    (settled, payload), (found, exception) = announced()
    assert (settled, payload["amount_minor"], payload["fee_minor"]) == ("PaymentSettled", 100_00, 0)
    assert (found, exception["kind"]) == ("ExceptionFound", "fee_currency")
    assert (exception["ours_minor"], exception["theirs_minor"], exception["currency"]) == (
        None,
        1_60,
        "GBP",
    )
    assert ledger.verify() == []


@pytest.mark.django_db
def test_a_second_charge_with_a_fee_in_another_currency_is_surplus() -> None:
    first = opened()
    settlement.settle(payment_id=first.pk, charge=unpaid(first, ChargeStatus.EXPIRED), now=LATER)
    second = opened()
    settlement.settle(payment_id=second.pk, charge=paid(second), now=LATER)

    late = paid(first, key="ch_2", fee=Money(1_60, "GBP"))
    settlement.settle(payment_id=first.pk, charge=late, now=LATER)

    first.refresh_from_db()
    assert (first.state, first.difference) == (S.DIFFERS, "surplus")


@pytest.mark.django_db
@pytest.mark.promise("M5")
def test_a_second_charge_for_one_reference_is_surplus() -> None:
    first = opened()
    settlement.settle(payment_id=first.pk, charge=unpaid(first, ChargeStatus.EXPIRED), now=LATER)
    second = opened()
    settlement.settle(payment_id=second.pk, charge=paid(second), now=LATER)

    settlement.settle(payment_id=first.pk, charge=paid(first, key="ch_2"), now=LATER)

    first.refresh_from_db()
    assert (first.state, first.difference) == (S.DIFFERS, "surplus")
    assert ledger.balance(AccountKey("donor_clearing", "gift-1", "EUR")).credits_posted == 200_00
    assert [name for name, _ in announced()] == [
        "PaymentFailed",
        "PaymentSettled",
        "PaymentDiffers",
        "ExceptionFound",
    ]
    with pytest.raises(checkout.AlreadyPaid):
        make_payments.payment(reference="gift-1")


@pytest.mark.django_db
def test_late_money_has_the_other_page_of_its_reference_looked_at() -> None:
    first = opened()
    settlement.settle(payment_id=first.pk, charge=unpaid(first, ChargeStatus.EXPIRED), now=LATER)
    second = opened()

    settlement.settle(payment_id=first.pk, charge=paid(first), now=LATER)

    second.refresh_from_db()
    assert (second.state, second.due_at) == (S.OPEN, LATER)
    with pytest.raises(checkout.AlreadyPaid):
        checkout.open_page(payment_id=second.pk, now=LATER)


@pytest.mark.django_db
def test_the_charge_of_another_payment_settles_nothing() -> None:
    payment, other = opened(), opened(reference="gift-2")

    with pytest.raises(settlement.ChargeBelongsElsewhere):
        settlement.settle(payment_id=payment.pk, charge=paid(other), now=LATER)

    assert rows() == []
    assert announced() == []
