"""What the database refuses to keep of a payment."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from payments.models import Payment, PaymentMove
from tests.make import payments as make_payments

S = Payment.State


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "paid"}, "payment_state_known"),
        ({"amount_minor": 0}, "payment_amount_positive"),
        ({"state": "open"}, "payment_open_has_page"),
        ({"state": "differs"}, "payment_differs_says_why|payment_received_has_charge"),
        ({"state": "settled"}, "payment_settled_as_asked|payment_received_has_charge"),
        ({"received_minor": 5}, "payment_received_has_charge"),
        ({"difference": "amount"}, "payment_differs_says_why"),
    ],
)
def test_the_database_refuses_a_payment_that_makes_no_sense(
    changes: dict[str, object], constraint: str
) -> None:
    make_payments.payment()

    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        Payment.objects.update(**changes)

    assert Payment.objects.get().state == S.CREATED


@pytest.mark.django_db
def test_the_moves_of_a_payment_are_never_changed() -> None:
    make_payments.payment()

    for change in (
        lambda: PaymentMove.objects.update(cause="nothing"),
        lambda: PaymentMove.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            change()

    assert PaymentMove.objects.get().cause == "begin"
