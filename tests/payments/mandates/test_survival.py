"""Lost answers, killed workers and two workers at once: one charge."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from django.db import connection

from payments import checkout, gateway
from payments.gateway.stripe.cards import StripeCards
from payments.gateway.stripe.client import client
from payments.mandates import outcomes, services
from payments.mandates.models import CardCharge
from payments.models import Payment
from tests.make.payments import NOON
from tests.payments.line import nobody
from tests.payments.mandates.caller import (
    ALWAYS_ASKS,
    BOOKS,
    DECLINED_LATER,
    HUNDRED,
    answer_bank,
    answers_lost,
    charged,
    forward,
    names,
    rows,
    saved,
    taken,
    tried,
)

if TYPE_CHECKING:
    from uuid import UUID

    from pytest_django import Settings

    from payments.gateway.base import ProviderCharge
    from payments.gateway.cards import ChargeRequest
    from payments.sandbox.server import Running
    from tests.payments.checkout.provider import Clock

S = Payment.State
MINUTE = timedelta(minutes=1)


def asked_for(*, card: str = "4242 4242 4242 4242") -> Payment:
    """Return a payment from a saved card that no worker has tried yet."""
    return services.charge(mandate_id=saved(card=card).pk, amount=HUNDRED, now=NOON)


@pytest.mark.django_db
@pytest.mark.promise("D1")
def test_a_worker_killed_between_the_row_and_the_call_costs_a_minute(sandbox: Running) -> None:
    payment = asked_for()
    with (
        mock.patch.object(StripeCards, "charge", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        services.try_charge(payment_id=payment.pk, now=NOON)
    assert (CardCharge.objects.get().attempt, taken(sandbox)) == (1, [])

    assert services.charge_due(now=NOON + MINUTE) == 1
    tried(payment, now=NOON + MINUTE)

    assert (payment.state, rows(), taken(sandbox)) == (S.SETTLED, BOOKS, [100_00])
    assert names() == ["CardSaved", "PaymentSettled"]


@pytest.mark.django_db
@pytest.mark.promise("M6")
@pytest.mark.parametrize("minutes", [1, 60, 22 * 60, 25 * 60])
def test_a_charge_whose_answer_was_lost_is_made_once(
    sandbox: Running, clock: Clock, settings: Settings, minutes: int
) -> None:
    """After a day the provider has forgotten the key, and is asked before anything is repeated."""
    payment = asked_for()
    with answers_lost(sandbox, settings), pytest.raises(checkout.ProviderUnavailable):
        services.try_charge(payment_id=payment.pk, now=NOON)
    assert taken(sandbox) == [100_00]

    tried(payment, now=forward(sandbox, clock, minutes=minutes))

    assert (payment.state, rows(), taken(sandbox)) == (S.SETTLED, BOOKS, [100_00])
    assert (CardCharge.objects.get().attempt, names()) == (1, ["CardSaved", "PaymentSettled"])


@pytest.mark.django_db
@pytest.mark.promise("M6")
@pytest.mark.parametrize(("minutes", "tries"), [(1, 1), (25 * 60, 2)])
def test_a_refusal_that_was_lost_is_told_once(
    sandbox: Running, clock: Clock, settings: Settings, minutes: int, tries: int
) -> None:
    payment = asked_for(card=DECLINED_LATER)
    with answers_lost(sandbox, settings), pytest.raises(checkout.ProviderUnavailable):
        services.try_charge(payment_id=payment.pk, now=NOON)

    tried(payment, now=forward(sandbox, clock, minutes=minutes))

    assert (taken(sandbox), names()) == ([0] * tries, ["CardSaved", "ChargeDeclined"])
    assert len(sandbox.world.store.every("payment_intent")) == 1
    assert CardCharge.objects.get().next_try_at == NOON + timedelta(days=1)


@pytest.mark.django_db
@pytest.mark.promise("M6")
def test_a_refusal_that_an_event_told_of_first_is_repeated_as_it_was_and_tried_again_later(
    sandbox: Running, settings: Settings
) -> None:
    payment = asked_for(card=DECLINED_LATER)
    with answers_lost(sandbox, settings), pytest.raises(checkout.ProviderUnavailable):
        services.try_charge(payment_id=payment.pk, now=NOON)
    services.look_at_payment(payment_id=payment.pk, now=NOON)

    tried(payment, now=NOON + MINUTE)

    charge = CardCharge.objects.get()
    assert (charge.state, charge.attempt, charge.reason) == ("waiting", 1, "generic_decline")
    assert charge.next_try_at == NOON + timedelta(days=1)
    assert (payment.state, taken(sandbox)) == (S.CREATED, [0])


@pytest.mark.django_db
@pytest.mark.promise("D3")
def test_a_charge_that_never_arrived_is_made_when_the_provider_is_back(
    sandbox: Running, clock: Clock, settings: Settings
) -> None:
    payment = asked_for()
    settings.STRIPE_API_BASE = nobody()
    with pytest.raises(checkout.ProviderUnavailable):
        services.try_charge(payment_id=payment.pk, now=NOON)
    settings.STRIPE_API_BASE = sandbox.url

    tried(payment, now=forward(sandbox, clock, days=2))

    assert (payment.state, taken(sandbox)) == (S.SETTLED, [100_00])


@pytest.mark.django_db
@pytest.mark.promise("M4")
def test_an_event_before_the_answer_settles_once(sandbox: Running, settings: Settings) -> None:
    payment = asked_for()
    with answers_lost(sandbox, settings), pytest.raises(checkout.ProviderUnavailable):
        services.try_charge(payment_id=payment.pk, now=NOON)

    assert services.look_at_payment(payment_id=payment.pk, now=NOON)
    tried(payment, now=NOON + MINUTE)

    assert (rows(), names()) == (BOOKS, ["CardSaved", "PaymentSettled"])


@pytest.mark.django_db
def test_an_old_refusal_does_not_end_the_try_under_way(
    sandbox: Running, clock: Clock, settings: Settings
) -> None:
    payment = charged(saved(card=DECLINED_LATER))
    now = forward(sandbox, clock, days=1)
    settings.STRIPE_API_BASE = nobody()
    with pytest.raises(checkout.ProviderUnavailable):
        services.try_charge(payment_id=payment.pk, now=now)
    settings.STRIPE_API_BASE = sandbox.url

    services.look_at_payment(payment_id=payment.pk, now=now)

    charge = CardCharge.objects.get()
    assert (charge.attempt, charge.state) == (2, CardCharge.State.ASKED)
    assert names() == ["CardSaved", "ChargeDeclined"]


@pytest.mark.django_db
def test_a_look_from_before_the_owner_was_asked_is_no_answer_of_theirs(sandbox: Running) -> None:
    payment = asked_for(card=ALWAYS_ASKS)
    looked: list[ProviderCharge] = []
    ask_owner = StripeCards.ask_owner

    def look_first(self: StripeCards, request: ChargeRequest) -> ProviderCharge:
        looked.append(self.fetch_charge(request.intent_key))
        return ask_owner(self, request)

    with mock.patch.object(StripeCards, "ask_owner", look_first):
        tried(payment)
    outcomes.take_in(payment_id=payment.pk, outcome=looked[0], attempt=None, now=NOON)

    assert CardCharge.objects.get().state == CardCharge.State.OWNER
    assert (names(), taken(sandbox)) == (["CardSaved", "AuthenticationNeeded"], [0])


@pytest.mark.django_db
def test_a_look_from_before_the_end_opens_nothing_again(sandbox: Running) -> None:
    payment = charged(saved(card=ALWAYS_ASKS))
    looked = gateway.cards().fetch_charge(payment.intent_key)
    answer_bank(CardCharge.objects.get().owner_url, "approve")
    services.look_at_payment(payment_id=payment.pk, now=NOON)

    outcomes.take_in(payment_id=payment.pk, outcome=looked, attempt=None, now=NOON)

    assert CardCharge.objects.get().state == CardCharge.State.ENDED
    assert (rows(), taken(sandbox)) == (BOOKS, [0, 100_00])
    assert names() == ["CardSaved", "AuthenticationNeeded", "PaymentSettled"]


def try_at_once(payment: Payment, sandbox: Running) -> None:
    """Let two workers try one charge, both of whom have the answer before either takes it in."""
    together = Barrier(2)

    class Meeting(StripeCards):
        def charge(self, request: ChargeRequest) -> ProviderCharge:
            outcome = super().charge(request)
            together.wait(timeout=20)
            return outcome

    meeting = Meeting(client(api_key="sk_test_1", api_base=sandbox.url))

    def work() -> None:
        try:
            services.try_charge(payment_id=payment.pk, now=NOON)
        finally:
            connection.close()

    with mock.patch.object(gateway, "cards", return_value=meeting):
        workers = [Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(timeout=40)


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise("M6")
def test_two_workers_at_once_charge_once(sandbox: Running) -> None:
    try_at_once(asked_for(), sandbox)

    assert (rows(), taken(sandbox)) == (BOOKS, [100_00])
    assert names() == ["CardSaved", "PaymentSettled"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_of_a_refusal_once(sandbox: Running) -> None:
    try_at_once(asked_for(card=DECLINED_LATER), sandbox)

    assert (names(), taken(sandbox)) == (["CardSaved", "ChargeDeclined"], [0])


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_two_workers_tell_of_a_refusal_twice(sandbox: Running) -> None:
    payment = asked_for(card=DECLINED_LATER)
    both_read = Barrier(2)

    def unlocked(payment_id: UUID) -> CardCharge:
        read = CardCharge.objects.select_related("payment", "mandate").get(payment_id=payment_id)
        both_read.wait(timeout=10)
        return read

    with mock.patch.object(outcomes, "lock", unlocked):
        try_at_once(payment, sandbox)

    assert names().count("ChargeDeclined") == 2


@pytest.mark.django_db(transaction=True)
def test_control_with_a_key_of_its_own_each_worker_would_charge(sandbox: Running) -> None:
    """What makes it one charge is the key: without it the provider takes the money twice."""
    payment = asked_for()
    keyed = StripeCards.charge
    keys = iter(["first", "second"])

    def unkeyed(self: StripeCards, request: ChargeRequest) -> ProviderCharge:
        return keyed(self, replace(request, idempotency_key=next(keys)))

    with mock.patch.object(StripeCards, "charge", unkeyed):
        try_at_once(payment, sandbox)

    assert taken(sandbox) == [100_00, 100_00]


def decide_at_once(mandate_id: UUID) -> list[UUID]:
    """Have one card charged from two threads that start together; return the payments."""
    together, made = Barrier(2), []

    def work() -> None:
        together.wait(timeout=10)
        try:
            made.append(services.charge(mandate_id=mandate_id, amount=HUNDRED, now=NOON).pk)
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=30)
    return made


@pytest.mark.django_db(transaction=True)
def test_a_charge_decided_twice_at_once_is_one_payment(sandbox: Running) -> None:
    made = decide_at_once(saved().pk)

    assert (len(made), len(set(made)), Payment.objects.count()) == (2, 1, 1)
    assert taken(sandbox) == []
