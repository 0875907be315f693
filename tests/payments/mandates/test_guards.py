"""What a giver agreed to holds in the database, whoever writes: here the application's role."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from payments.mandates.models import CardCharge, Mandate
from payments.models import Payment
from payments.money import Money
from tests.make.payments import NOON
from tests.payments.mandates.caller import HUNDRED, begun

pytestmark = pytest.mark.django_db


def payment_of(
    amount: Money, *, reference: str = "gift-1", collection: str = Payment.Collection.CARD
) -> Payment:
    return Payment.objects.create(
        reference=reference,
        collection=collection,
        amount_minor=amount.minor,
        currency=amount.currency,
        description="A gift",
        language="en",
        success_url="http://testserver/saved/",
        cancel_url="http://testserver/give/",
        created_at=NOON,
    )


def charged(mandate: Mandate, payment: Payment) -> CardCharge:
    with transaction.atomic():
        return CardCharge.objects.create(
            mandate=mandate, payment=payment, next_try_at=NOON, due_at=NOON
        )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount_minor", 100_01),
        ("currency", "USD"),
        ("reference", "gift-2"),
        ("description", "Your card is charged whenever we like."),
    ],
)
def test_what_was_agreed_is_not_changed_afterwards(field: str, value: object) -> None:
    mandate = begun()

    with pytest.raises(IntegrityError, match="agreed to is never changed"), transaction.atomic():
        Mandate.objects.filter(pk=mandate.pk).update(**{field: value})

    mandate.refresh_from_db()
    assert (mandate.amount, mandate.reference) == (HUNDRED, "gift-1")


def test_a_card_is_charged_as_much_as_was_agreed() -> None:
    mandate = begun()

    assert charged(mandate, payment_of(HUNDRED)).mandate == mandate


@pytest.mark.parametrize(
    "payment",
    [
        {"amount": replace(HUNDRED, minor=100_01)},
        {"amount": Money(100_00, "USD")},
        {"amount": HUNDRED, "reference": "gift-2"},
        {"amount": HUNDRED, "collection": Payment.Collection.PAGE},
    ],
)
def test_a_card_is_not_charged_for_what_was_not_agreed(payment: dict[str, object]) -> None:
    mandate = begun()

    with pytest.raises(IntegrityError, match="agreed to less"):
        charged(mandate, payment_of(**payment))  # type: ignore[arg-type]

    assert not CardCharge.objects.exists()


def test_a_payment_from_a_card_does_not_grow_before_the_provider_is_asked() -> None:
    payment = charged(begun(), payment_of(HUNDRED)).payment

    with pytest.raises(IntegrityError, match="charged is never changed"), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(amount_minor=100_01)

    payment.refresh_from_db()
    assert payment.amount == HUNDRED


def test_a_charge_does_not_move_to_a_payment_of_more() -> None:
    charge = charged(begun(), payment_of(Money(40_00, "EUR")))
    Payment.objects.update(state=Payment.State.FAILED)
    more = payment_of(Money(100_01, "EUR"))

    with pytest.raises(IntegrityError, match="agreed to less"), transaction.atomic():
        CardCharge.objects.filter(pk=charge.pk).update(payment=more)

    charge.refresh_from_db()
    assert charge.payment.amount == Money(40_00, "EUR")
