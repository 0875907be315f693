"""What is left of payments, as other rooms read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from payments import selectors
from payments.disputes import services as disputes
from payments.money import Money
from payments.refunds import services
from tests.payments.refunds import books

if TYPE_CHECKING:
    from payments.models import Payment
    from payments.sandbox.server import Running

pytestmark = pytest.mark.django_db


def parts(payment: Payment) -> dict[str, int]:
    standing = selectors.standing(payment)
    assert standing is not None
    names = ("received", "refunding", "refunded", "blocked", "lost", "left", "refundable")
    found: dict[str, Any] = {name: getattr(standing, name).minor for name in names}
    return {name: minor for name, minor in found.items() if minor}


def dispute(sandbox: Running, payment: Payment, minor: int) -> str:
    found = books.control(sandbox, "disputes", charge=payment.charge_key, amount=minor)
    disputes.look_at(object_key=found["id"], now=timezone.now())
    return str(found["id"])


def test_each_part_of_a_payment_is_told_apart(provider: Running) -> None:
    payment = books.settled()
    books.refunded(payment, 10_00, key="made")
    books.request(payment, 20_00, key="asked")
    key = dispute(provider, payment, 30_00)

    whole = {"received": 100_00, "refunding": 20_00, "refunded": 10_00}
    assert parts(payment) == whole | {"blocked": 30_00, "left": 40_00, "refundable": 40_00}

    books.control(provider, "disputes", dispute=key, outcome="lost")
    disputes.look_at(object_key=key, now=timezone.now())
    assert parts(payment) == whole | {"lost": 30_00, "left": 40_00, "refundable": 40_00}


def test_what_failed_and_what_was_won_counts_for_nothing(provider: Running) -> None:
    payment = books.settled()
    refund = books.refunded(payment, 10_00)
    books.control(provider, "refunds", refund=refund.provider_key, outcome="failed")
    services.look_at(object_key=refund.provider_key, now=timezone.now())
    key = dispute(provider, payment, 30_00)
    books.control(provider, "disputes", dispute=key, outcome="won")
    disputes.look_at(object_key=key, now=timezone.now())

    assert parts(payment) == {"received": 100_00, "left": 100_00, "refundable": 100_00}


def test_what_a_bank_took_above_what_was_left_leaves_less_than_nothing(provider: Running) -> None:
    payment = books.settled()
    books.refunded(payment, 60_00)
    dispute(provider, payment, 100_00)

    assert parts(payment) == {
        "received": 100_00,
        "refunded": 60_00,
        "blocked": 100_00,
        "left": -60_00,
    }


@pytest.mark.usefixtures("provider")
def test_a_payment_that_brought_nothing_has_no_standing() -> None:
    payment = books.opened()

    assert selectors.standing(payment) is None
    assert selectors.standings(reference="gift-1") == []


@pytest.mark.usefixtures("provider")
def test_the_payments_of_a_reference_stand_side_by_side(
    django_assert_num_queries: Any,  # noqa: ANN401
) -> None:
    paid, surplus = books.paid_twice()
    books.refunded(surplus, 100_00)

    with django_assert_num_queries(1):
        found = selectors.standings(reference="gift-1")

    assert {(row.payment_id, row.state, row.left.minor) for row in found} == {
        (paid.pk, "settled", 100_00),
        (surplus.pk, "differs", 0),
    }
    assert found[0].received == Money(100_00, "EUR")


@pytest.mark.promise("M10")
@pytest.mark.usefixtures("provider")
def test_a_surplus_waits_for_a_person_until_it_is_given_back_wholly() -> None:
    _, surplus = books.paid_twice()
    books.refunded(surplus, 99_99, key="most")
    assert selectors.needing_a_person().by_difference["surplus"] == 1

    books.refunded(surplus, 1, key="rest")

    assert selectors.needing_a_person().count == 0
