"""Every way a payout can go at the provider, with the books after each."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from payments.gateway.base import ProviderRefused
from payments.ledger import selectors as books
from payments.ledger.models import Entry
from payments.payouts import causes, events, services
from payments.payouts.models import Payout
from payments.sandbox import balance
from payments.sandbox.store import Record
from tests.make import payouts as make
from tests.payments.sandbox import make as at_provider

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pytest_django import Settings

    from payments.sandbox.server import Running

pytestmark = [pytest.mark.django_db, pytest.mark.promise("M19")]

S = Payout.State


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return everything that is announced, in order."""
    told: list[object] = []
    monkeypatch.setattr("payments.events.publish", told.append)
    return told


def sent(*, minor: int = 600_00) -> Payout:
    """Return a payout that the provider has."""
    payout = make.approved(minor=minor)
    assert services.submit_due(now=make.FREE) == 1
    services.carry_on(payout_id=payout.pk, now=make.FREE)
    return make.again(payout)


def carry_on(payout: Payout, *, now: datetime | None = None) -> Payout:
    services.carry_on(payout_id=payout.pk, now=now or make.FREE)
    return make.again(payout)


def kinds(payout: Payout) -> list[tuple[str, str]]:
    found = Entry.objects.filter(reference=payout.reference).order_by("recorded_at", "id")
    return sorted((entry.kind, entry.state) for entry in found)


def test_a_payout_arrives_and_every_cent_is_booked(
    provider: Running, later: Callable[[float], None], heard: list[object]
) -> None:
    make.stripe_account()
    make.escrow(minor=1_000_00)

    payout = sent(minor=600_00)

    assert payout.state == S.IN_TRANSIT
    assert make.left() == 400_00
    assert make.total("escrow", make.CAMPAIGN) == -400_00
    assert make.total("payable", make.OWNER) == 0
    assert make.total("provider_clearing", "stripe") == -600_00

    later(5)
    later(5)
    payout = carry_on(payout)

    assert payout.state == S.PAID
    assert payout.paid_at == make.NOON + timedelta(seconds=10)
    assert kinds(payout) == [
        ("payout_held", "pending"),
        ("payout_released", "posted"),
        ("transfer", "posted"),
    ]
    assert books.verify() == []
    assert heard[-1] == events.PayoutPaid(
        payout_id=str(payout.pk),
        owner_ref=make.OWNER,
        source_ref=make.CAMPAIGN,
        reference=payout.reference,
        amount_minor=600_00,
        sent_minor=600_00,
        currency="EUR",
        paid_at="2030-01-01T12:00:10+00:00",
    )
    (transfer,) = provider.world.store.every("transfer")
    (bank,) = provider.world.store.every("payout")
    assert (transfer.id, bank.id) == (payout.transfer_key, payout.provider_key)
    assert transfer.document["metadata"] == {"weft_payment": str(payout.pk)}


def test_a_bank_that_refuses_sends_the_money_back_into_the_escrow(
    provider: Running, later: Callable[[float], None], heard: list[object]
) -> None:
    make.stripe_account(number=make.CLOSED)
    make.escrow(minor=1_000_00)
    payout = sent(minor=600_00)
    later(5)
    later(5)

    payout = carry_on(payout)

    assert (payout.state, payout.cause) == (S.FAILED, "no_account")
    assert str(causes.sentence(payout.cause)) == "There is no such bank account."
    assert isinstance(heard[-1], events.PayoutFailed)
    assert payout.money_back_at is None
    assert make.total("escrow", make.CAMPAIGN) == -400_00

    payout = carry_on(payout)

    assert payout.money_back_at == make.FREE
    assert make.total("escrow", make.CAMPAIGN) == -1_000_00
    assert make.total("payable", make.OWNER) == 0
    assert make.total("provider_clearing", "stripe") == 0
    assert kinds(payout) == [
        ("payout_held", "pending"),
        ("payout_released", "posted"),
        ("payout_returned", "posted"),
        ("transfer", "posted"),
        ("transfer_reversal", "posted"),
    ]
    corrected = Entry.objects.get(kind="transfer_reversal").corrects
    assert corrected is not None
    assert corrected.idempotency_key == f"{payout.transfer_key}:transfer"
    assert len(provider.world.store.every("transfer_reversal")) == 1
    assert books.verify() == []


def test_what_arrived_and_came_back_is_corrected_and_told(
    provider: Running, later: Callable[[float], None], heard: list[object]
) -> None:
    make.stripe_account()
    make.escrow(minor=1_000_00)
    payout = sent(minor=600_00)
    later(5)
    later(5)
    payout = carry_on(payout)
    make.control(
        provider, "payouts", {"payout": payout.provider_key, "failure_code": "account_closed"}
    )

    payout = carry_on(payout, now=make.FREE + timedelta(days=1))

    assert (payout.state, payout.cause) == (S.RETURNED, "account_closed")
    assert payout.paid_at is not None
    assert isinstance(heard[-1], events.PayoutReturned)

    payout = carry_on(payout, now=make.FREE + timedelta(days=1))

    assert make.total("escrow", make.CAMPAIGN) == -1_000_00
    assert make.total("provider_clearing", "stripe") == 0
    assert payout.reversal_key != ""
    assert books.verify() == []


def test_what_the_owner_owes_is_kept_of_the_payout(
    provider: Running, later: Callable[[float], None]
) -> None:
    account = make.stripe_account()
    make.escrow(minor=1_000_00)
    make.owes(account, minor=150_00)

    payout = sent(minor=600_00)

    (transfer,) = provider.world.store.every("transfer")
    assert transfer.document["amount"] == 450_00
    assert make.total("payable", make.OWNER) == 0
    assert make.total("escrow", make.CAMPAIGN) == -400_00
    assert make.total("provider_clearing", "stripe") == -450_00
    later(5)
    later(5)
    assert carry_on(payout).state == S.PAID


def test_what_a_bank_has_yet_to_decide_is_kept_of_one_payout_and_is_then_paid(
    provider: Running,
) -> None:
    account = make.stripe_account()
    make.escrow(minor=1_000_00)
    make.owes(account, minor=150_00, state="pending", key="held")

    first, second = sent(minor=600_00), sent(minor=200_00)

    assert (first.receivable_minor, second.receivable_minor) == (150_00, 0)
    transfers = provider.world.store.every("transfer")
    assert [transfer.document["amount"] for transfer in transfers] == [450_00, 200_00]
    assert make.total("payable", make.OWNER) == -150_00
    make.is_gone("held")
    assert make.total("payable", make.OWNER) == 0
    assert books.verify() == []


def test_a_debt_is_kept_of_one_payout_only(provider: Running) -> None:
    account = make.stripe_account()
    make.escrow(minor=1_000_00)
    make.owes(account, minor=150_00)
    first, second = make.approved(minor=200_00), make.approved(minor=200_00)

    services.submit_due(now=make.FREE)

    assert make.again(first).receivable_minor == 150_00
    assert make.again(second).receivable_minor == 0
    assert provider.world.store.every("transfer") == []


def test_an_owner_who_owes_all_of_it_is_sent_nothing(provider: Running) -> None:
    account = make.stripe_account()
    make.escrow(minor=1_000_00)
    make.owes(account, minor=700_00)
    payout = make.approved(minor=600_00)

    services.submit_due(now=make.FREE)

    assert make.again(payout).state == S.PAID
    assert provider.world.store.every("transfer") == []
    assert make.total("payable", make.OWNER) == 100_00
    assert make.total("escrow", make.CAMPAIGN) == -400_00
    assert books.verify() == []


@pytest.mark.usefixtures("provider")
def test_a_debt_is_owed_again_when_the_payout_comes_back(later: Callable[[float], None]) -> None:
    account = make.stripe_account(number=make.CLOSED)
    make.escrow(minor=1_000_00)
    make.owes(account, minor=150_00)
    payout = sent(minor=600_00)
    later(5)
    later(5)

    carry_on(carry_on(payout))

    assert make.total("payable", make.OWNER) == 150_00
    assert make.total("escrow", make.CAMPAIGN) == -1_000_00
    assert make.total("provider_clearing", "stripe") == 0


def test_a_reversal_by_hand_is_booked_told_and_queued_for_a_person(
    provider: Running, heard: list[object]
) -> None:
    make.stripe_account()
    make.escrow(minor=1_000_00)
    payout = sent(minor=600_00)
    (transfer,) = provider.world.store.every("transfer")
    bank = provider.world.store.get("payout", payout.provider_key)
    _reverse_by_hand(provider, payout, bank.id)

    assert services.look_at_transfer(object_key=transfer.id, now=make.FREE) is True

    payout = make.again(payout)
    assert (payout.state, payout.money_back_at) == (S.FAILED, make.FREE)
    assert [type(event).__name__ for event in heard[-2:]] == ["PayoutFailed", "ExceptionFound"]
    assert make.total("escrow", make.CAMPAIGN) == -1_000_00
    assert books.verify() == []


def _reverse_by_hand(provider: Running, payout: Payout, bank_key: str) -> None:
    """Cancel the bank's part and reverse the transfer, as in the provider's dashboard."""
    with at_provider.client(provider.url) as client:
        client.v1.payouts.cancel(bank_key, {}, {"stripe_account": payout.account.provider_key})
        client.v1.transfers.reversals.create(payout.transfer_key)


def test_our_balance_at_the_provider_is_waited_for_under_a_new_key(
    sandbox: Running, settings: Settings
) -> None:
    settings.STRIPE_API_BASE = sandbox.url
    make.stripe_account()
    make.escrow(minor=1_000_00)

    payout = sent(minor=600_00)

    assert (payout.state, payout.waits_for) == (S.SUBMITTED, "provider_balance")
    assert payout.asked_at is None
    make.top_up(sandbox)
    later = make.FREE + timedelta(hours=1)
    assert services.carry_on_due(now=later) == 1
    assert carry_on(payout, now=later).state == S.IN_TRANSIT
    assert len(sandbox.world.store.every("transfer")) == 1


def test_an_account_that_stops_being_payable_at_the_last_moment_is_sent_nothing(
    provider: Running,
) -> None:
    account = make.stripe_account()
    make.escrow(minor=1_000_00)
    payout = make.approved(minor=600_00)
    services.submit_due(now=make.FREE)
    make.control(provider, "accounts", {"account": account.provider_key, "payouts_enabled": False})

    payout = carry_on(payout)

    assert (payout.state, payout.cause) == (S.FAILED, "payouts_not_allowed")
    assert provider.world.store.every("transfer") == []
    assert make.left() == 1_000_00


def test_money_that_cannot_be_taken_back_yet_is_asked_for_again_under_a_new_key(
    provider: Running, later: Callable[[float], None]
) -> None:
    account = make.stripe_account(number=make.CLOSED)
    make.escrow(minor=1_000_00)
    payout = sent(minor=600_00)
    later(5)
    later(5)
    payout = carry_on(payout)
    elsewhere = Record({"id": "po_other", "amount": 600_00, "currency": "eur"})
    balance.for_payout(provider.world, elsewhere.document, account=account.provider_key)

    with pytest.raises(ProviderRefused, match="insufficient"):
        carry_on(payout)

    assert make.again(payout).back_asked_at is None
    balance.for_undone_payout(provider.world, elsewhere.document, account=account.provider_key)
    later_on = make.FREE + timedelta(hours=1)
    assert services.carry_on_due(now=later_on) == 1
    assert carry_on(payout, now=later_on).money_back_at == later_on
    assert make.left() == 1_000_00
    assert len(provider.world.store.every("transfer_reversal")) == 1
