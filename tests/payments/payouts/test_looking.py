"""What an event leads to: a look at the provider, in any order, any number of times."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payments import gateway
from payments.ledger.models import Entry
from payments.payouts import causes, selectors, services, tasks
from payments.payouts.models import Payout, PayoutAccount
from tests.make import payouts as make
from tests.payments.sandbox import make as at_provider

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.server import Running

pytestmark = [pytest.mark.django_db, pytest.mark.promise("M9")]

S = Payout.State


def sent() -> Payout:
    make.stripe_account()
    make.escrow()
    payout = make.approved(minor=600_00)
    services.submit_due(now=make.FREE)
    services.carry_on(payout_id=payout.pk, now=make.FREE)
    return make.again(payout)


@pytest.mark.usefixtures("provider")
def test_looks_in_any_order_and_number_lead_to_the_same_books(
    later: Callable[[float], None],
) -> None:
    payout = sent()
    later(5)
    later(5)

    for _ in range(3):
        assert services.look_at_payout(object_key=payout.provider_key, now=make.FREE)
        assert services.look_at_transfer(object_key=payout.transfer_key, now=make.FREE)

    payout = make.again(payout)
    assert payout.state == S.PAID
    assert payout.moves.filter(to_state=S.PAID).count() == 1
    assert Entry.objects.filter(kind="transfer").count() == 1


def test_a_payout_whose_answer_was_lost_is_known_by_the_account_of_its_event(
    provider: Running,
) -> None:
    account = make.stripe_account()
    make.escrow()
    payout = make.approved(minor=600_00)
    services.submit_due(now=make.FREE)
    sent_and_lost = gateway.payouts().send(make.again(payout).order())
    assert make.again(payout).provider_key == ""
    lost, owner = sent_and_lost.provider_key, account.provider_key

    assert services.look_at_payout(object_key=lost, now=make.FREE) is False
    assert services.look_at_payout(object_key=lost, account_key=owner, now=make.FREE) is True

    payout = make.again(payout)
    assert (payout.state, payout.provider_key) == (S.IN_TRANSIT, lost)
    assert Entry.objects.filter(kind="transfer").count() == 1
    assert len(provider.world.store.every("payout")) == 1


def test_what_others_made_at_the_provider_is_not_ours(provider: Running) -> None:
    account = make.stripe_account()
    with at_provider.client(provider.url) as client:
        moved = client.v1.transfers.create(
            {"amount": 100, "currency": "eur", "destination": account.provider_key}
        )
        paid = client.v1.payouts.create(
            {"amount": 100, "currency": "eur"}, {"stripe_account": account.provider_key}
        )
        ours = client.v1.payouts.create({"amount": 100, "currency": "eur"})

    assert services.look_at_transfer(object_key=moved.id, now=make.FREE) is False
    assert services.look_at_payout(object_key=ours.id, now=make.FREE) is False
    assert (
        services.look_at_payout(object_key=paid.id, account_key=account.provider_key, now=make.FREE)
        is False
    )
    assert Entry.objects.count() == 0


def test_a_payout_that_arrived_is_looked_at_daily_for_ten_days(
    provider: Running, later: Callable[[float], None]
) -> None:
    payout = sent()
    later(5)
    later(5)
    services.carry_on(payout_id=payout.pk, now=make.FREE)
    payout = make.again(payout)
    assert payout.due_at == make.FREE + timedelta(days=1)

    services.carry_on(payout_id=payout.pk, now=make.FREE + timedelta(days=11))

    assert make.again(payout).due_at is None
    assert len(provider.world.store.every("payout")) == 1


def test_accounts_are_looked_at_hourly(provider: Running) -> None:
    account = make.stripe_account()
    assert services.look_at_accounts(now=make.NOON + timedelta(minutes=59)) == 0
    make.control(provider, "accounts", {"account": account.provider_key, "payouts_enabled": False})

    assert services.look_at_accounts(now=make.NOON + timedelta(hours=1)) == 1
    services.ask_about_account(account_id=account.pk, now=make.NOON + timedelta(hours=1))

    assert PayoutAccount.objects.get().payable is False
    assert services.look_at_accounts(now=make.NOON + timedelta(hours=1)) == 0


@pytest.mark.usefixtures("provider")
def test_the_tasks_call_their_services() -> None:
    payout = sent()

    tasks.submit_due.apply(throw=True)
    tasks.carry_on_due.apply(throw=True)
    tasks.carry_on.apply(kwargs={"payout_id": str(payout.pk)}, throw=True)
    tasks.look_at_accounts.apply(throw=True)
    tasks.look_at_account.apply(kwargs={"account_id": str(payout.account_id)}, throw=True)

    assert make.again(payout).state == S.IN_TRANSIT


def test_people_see_what_waits_for_them_in_one_query() -> None:
    account = make.bank_account()
    mine, other = make.requested(minor=100_00), make.requested(minor=200_00, second_above=100_00)
    services.approve(payout_id=other.pk, by="otieno", now=make.NOON)

    assert list(selectors.to_approve("asha")) == []
    assert list(selectors.to_approve("otieno")) == [mine]
    with CaptureQueriesContext(connection) as queries:
        waiting = [(one, one.account.owner_ref) for one in selectors.to_approve("wanjiru")]
    assert waiting == [(mine, make.OWNER), (other, make.OWNER)]
    assert len(queries) == 1
    assert list(selectors.payouts_of(make.CAMPAIGN)) == [mine, other]
    assert selectors.account_of(make.OWNER, "EUR") == account
    assert selectors.account_of(make.OWNER, "KES") is None
    assert selectors.paid_out(make.CAMPAIGN, "EUR").minor == 0


def test_every_cause_is_a_sentence() -> None:
    assert str(causes.sentence("account_closed")) == "The bank account has been closed."
    assert str(causes.sentence("never_heard_of")) == "The provider did not carry it out."
