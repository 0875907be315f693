"""New or changed payout details wait 72 hours, stop what was approved, and everybody is told."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from payments.gateway.payouts import BankDetails
from payments.payouts import events, moves, sending, services
from payments.payouts.models import DetailsChange, Payout, PayoutAccount
from tests.make import payouts as make
from tests.payments.sandbox import make as at_provider

if TYPE_CHECKING:
    from datetime import datetime

    from payments.sandbox.server import Running

pytestmark = [pytest.mark.django_db, pytest.mark.promise("M19")]

S = Payout.State
OTHER_IBAN = "FR1420041010050500013M02606"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    told: list[object] = []
    monkeypatch.setattr("payments.events.publish", told.append)
    return told


@pytest.mark.parametrize(
    ("after", "submitted"),
    [
        (timedelta(0), 0),
        (timedelta(hours=71, minutes=59), 0),
        (timedelta(hours=72) - timedelta(seconds=1), 0),
        (timedelta(hours=72), 1),
        (timedelta(hours=72, minutes=1), 1),
    ],
)
def test_nothing_is_sent_to_new_details_for_72_hours(
    provider: Running, after: timedelta, submitted: int
) -> None:
    make.stripe_account()
    make.escrow()
    payout = make.approved()

    assert services.submit_due(now=make.NOON + after) == submitted

    payout = make.again(payout)
    assert payout.state == (S.SUBMITTED if submitted else S.APPROVED)
    assert payout.waits_for == ("" if submitted else "new_details")
    services.carry_on(payout_id=payout.pk, now=make.NOON + after)
    assert len(provider.world.store.every("transfer")) == submitted


@pytest.mark.usefixtures("provider")
def test_changed_details_begin_the_72_hours_anew_and_stop_what_was_approved(
    heard: list[object],
) -> None:
    account, url = make.onboarding_page()
    make.give_details(url)
    services.look_at_account(object_key=account.provider_key, now=make.NOON)
    make.escrow(minor=1_000_00)
    scheduled, approved = make.approved(minor=300_00), make.approved(minor=200_00)
    asked = make.requested(minor=100_00, second_above=50_00)
    services.approve(payout_id=asked.pk, by="otieno", now=make.NOON)
    _schedule_only(scheduled)
    assert make.left() == 700_00
    changed_at = make.FREE + timedelta(hours=5)

    _owner_changes_details(account, changed_at)

    account = PayoutAccount.objects.get(pk=account.pk)
    assert account.details_changed_at == changed_at
    assert [make.again(one).state for one in (scheduled, approved, asked)] == [
        S.ON_HOLD,
        S.ON_HOLD,
        S.REQUESTED,
    ]
    assert make.left() == 1_000_00
    for stopped in (scheduled, approved, asked):
        last = make.again(stopped).moves.last()
        assert last is not None
        assert (last.actor, last.reason) == ("weft", "details_changed")
        assert make.again(stopped).approved_by == ""
    told = heard[-1]
    assert isinstance(told, events.PayoutDetailsChanged)
    assert json.loads(told.contacts_json) == ["owner@example.org"]
    assert told.details_label == "DE …6789"
    assert told.free_at == (changed_at + timedelta(hours=72)).isoformat()

    for waiting in (scheduled, approved):
        services.release(payout_id=waiting.pk, by="wanjiru", reason="called them", now=changed_at)
        services.approve(payout_id=waiting.pk, by="otieno", now=changed_at)
    assert services.submit_due(now=changed_at + timedelta(hours=71, minutes=59)) == 0
    assert services.submit_due(now=changed_at + timedelta(hours=72, minutes=1)) == 2


def _schedule_only(payout: Payout) -> None:
    """Leave a payout as a worker does that dies between holding its money and sending it."""
    locked = moves.lock(payout.pk)
    assert sending._scheduled(locked, make.FREE)  # noqa: SLF001  The half that is under test.


def _owner_changes_details(account: PayoutAccount, now: datetime) -> None:
    url = services.open_onboarding(
        account_id=account.pk,
        now=now,
        return_url="http://testserver/back/",
        refresh_url="http://testserver/again/",
    )
    assert make.give_details(url, number="000123456789").status_code == 303
    assert services.look_at_account(object_key=account.provider_key, now=now)


def test_looking_again_at_the_same_details_changes_nothing(
    provider: Running, heard: list[object]
) -> None:
    account = make.stripe_account()
    assert len(heard) == 1

    services.look_at_account(object_key=account.provider_key, now=make.FREE)

    account = PayoutAccount.objects.get(pk=account.pk)
    assert account.details_changed_at == make.NOON
    assert account.looked_at == make.FREE
    assert len(heard) == 1
    assert provider.world.store.every("account")[0].id == account.provider_key


def test_every_contact_there_ever_was_is_told(heard: list[object]) -> None:
    account = make.bank_account()
    services.begin_onboarding(
        owner_ref=make.OWNER,
        contacts=["new@example.org"],
        country="DE",
        method="bank_file",
        now=make.NOON,
    )

    services.give_details(
        account_id=account.pk,
        details=BankDetails("Kitui Dryers", OTHER_IBAN),
        by="clerk",
        now=make.FREE,
    )

    told = heard[-1]
    assert isinstance(told, events.PayoutDetailsChanged)
    assert json.loads(told.contacts_json) == ["new@example.org", "owner@example.org"]
    changes = DetailsChange.objects.filter(account=account)
    assert [(change.actor, change.details_label) for change in changes] == [
        ("clerk", "DE …3000"),
        ("clerk", "FR …2606"),
    ]


def test_only_the_name_of_the_holder_changed_counts_as_new_details(heard: list[object]) -> None:
    account = make.bank_account()

    services.give_details(
        account_id=account.pk,
        details=BankDetails("Somebody Else", make.IBAN),
        by="clerk",
        now=make.FREE,
    )

    assert PayoutAccount.objects.get(pk=account.pk).details_changed_at == make.FREE
    assert len(heard) == 2


def test_requirements_that_appear_stop_payouts_until_they_clear(provider: Running) -> None:
    account = make.stripe_account()
    make.escrow()
    payout = make.approved()
    make.control(
        provider,
        "accounts",
        {"account": account.provider_key, "requirements": ["individual.verification.document"]},
    )
    services.look_at_account(object_key=account.provider_key, now=make.FREE)

    assert services.submit_due(now=make.FREE) == 0

    account.refresh_from_db()
    assert account.requirements == ["individual.verification.document"]
    assert make.again(payout).waits_for == "account"
    make.control(provider, "accounts", {"account": account.provider_key, "requirements": []})
    services.look_at_account(object_key=account.provider_key, now=make.FREE)
    assert services.submit_due(now=make.FREE) == 1


@pytest.mark.usefixtures("provider")
def test_nobody_approves_before_there_are_details() -> None:
    make.onboarding_page()
    payout = make.requested()

    with pytest.raises(services.NoAccount):
        services.approve(payout_id=payout.pk, by="otieno", now=make.NOON)


@pytest.mark.usefixtures("provider")
def test_details_that_changed_between_two_approvals_need_both_again() -> None:
    account = make.bank_account()
    payout = make.requested(minor=600_00, second_above=500_00)
    services.approve(payout_id=payout.pk, by="otieno", now=make.NOON)

    services.give_details(
        account_id=account.pk,
        details=BankDetails("Kitui Dryers", OTHER_IBAN),
        by="clerk",
        now=make.NOON + MINUTE,
    )

    services.approve(payout_id=payout.pk, by="wanjiru", now=make.NOON + MINUTE)
    payout = make.again(payout)
    assert (payout.state, payout.approved_by, payout.second_approved_by) == (
        S.REQUESTED,
        "wanjiru",
        "",
    )


def test_an_account_nobody_here_knows_is_not_ours(provider: Running) -> None:
    with at_provider.client(provider.url) as client:
        other = client.v1.accounts.create({"type": "express", "country": "DE"})

    assert services.look_at_account(object_key=other.id, now=make.NOON) is False
