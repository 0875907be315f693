"""A hold beside money that came in another way is not taken, and one that stays refused is told."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

import pytest

from payments import checkout, gateway, settlement
from payments.gateway.base import ProviderRefused
from payments.gateway.stripe.cards import StripeCards
from payments.models import EventDelivery, Payment
from tests.make.payments import NOON
from tests.payments.settlement.charges import BOOKS, rows
from tests.payments.settlement.provider import paid_page
from tests.payments.settlement.test_holds import charges, held

if TYPE_CHECKING:
    from payments.sandbox.server import Running

pytestmark = [pytest.mark.usefixtures("_heard_by_a_test"), pytest.mark.django_db]
S = Payment.State


def late_money_and_a_hold() -> tuple[Payment, Payment]:
    """Return a payment that was given up and is paid all the same, and a hold beside it."""
    late = paid_page()
    Payment.objects.update(state=S.EXPIRED)
    return late, held()


@pytest.mark.promise("M5")
def test_a_hold_beside_money_that_came_cannot_be_captured(moving: Running) -> None:
    late, hold = late_money_and_a_hold()
    settlement.ask_about_payment(payment_id=late.pk, now=NOON)

    with pytest.raises(settlement.HoldRefused, match="paid already"):
        settlement.capture(payment_id=hold.pk, now=NOON)

    hold.refresh_from_db()
    assert (hold.answer, charges(moving)) == ("", [(True, 100_00), (False, 0)])


@pytest.mark.promise("M5")
def test_a_capture_is_not_carried_out_once_the_money_has_come_in_another_way(
    moving: Running,
) -> None:
    late, hold = late_money_and_a_hold()
    settlement.capture(payment_id=hold.pk, now=NOON)
    settlement.ask_about_payment(payment_id=late.pk, now=NOON)

    settlement.finish_hold(payment_id=hold.pk, now=NOON)

    hold.refresh_from_db()
    assert (hold.state, rows()) == (S.EXPIRED, BOOKS)
    assert charges(moving) == [(True, 100_00), (False, 0)]
    with pytest.raises(checkout.AlreadyPaid):
        paid_page()


@pytest.mark.promise("M9")
@pytest.mark.parametrize("answer", ["capture", "release"])
def test_a_person_is_told_of_a_hold_about_which_the_provider_does_nothing(
    moving: Running, answer: str
) -> None:
    hold = held()
    getattr(settlement, answer)(payment_id=hold.pk, now=NOON)

    with (
        mock.patch.object(StripeCards, answer, side_effect=ProviderRefused("not now")),
        pytest.raises(ProviderRefused),
    ):
        settlement.finish_hold(payment_id=hold.pk, now=NOON)

    told = EventDelivery.objects.get(event="ExceptionFound").payload
    assert told == {
        "kind": "refused",
        "provider_key": hold.intent_key,
        "reference": "gift-1",
        "ours_minor": 100_00,
        "theirs_minor": None,
        "currency": "EUR",
    }
    assert gateway.cards().fetch_charge(hold.intent_key).status == "held"
    assert charges(moving) == [(False, 0)]
