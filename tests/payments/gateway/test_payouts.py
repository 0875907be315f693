"""Stripe as the one who pays owners: what is asked, and what the answers mean in our words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from payments import gateway
from payments.gateway.base import ProviderRefused, ProviderUnavailable
from payments.gateway.payouts import (
    AccountRequest,
    NotEnoughThere,
    PayoutOrder,
    PayoutStatus,
)
from payments.money import Money
from payments.sandbox.background import do_due
from tests.make import payouts as make
from tests.payments.line import nobody

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import Settings

    from payments.sandbox.server import Running

pytestmark = pytest.mark.promise("M6")


@pytest.fixture
def later(provider: Running) -> Callable[[], None]:
    """Return a function that lets the provider do what is due in the next five seconds."""
    jobs = provider.world

    def forward() -> None:
        with jobs.store.transaction() as connection:
            connection.execute("UPDATE jobs SET due = 0")
        do_due(jobs)

    return forward


def payee(*, number: str = make.IBAN, complete: bool = True) -> str:
    """Open an account at the provider and give the owner's details; return its key."""
    provider = gateway.onboarding()
    key = provider.open_account(AccountRequest("a-1", "k-a-1", "DE", "EUR"))
    page = provider.onboarding_page(
        key, return_url="http://testserver/back/", refresh_url="http://testserver/again/"
    )
    assert page.url is not None
    if complete:
        assert make.give_details(page.url, number=number).status_code == 303
    return key


def order(payee_key: str, *, minor: int = 600_00) -> PayoutOrder:
    return PayoutOrder(
        payout_key="p-1",
        idempotency_key="k-1",
        payee_key=payee_key,
        amount=Money(minor, "EUR"),
        reference="stage-1",
    )


def test_an_account_is_made_once_and_found_by_our_key(provider: Running) -> None:
    ours = gateway.onboarding()
    asked = AccountRequest("a-1", "k-a-1", "DE", "EUR")

    first, second = ours.open_account(asked), ours.open_account(asked)

    since = datetime.now(UTC) - timedelta(minutes=5)
    assert first == second == ours.find_account("a-1", since=since)
    assert ours.find_account("a-2", since=since) is None
    (made,) = provider.world.store.every("account")
    assert made.document["settings"]["payouts"]["schedule"]["interval"] == "manual"
    assert made.document["controller"]["stripe_dashboard"] == {"type": "express"}


@pytest.mark.usefixtures("provider")
def test_an_account_is_payable_once_nothing_is_asked_any_more() -> None:
    key = payee(complete=False)
    before = gateway.payouts().fetch_payee(key)
    assert (before.is_payable, before.details_digest, before.account_key) == (False, "", "a-1")
    assert before.requirements == (
        "business_profile.name",
        "external_account",
        "tos_acceptance.date",
    )

    page = gateway.onboarding().onboarding_page(
        key, return_url="http://testserver/back/", refresh_url="http://testserver/again/"
    )
    make.give_details(page.url or "")

    after = gateway.payouts().fetch_payee(key)
    assert (after.is_payable, after.requirements, after.details_label) == (True, (), "DE …3000")
    assert len(after.details_digest) == 64


@pytest.mark.usefixtures("provider")
def test_the_digest_stays_while_the_details_do_and_changes_with_any_of_them() -> None:
    first = payee()
    digest = gateway.payouts().fetch_payee(first).details_digest

    assert gateway.payouts().fetch_payee(first).details_digest == digest
    page = gateway.onboarding().onboarding_page(
        first, return_url="http://testserver/back/", refresh_url="http://testserver/again/"
    )
    make.give_details(page.url or "", number="000123456789")
    assert gateway.payouts().fetch_payee(first).details_digest != digest


def test_an_order_moves_money_to_the_account_and_on_to_its_bank(
    provider: Running, later: Callable[[], None]
) -> None:
    make.top_up(provider)
    ours, asked = gateway.payouts(), order(payee())

    sent = ours.send(asked)

    assert sent.status is PayoutStatus.UNDER_WAY
    assert sent.moved is not None
    assert (sent.moved.amount, sent.moved.fee) == (Money(600_00, "EUR"), Money(0, "EUR"))
    assert ours.send(asked) == sent
    assert len(provider.world.store.every("transfer")) == 1
    later()
    later()
    known = replace(asked, transfer_key=sent.moved.key, provider_key=sent.provider_key)
    paid = ours.fetch(known)
    assert paid.status is PayoutStatus.PAID
    assert paid.arrived_at is not None
    assert ours.find(asked) == paid


def test_an_order_of_which_nothing_is_known_has_done_nothing(provider: Running) -> None:
    make.top_up(provider)

    assert gateway.payouts().find(order(payee())) is None


def test_half_an_order_is_found_and_the_other_half_is_done_under_any_key(
    provider: Running,
) -> None:
    make.top_up(provider)
    ours, asked = gateway.payouts(), order(payee())
    _transfer_only(provider, asked)

    half = ours.find(asked)

    assert half is not None
    assert half.moved is not None
    assert (half.status, half.provider_key) == (PayoutStatus.WAITING, "")
    whole = ours.send(replace(asked, idempotency_key="k-2", transfer_key=half.moved.key))
    assert whole.status is PayoutStatus.UNDER_WAY
    assert whole.moved == half.moved
    assert len(provider.world.store.every("transfer")) == 1


def _transfer_only(provider: Running, asked: PayoutOrder) -> None:
    from tests.payments.sandbox import make as at_provider  # noqa: PLC0415

    with at_provider.client(provider.url) as client:
        client.v1.transfers.create(
            {
                "amount": asked.amount.minor,
                "currency": "eur",
                "destination": asked.payee_key,
                "transfer_group": asked.payout_key,
                "metadata": {"weft_payment": asked.payout_key},
            }
        )


def test_a_bank_that_refuses_is_told_with_its_code_and_the_money_taken_back_once(
    provider: Running, later: Callable[[], None]
) -> None:
    make.top_up(provider)
    ours, asked = gateway.payouts(), order(payee(number=make.CLOSED))
    sent = ours.send(asked)
    assert sent.moved is not None
    known = replace(asked, transfer_key=sent.moved.key, provider_key=sent.provider_key)
    later()
    later()

    failed = ours.fetch(known)
    first, second = ours.take_back(known), ours.take_back(known)

    assert (failed.status, failed.failure) == (PayoutStatus.FAILED, "no_account")
    assert failed.failed_at is not None
    assert first == second
    assert first.amount == Money(600_00, "EUR")
    assert ours.fetch(known).taken_back == first
    assert len(provider.world.store.every("transfer_reversal")) == 1


def test_an_account_that_pays_out_nothing_keeps_the_money_until_it_is_taken_back(
    provider: Running,
) -> None:
    make.top_up(provider)
    ours, key = gateway.payouts(), payee()
    _without_bank(provider, key)

    sent = ours.send(order(key))

    assert (sent.status, sent.failure) == (PayoutStatus.FAILED, "payouts_not_allowed")
    assert sent.moved is not None


def _without_bank(provider: Running, key: str) -> None:
    """Take the bank account away, but leave the account able to receive transfers."""
    record = provider.world.store.get("account", key)
    record.document["external_accounts"]["data"] = []
    provider.world.store.save(record)


@pytest.mark.usefixtures("provider")
def test_an_empty_balance_is_told_apart_from_every_other_refusal() -> None:
    key = payee()

    with pytest.raises(NotEnoughThere):
        gateway.payouts().send(order(key))
    with pytest.raises(ProviderRefused) as refused:
        gateway.payouts().send(replace(order("acct_no"), idempotency_key="k-9"))
    assert not isinstance(refused.value, NotEnoughThere)


def test_a_provider_that_cannot_be_reached_is_unavailable(settings: Settings) -> None:
    settings.STRIPE_API_BASE = nobody()

    with pytest.raises(ProviderUnavailable):
        gateway.payouts().send(order("acct_1"))


def test_what_carries_our_key_says_so(provider: Running) -> None:
    make.top_up(provider)
    ours, key = gateway.onboarding(), payee()
    sent = ours.send(order(key))
    assert sent.moved is not None

    assert ours.owner_of_transfer(sent.moved.key) == "p-1"
    assert ours.owner_of_payout(sent.provider_key, key) == "p-1"
    with pytest.raises(ProviderRefused):
        ours.owner_of_transfer("tr_no")
