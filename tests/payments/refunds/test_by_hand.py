"""Refunds that somebody made at the provider, and those of charges we do not know."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

import pytest
import requests
from django.utils import timezone

from payments import settlement
from payments.models import Payment
from payments.money import Money
from payments.refunds import services
from payments.refunds.models import Refund
from payments.refunds.selectors import refundable
from tests.payments.browser import pay
from tests.payments.refunds import books

if TYPE_CHECKING:
    from payments.sandbox.server import Running

S = Refund.State
pytestmark = [pytest.mark.django_db, pytest.mark.promise("M9")]


def test_a_refund_made_by_hand_is_booked_and_a_person_is_told(provider: Running) -> None:
    payment = books.settled()
    key = books.by_hand(provider, payment.charge_key, 30_00)

    for _ in range(3):
        assert services.look_at(object_key=key, now=timezone.now()) is True
        assert services.look_at_charge(object_key=payment.charge_key, now=timezone.now()) is True

    found = Refund.objects.get()
    assert (found.state, found.is_found, found.provider_key) == (S.SUCCEEDED, True, key)
    assert books.books() == books.after(30_00)
    assert sorted(books.heard()) == ["ExceptionFound", "PaymentRefunded"]
    ((_, told),) = books.told("ExceptionFound")
    assert told == {
        "kind": "refund_by_hand",
        "provider_key": key,
        "reference": "gift-1",
        "ours_minor": None,
        "theirs_minor": 30_00,
        "currency": "EUR",
    }
    assert refundable(payment) == Money(70_00, "EUR")


@pytest.mark.promise("M10")
def test_what_somebody_gave_back_meanwhile_is_not_given_back_again(provider: Running) -> None:
    payment = books.settled()
    ours = books.request(payment, 60_00)
    books.by_hand(provider, payment.charge_key, 80_00)

    services.ask(refund_id=ours.pk, now=timezone.now())

    ours.refresh_from_db()
    assert (ours.state, ours.provider_key) == (S.FAILED, "")
    assert "greater than unrefunded" in ours.failure_reason
    assert [made["amount"] for made in books.at_provider(provider)] == [80_00]
    assert books.books() == books.after(80_00)
    assert sorted(books.heard()) == [
        *("ExceptionFound", "ExceptionFound", "PaymentRefunded", "RefundFailed")
    ]


def test_what_was_given_back_instead_of_a_failed_refund_finds_its_place(provider: Running) -> None:
    payment = books.settled()
    ours = books.refunded(payment, 60_00)
    books.control(provider, "refunds", refund=ours.provider_key, outcome="failed")
    key = books.by_hand(provider, payment.charge_key, 100_00)  # And nobody tells us of the failure.

    services.look_at(object_key=key, now=timezone.now())

    ours.refresh_from_db()
    assert ours.state == S.FAILED
    assert books.books() == books.after(100_00)
    assert [told["kind"] for _, told in books.told("ExceptionFound")] == [
        *("refund_failed", "refund_by_hand")
    ]


def test_a_refund_that_names_ours_with_another_amount_is_another_refund(provider: Running) -> None:
    payment = books.settled()
    ours = books.request(payment, 60_00)
    key = books.by_hand(provider, payment.charge_key, 10_00)
    _carry(provider, key, weft_payment=str(ours.pk))

    services.ask(refund_id=ours.pk, now=timezone.now())
    services.look_at(object_key=key, now=timezone.now())

    ours.refresh_from_db()
    assert (ours.state, ours.amount_minor) == (S.SUCCEEDED, 60_00)
    assert books.books() == books.after(70_00)


def test_a_refund_that_is_heard_of_before_its_payment_settles_it_first(provider: Running) -> None:
    payment = books.opened()
    pay(payment.page_url)
    (charge,) = books.at_provider(provider, "charge")
    key = books.by_hand(provider, charge["id"], 30_00)

    assert services.look_at(object_key=key, now=timezone.now()) is True

    payment.refresh_from_db()
    assert payment.state == Payment.State.SETTLED
    assert books.books() == books.after(30_00)


def test_a_refund_of_a_payment_whose_page_was_never_told_of_settles_it(provider: Running) -> None:
    payment = books.opened()
    pay(payment.page_url)
    (charge,) = books.at_provider(provider, "charge")
    key = books.by_hand(provider, charge["id"], 30_00)
    Payment.objects.update(state=Payment.State.CREATED, page_key="", page_url="", tried_at=None)

    assert services.look_at(object_key=key, now=timezone.now()) is True

    assert books.books() == books.after(30_00)


def test_a_refund_of_a_charge_that_is_not_booked_yet_is_come_back_to(provider: Running) -> None:
    payment = books.opened()
    pay(payment.page_url)
    (charge,) = books.at_provider(provider, "charge")
    key = books.by_hand(provider, charge["id"], 30_00)

    with (
        mock.patch.object(settlement, "ask_about_payment"),
        pytest.raises(services.NotBookedYet),
    ):
        services.look_at(object_key=key, now=timezone.now())

    assert not Refund.objects.exists()


def test_a_refund_of_an_unknown_charge_is_told_to_a_person(provider: Running) -> None:
    charge = books.charge_of_nobody(provider)
    refund = books.by_hand(provider, charge, 50_00)

    assert services.look_at(object_key=refund, now=timezone.now()) is False
    assert services.look_at_charge(object_key=charge, now=timezone.now()) is False

    assert books.books() == {}
    kinds = [(told["kind"], told["provider_key"]) for _, told in books.told("ExceptionFound")]
    assert kinds == [("unknown_refund", refund)] * 2


@pytest.mark.usefixtures("provider")
def test_a_charge_without_refunds_tells_nothing() -> None:
    payment = books.settled()

    assert services.look_at_charge(object_key=payment.charge_key, now=timezone.now()) is False
    assert books.heard() == []


def _carry(sandbox: Running, refund: str, **metadata: str) -> None:
    answer = requests.post(
        f"{sandbox.url}/v1/refunds/{refund}",
        data={f"metadata[{name}]": value for name, value in metadata.items()},
        auth=(books.KEY, ""),
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
