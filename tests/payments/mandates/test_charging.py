"""A saved card is charged when the caller says, and the books say so once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from celery import current_app
from django.db import DatabaseError, transaction

from payments import checkout, gateway, settlement
from payments.mandates import services
from payments.mandates.models import CardCharge
from payments.models import Payment
from payments.money import Money
from tests.make.payments import NOON
from tests.payments.browser import SUCCEEDS, pay
from tests.payments.mandates.caller import (
    ALWAYS_ASKS,
    ASKS_ONCE,
    BOOKS,
    DECLINED_LATER,
    HUNDRED,
    NO_FUNDS_LATER,
    announced,
    answer_bank,
    begun,
    charged,
    forward,
    names,
    rows,
    saved,
    taken,
    tried,
)

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from payments.sandbox.server import Running
    from tests.payments.checkout.provider import Clock

S = Payment.State
DAY = timedelta(days=1)


def charge_of(payment: Payment) -> CardCharge:
    return CardCharge.objects.get(payment=payment)


@pytest.mark.django_db
@pytest.mark.parametrize("card", [SUCCEEDS, ASKS_ONCE])
def test_a_saved_card_is_charged_once_and_settled(
    sandbox: Running,
    card: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    mandate = saved(card=card)

    with (
        mock.patch.object(current_app, "send_task") as send,
        django_capture_on_commit_callbacks(execute=True),
    ):
        asked = {
            services.charge(mandate_id=mandate.pk, amount=HUNDRED, now=NOON).pk for _ in range(2)
        }
    (payment_id,) = asked
    send.assert_called_once_with("mandates.try_charge", kwargs={"payment_id": str(payment_id)})
    assert taken(sandbox) == []
    for _ in range(3):
        services.try_charge(payment_id=payment_id, now=NOON)
        services.look_at_payment(payment_id=payment_id, now=NOON)

    payment = Payment.objects.get(pk=payment_id)
    assert (payment.state, payment.settled_at, payment.collection) == (S.SETTLED, NOON, "card")
    assert (rows(), taken(sandbox)) == (BOOKS, [100_00])
    assert names() == ["CardSaved", "PaymentSettled"]
    assert charge_of(payment).state == CardCharge.State.ENDED


@pytest.mark.django_db
def test_less_than_agreed_may_be_charged_and_never_more(sandbox: Running) -> None:
    mandate = saved()
    for amount in (Money(100_01, "EUR"), Money(50_00, "USD")):
        with pytest.raises(services.MoreThanAgreed):
            services.charge(mandate_id=mandate.pk, amount=amount, now=NOON)
    assert not Payment.objects.exists()

    payment = charged(mandate, amount=Money(40_00, "EUR"))

    assert (payment.state, taken(sandbox)) == (S.SETTLED, [40_00])
    with pytest.raises(services.OtherChargeUnderWay):
        services.charge(mandate_id=mandate.pk, amount=HUNDRED, now=NOON)


@pytest.mark.django_db
def test_without_a_saved_card_nothing_is_charged(sandbox: Running) -> None:
    mandate = begun()

    with pytest.raises(services.NoSavedCard):
        services.charge(mandate_id=mandate.pk, amount=HUNDRED, now=NOON)

    assert (Payment.objects.count(), taken(sandbox)) == (0, [])


@pytest.mark.django_db
def test_a_declined_card_is_tried_on_days_one_three_and_five_and_then_given_up(
    sandbox: Running, clock: Clock
) -> None:
    mandate = saved(card=DECLINED_LATER)
    payment = charged(mandate)
    due = [charge_of(payment).next_try_at]
    assert (payment.state, taken(sandbox)) == (S.CREATED, [0])

    for days in (1, 2, 2):
        just_before = forward(sandbox, clock, days=days, seconds=-1)
        assert services.charge_due(now=just_before) == 0
        tried(payment, now=just_before)
        now = forward(sandbox, clock, seconds=1)
        assert services.charge_due(now=now) == 1
        for _ in range(2):
            tried(payment, now=now)
            services.look_at_payment(payment_id=payment.pk, now=now)
        due.append(charge_of(payment).next_try_at)
    tried(payment, now=forward(sandbox, clock, days=30))

    assert due == [NOON + DAY, NOON + 3 * DAY, NOON + 5 * DAY, None]
    assert (payment.state, rows(), taken(sandbox)) == (S.FAILED, [], [0, 0, 0, 0])
    told = [payload for name, payload in announced() if name == "ChargeDeclined"]
    assert [(one["attempt"], one["next_try_at"]) for one in told] == [
        (1, "2030-01-02T12:00:00+00:00"),
        (2, "2030-01-04T12:00:00+00:00"),
        (3, "2030-01-06T12:00:00+00:00"),
        (4, ""),
    ]
    assert names() == ["CardSaved", *["ChargeDeclined"] * 4, "PaymentFailed", "ChargeGivenUp"]
    assert len(sandbox.world.store.every("payment_intent")) == 1


@pytest.mark.django_db
def test_a_card_that_has_money_on_the_third_day_settles(sandbox: Running, clock: Clock) -> None:
    mandate = saved(card=DECLINED_LATER)
    payment = charged(mandate)
    tried(payment, now=forward(sandbox, clock, days=1))
    (card,) = sandbox.world.store.every("payment_method")
    card.notes["number"] = "4242424242424242"
    sandbox.world.store.save(card)

    now = forward(sandbox, clock, days=2)
    tried(payment, now=now)

    payment.refresh_from_db()
    assert (payment.state, rows(), taken(sandbox)) == (S.SETTLED, BOOKS, [0, 0, 100_00])
    assert names() == ["CardSaved", "ChargeDeclined", "ChargeDeclined", "PaymentSettled"]


@pytest.mark.django_db
def test_a_card_that_the_bank_never_wants_again_is_given_up_at_once(sandbox: Running) -> None:
    mandate = saved()
    (card,) = sandbox.world.store.every("payment_method")
    card.notes["number"] = "4000000000009979"  # Stolen since.
    sandbox.world.store.save(card)

    payment = charged(mandate)

    assert (payment.state, taken(sandbox)) == (S.FAILED, [0])
    assert charge_of(payment).reason == "stolen_card"
    assert names() == ["CardSaved", "ChargeDeclined", "PaymentFailed", "ChargeGivenUp"]


@pytest.mark.django_db
def test_where_the_bank_asks_the_owner_gets_an_address_approves_and_has_paid(
    sandbox: Running,
) -> None:
    mandate = saved(card=ALWAYS_ASKS)

    payment = charged(mandate)
    for _ in range(2):
        tried(payment)
        services.look_at_payment(payment_id=payment.pk, now=NOON)

    (asked,) = [payload for name, payload in announced() if name == "AuthenticationNeeded"]
    assert (payment.state, charge_of(payment).owner_url) == (S.CREATED, asked["url"])
    assert asked["url"].startswith(f"{sandbox.url}/c/approve/pi_")
    back = answer_bank(asked["url"], "approve")
    assert back.startswith("http://testserver/saved/?payment_intent=pi_")
    for _ in range(2):
        services.look_at_payment(payment_id=payment.pk, now=NOON)

    payment.refresh_from_db()
    assert (payment.state, rows(), taken(sandbox)) == (S.SETTLED, BOOKS, [0, 100_00])
    assert names() == ["CardSaved", "AuthenticationNeeded", "PaymentSettled"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("card", "action", "reason"),
    [
        (ALWAYS_ASKS, "fail", "payment_intent_authentication_failure"),
        ("4000 0084 0000 1629", "approve", "generic_decline"),
    ],
)
def test_an_owner_whose_bank_says_no_is_asked_again_the_next_day(
    sandbox: Running, clock: Clock, card: str, action: str, reason: str
) -> None:
    mandate = saved(card=ALWAYS_ASKS)
    (kept,) = sandbox.world.store.every("payment_method")
    kept.notes["number"] = card.replace(" ", "")
    sandbox.world.store.save(kept)
    payment = charged(mandate)
    answer_bank(charge_of(payment).owner_url, action)

    for _ in range(2):
        services.look_at_payment(payment_id=payment.pk, now=NOON)
    charge = charge_of(payment)
    assert (charge.state, charge.reason) == (CardCharge.State.WAITING, reason)
    tried(payment, now=forward(sandbox, clock, days=1))

    assert charge_of(payment).state == CardCharge.State.OWNER
    assert names() == [
        "CardSaved",
        "AuthenticationNeeded",
        "ChargeDeclined",
        "AuthenticationNeeded",
    ]


@pytest.mark.django_db
def test_an_owner_who_never_answers_is_reminded_and_the_charge_is_ended_at_the_provider(
    sandbox: Running, clock: Clock
) -> None:
    mandate = saved(card=ALWAYS_ASKS)
    payment = charged(mandate)
    url = charge_of(payment).owner_url

    for hours in range(24, 7 * 24 + 1, 12):
        clock.now = NOON + timedelta(hours=hours)
        for _ in range(2):
            tried(payment, now=clock.now)

    assert payment.state == S.FAILED
    assert names() == [
        "CardSaved",
        *["AuthenticationNeeded"] * 4,  # At once and on days 1, 3 and 5.
        "PaymentFailed",
        "ChargeGivenUp",
    ]
    answer_bank(url, "approve")
    (intent,) = sandbox.world.store.every("payment_intent")
    assert (intent.document["status"], taken(sandbox)) == ("canceled", [0])


@pytest.mark.django_db
def test_an_approval_at_the_last_moment_is_money_and_not_given_up(
    sandbox: Running, clock: Clock
) -> None:
    payment = charged(saved(card=ALWAYS_ASKS))
    now = forward(sandbox, clock, days=7)
    answer_bank(charge_of(payment).owner_url, "approve")

    tried(payment, now=now)

    assert (payment.state, rows()) == (S.SETTLED, BOOKS)
    assert names() == ["CardSaved", "AuthenticationNeeded", "PaymentSettled"]


@pytest.mark.django_db
def test_a_card_without_money_after_its_set_up_is_declined(sandbox: Running) -> None:
    payment = charged(saved(card=NO_FUNDS_LATER))

    assert (charge_of(payment).reason, payment.state) == ("insufficient_funds", S.CREATED)
    assert taken(sandbox) == [0]


@pytest.mark.django_db
def test_a_bank_that_takes_its_time_is_waited_for(sandbox: Running, clock: Clock) -> None:
    payment = charged(saved(card="4000 0000 0000 1000"))
    assert (payment.state, payment.due_at) == (S.PROCESSING, None)

    now = forward(sandbox, clock, days=5)
    assert services.charge_due(now=now) == 1
    tried(payment, now=now)

    assert (payment.state, rows()) == (S.SETTLED, BOOKS)
    assert names() == ["CardSaved", "PaymentSettled"]


@pytest.mark.django_db
def test_a_bank_that_refuses_days_later_ends_the_charge(sandbox: Running, clock: Clock) -> None:
    payment = charged(saved(card="4000 0000 0000 1018"))

    now = forward(sandbox, clock, days=5)
    for _ in range(2):
        services.look_at_payment(payment_id=payment.pk, now=now)

    payment.refresh_from_db()
    assert (payment.state, rows()) == (S.FAILED, [])
    assert names() == ["CardSaved", "ChargeDeclined", "PaymentFailed", "ChargeGivenUp"]


@pytest.mark.django_db
def test_a_card_that_was_given_up_at_the_provider_ends_the_charge(sandbox: Running) -> None:
    mandate = saved()
    payment = services.charge(mandate_id=mandate.pk, amount=HUNDRED, now=NOON)
    gateway.cards().forget(mandate.method_key)

    tried(payment)

    assert (payment.state, taken(sandbox)) == (S.FAILED, [])
    assert names() == ["CardSaved", "ChargeDeclined", "PaymentFailed", "ChargeGivenUp"]


@pytest.mark.django_db
@pytest.mark.promise("M5")
def test_a_reference_that_was_paid_in_another_way_is_not_charged(sandbox: Running) -> None:
    late = checkout.begin(
        reference="gift-1",
        amount=HUNDRED,
        description="Gift",
        email="amina@example.org",
        language="en",
        success_url="http://testserver/done/",
        cancel_url="http://testserver/pay/",
        now=NOON,
    )
    pay(checkout.open_page(payment_id=late.pk, now=NOON))
    Payment.objects.update(state=S.EXPIRED)
    payment = services.charge(mandate_id=saved().pk, amount=HUNDRED, now=NOON)
    settlement.ask_about_payment(payment_id=late.pk, now=NOON)

    tried(payment)

    assert (payment.state, taken(sandbox), rows()) == (S.FAILED, [100_00], BOOKS)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "asked"}, "cardcharge_state_fits"),
        ({"state": "owner"}, "cardcharge_state_fits"),
        ({"state": "tried"}, "cardcharge_state_fits"),
        ({"due_at": None}, "cardcharge_due_until_ended"),
        ({"attempt": 5}, "cardcharge_at_most_four_tries"),
    ],
)
def test_the_database_refuses_a_charge_that_makes_no_sense(
    sandbox: Running, changes: dict[str, object], constraint: str
) -> None:
    services.charge(mandate_id=saved().pk, amount=HUNDRED, now=NOON)

    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        CardCharge.objects.update(**changes)

    assert (CardCharge.objects.get().attempt, taken(sandbox)) == (0, [])
