"""What the database refuses to keep of a refund, tried as the application's role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from payments.disputes.models import Dispute
from payments.refunds.models import Refund
from tests.payments.refunds import books

if TYPE_CHECKING:
    from payments.models import Payment

S = Refund.State
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("provider")]


def row(payment: Payment, minor: int, **more: Any) -> Refund:  # noqa: ANN401
    """Return a refund that was asked for, past every service and not saved."""
    now = timezone.now()
    given: dict[str, Any] = {
        "payment": payment,
        "amount_minor": minor,
        "currency": "EUR",
        "requested_by": "officer",
        "idempotency_key": f"key-{minor}-{more}",
        "created_at": now,
        "due_at": now,
    }
    return Refund(**given | more)


def made(payment: Payment, minor: int, **more: Any) -> Refund:  # noqa: ANN401
    """Return a refund that the provider made without us, past every service and not saved."""
    known = {"state": S.PENDING, "is_found": True, "requested_by": "", "idempotency_key": ""}
    return row(payment, minor, **{"provider_key": f"re_{minor}"} | known | more)


def refused(refund: Refund, constraint: str) -> None:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        refund.save()
    assert constraint in (refusal.value.__cause__.diag.constraint_name or "")  # type: ignore[union-attr]


@pytest.mark.promise("M10")
def test_no_more_is_asked_for_than_was_captured() -> None:
    payment = books.settled()
    row(payment, 60_00).save()

    refused(row(payment, 40_01), "refund_within_captured")
    refused(row(payment, 1, currency="USD"), "refund_within_captured")
    row(payment, 40_00).save()

    assert sum(Refund.objects.values_list("amount_minor", flat=True)) == 100_00


@pytest.mark.promise("M10")
def test_no_more_is_asked_for_than_banks_have_left() -> None:
    payment, now = books.settled(), timezone.now()
    Dispute.objects.create(
        payment=payment, provider_key="dp_1", amount_minor=70_00, currency="EUR", fee_minor=0,
        fee_currency="EUR", opened_at=now, found_at=now, due_at=now,
    )  # fmt: skip

    refused(row(payment, 30_01), "refund_within_captured")
    row(payment, 30_00).save()

    assert Refund.objects.count() == 1


@pytest.mark.promise("M10")
def test_what_the_provider_made_has_to_fit_beside_what_it_made_only() -> None:
    payment = books.settled()
    row(payment, 60_00).save()
    made(payment, 80_00).save()

    refused(made(payment, 20_01), "refund_within_captured")
    with pytest.raises(DatabaseError, match="more than was captured"), transaction.atomic():
        Refund.objects.filter(state=S.CREATED).update(state=S.PENDING, provider_key="re_1")

    assert Refund.objects.made().count() == 1


@pytest.mark.promise("M10")
def test_a_payment_that_brought_nothing_gives_nothing_back() -> None:
    refused(row(books.opened(), 1), "refund_within_captured")


@pytest.mark.promise("M10")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE refunds_refund SET amount_minor = 100001",
        "UPDATE refunds_refund SET amount_minor = 1 WHERE state = 'succeeded'",
        "UPDATE refunds_refund SET currency = 'USD'",
        "UPDATE refunds_refund SET state = 'created', provider_key = '', refunded_at = NULL",
        "UPDATE refunds_refund SET state = 'pending', refunded_at = NULL",
        "UPDATE refunds_refund SET state = 'lost'",
        "UPDATE refunds_refund SET provider_key = 're_other'",
        "UPDATE refunds_refund SET idempotency_key = 'other'",
        "UPDATE refunds_refund SET failed_at = now()",
        "UPDATE refunds_refund SET is_found = true",
        "DELETE FROM refunds_refund",
        "TRUNCATE refunds_refund",
        "ALTER TABLE refunds_refund DISABLE TRIGGER ALL",
        "DROP TRIGGER refund_stays ON refunds_refund",
        "DROP FUNCTION refund_check_captured() CASCADE",
        "ALTER TABLE refunds_refund DROP CONSTRAINT refund_state_fits",
    ],
)
def test_the_application_cannot_change_what_was_given_back(statement: str) -> None:
    refund = books.refunded(books.settled(), 30_00)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    kept = Refund.objects.get()
    assert (kept.state, kept.amount_minor) == (S.SUCCEEDED, 30_00)
    assert kept.provider_key == refund.provider_key


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"amount_minor": 0}, "refund_amount_positive"),
        ({"provider_key": "re_1"}, "refund_state_fits"),
        ({"due_at": None}, "refund_state_fits"),
        ({"state": "pending"}, "refund_state_fits"),
        ({"state": "succeeded", "provider_key": "re_1"}, "refund_state_fits"),
        ({"state": "failed"}, "refund_state_fits"),
        ({"requested_by": ""}, "refund_asked_for_or_found"),
        ({"idempotency_key": ""}, "refund_asked_for_or_found"),
    ],
)
def test_a_refund_that_makes_no_sense_is_refused(changes: dict[str, Any], constraint: str) -> None:
    refused(row(books.settled(), changes.pop("amount_minor", 30_00), **changes), constraint)


def test_one_key_is_one_refund() -> None:
    payment = books.settled()
    row(payment, 1, idempotency_key="same").save()
    made(payment, 2, provider_key="re_same").save()

    refused(row(payment, 3, idempotency_key="same"), "refund_asked_for_once")
    refused(made(payment, 4, provider_key="re_same"), "refund_made_once")
