"""Two at once, or one killed half-way: paid once. Each race has its control without the guard."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from marketplace import database
from payments.gateway.stripe.payouts import StripePayouts
from payments.ledger import selectors as books
from payments.ledger.models import Entry
from payments.payouts import services
from payments.payouts.models import Payout, PayoutAccount, PayoutMove
from tests import crowd
from tests.make import payouts as make

if TYPE_CHECKING:
    from datetime import datetime

    from payments.gateway.payouts import PayoutOrder, SentPayout
    from payments.sandbox.server import Running

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.promise("M14"),
    pytest.mark.promise("M19"),
]

S = Payout.State
CROWD = 8


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tests be the workers."""
    monkeypatch.setattr("payments.queue.wake", lambda *_names, **_arguments: None)


def test_many_runs_at_once_submit_each_payout_once() -> None:
    make.bank_account()
    make.escrow(minor=1_000_00)
    payouts = [make.approved(minor=100_00) for _ in range(6)]

    submitted = crowd.at_once(lambda _: services.submit_due(now=make.FREE), range(CROWD))

    assert sum(submitted) == 6
    for payout in payouts:
        assert make.again(payout).state == S.SUBMITTED
        assert payout.moves.filter(to_state=S.SUBMITTED).count() == 1
    assert Entry.objects.filter(kind="payout_held").count() == 6
    assert make.left() == 400_00


def test_many_workers_at_once_send_one_transfer(provider: Running) -> None:
    make.stripe_account()
    make.escrow()
    payout = make.approved(minor=600_00)
    services.submit_due(now=make.FREE)

    def carry_on(_: int) -> None:
        with suppress(services.MoveRefused):
            services.carry_on(payout_id=payout.pk, now=make.FREE)

    crowd.at_once(carry_on, range(CROWD))
    services.carry_on(payout_id=payout.pk, now=make.FREE)

    assert make.again(payout).state == S.IN_TRANSIT
    assert len(provider.world.store.every("transfer")) == 1
    assert len(provider.world.store.every("payout")) == 1
    assert Entry.objects.filter(kind="transfer").count() == 1
    assert books.verify() == []


def test_the_control_workers_with_keys_of_their_own_send_more_than_one(
    provider: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.stripe_account()
    make.escrow()
    payout = make.approved(minor=600_00)
    services.submit_due(now=make.FREE)
    plain, keys = StripePayouts.send, iter(range(1000))

    def send(self: StripePayouts, order: PayoutOrder) -> SentPayout:
        return plain(self, replace(order, idempotency_key=f"own-{next(keys)}"))

    monkeypatch.setattr(StripePayouts, "send", send)

    def carry_on(_: int) -> None:
        with suppress(Exception):
            services.carry_on(payout_id=payout.pk, now=make.FREE)

    crowd.at_once(carry_on, range(CROWD))

    assert len(provider.world.store.every("transfer")) > 1


def test_of_two_approvers_at_once_above_the_limit_both_count_and_each_once() -> None:
    make.bank_account()
    payout = make.requested(minor=600_00, second_above=500_00)

    def approve(person: str) -> bool:
        try:
            services.approve(payout_id=payout.pk, by=person, now=make.NOON)
        except (services.FourEyes, services.MoveRefused):
            return False
        return True

    accepted = crowd.at_once(approve, ["otieno", "otieno", "otieno", "wanjiru", "wanjiru", "asha"])

    assert sum(accepted) == 2
    payout = make.again(payout)
    assert payout.state == S.APPROVED
    assert {payout.approved_by, payout.second_approved_by} == {"otieno", "wanjiru"}


def test_the_control_without_the_constraint_one_person_could_be_both() -> None:
    make.bank_account()
    payout = make.requested(minor=600_00, second_above=500_00)
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payouts_payout DROP CONSTRAINT payout_six_eyes")

    Payout.objects.filter(pk=payout.pk).update(
        state=S.APPROVED, approved_by="otieno", second_approved_by="otieno", approved_digest="x"
    )

    assert make.again(payout).state == S.APPROVED


def test_of_two_payouts_of_one_escrow_at_once_only_what_is_there_is_held() -> None:
    make.bank_account()
    make.escrow(minor=1_000_00)
    payouts = [make.approved(minor=600_00), make.approved(minor=600_00)]

    crowd.at_once(lambda _: services.submit_due(now=make.FREE), range(CROWD))

    assert sorted(make.again(payout).state for payout in payouts) == [S.APPROVED, S.SUBMITTED]
    assert make.left() == 400_00


def test_the_control_without_the_ledgers_constraint_the_escrow_is_overspent() -> None:
    make.bank_account()
    make.escrow(minor=1_000_00)
    payouts = [make.approved(minor=600_00), make.approved(minor=600_00)]
    with database.as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_not_overdrawn")

    crowd.at_once(lambda _: services.submit_due(now=make.FREE), range(CROWD))

    assert [make.again(payout).state for payout in payouts] == [S.SUBMITTED, S.SUBMITTED]
    assert make.left() == -200_00


def test_cancelling_while_a_run_submits_does_one_of_both() -> None:
    make.bank_account()
    make.escrow(minor=1_000_00)
    payout = make.approved(minor=600_00)

    def act(number: int) -> bool:
        if number % 2:
            return services.submit_due(now=make.FREE) == 1
        try:
            services.cancel(payout_id=payout.pk, by="wanjiru", reason="stop", now=make.FREE)
        except services.MoveRefused:
            return False
        return True

    done = crowd.at_once(act, range(CROWD))

    payout = make.again(payout)
    assert sum(done) == 1
    assert payout.state in {S.CANCELLED, S.SUBMITTED}
    assert make.left() == (400_00 if payout.state == S.SUBMITTED else 1_000_00)
    assert books.verify() == []


def test_details_that_change_while_a_run_submits_are_never_paid_to(provider: Running) -> None:
    account, url = make.onboarding_page()
    make.give_details(url)
    services.look_at_account(object_key=account.provider_key, now=make.NOON)
    make.escrow()
    payout = make.approved(minor=600_00)
    other = services.open_onboarding(
        account_id=account.pk,
        now=make.FREE,
        return_url="http://testserver/back/",
        refresh_url="http://testserver/again/",
    )
    assert make.give_details(other, number="000123456789").status_code == 303

    def act(number: int) -> None:
        if number % 2:
            services.submit_due(now=make.FREE)
            services.carry_on(payout_id=payout.pk, now=make.FREE)
        else:
            services.look_at_account(object_key=account.provider_key, now=make.FREE)

    crowd.at_once(act, range(CROWD))

    payout = make.again(payout)
    assert payout.state in {S.ON_HOLD, S.FAILED}
    assert provider.world.store.every("transfer") == []
    assert make.left() == 1_000_00
    assert PayoutAccount.objects.get().details_changed_at == make.FREE


@pytest.mark.parametrize("killed_after", ["held", "submitted", "asked", "sent"])
def test_a_run_killed_anywhere_and_run_again_pays_once(
    provider: Running, monkeypatch: pytest.MonkeyPatch, killed_after: str
) -> None:
    make.stripe_account()
    make.escrow()
    payout = make.approved(minor=600_00)
    with monkeypatch.context() as killed:
        _kill(killed, killed_after)
        with pytest.raises(Killed):
            _run(payout, now=make.FREE)

    for _ in range(2):
        _run(payout, now=make.FREE + timedelta(minutes=10))

    assert make.again(payout).state == S.IN_TRANSIT
    assert len(provider.world.store.every("transfer")) == 1
    assert len(provider.world.store.every("payout")) == 1
    assert make.total("escrow", make.CAMPAIGN) == -400_00
    assert make.total("provider_clearing", "stripe") == -600_00
    assert PayoutMove.objects.filter(payout=payout, to_state=S.SUBMITTED).count() == 1
    assert books.verify() == []


def _run(payout: Payout, *, now: datetime) -> None:
    services.submit_due(now=now)
    services.carry_on(payout_id=payout.pk, now=now)


class Killed(BaseException):
    """What ends a worker in the middle."""


def _kill(patch: pytest.MonkeyPatch, after: str) -> None:
    """Let the worker die right after a step."""
    name = {
        "held": "payments.payouts.booking.hold",
        "submitted": "payments.payouts.sending._send",
        "asked": "payments.payouts.sending._ask",
        "sent": "payments.payouts.ending.apply",
    }[after]

    def die(*_given: object, **_named: object) -> None:
        raise Killed

    patch.setattr(name, die)
