"""Money of a payout that failed comes back whole, or a person hears that it does not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from payments.gateway.base import ProviderRefused
from payments.ledger import selectors as books
from payments.money import Money
from payments.payouts import services
from payments.payouts.models import Payout
from payments.reconciliation.models import QueuedException
from payments.sandbox import balance
from payments.sandbox.store import Record
from tests.make import payments as make_payments
from tests.make import payouts as make
from tests.payments.sandbox import make as at_provider

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.sandbox.server import Running

pytestmark = [pytest.mark.django_db, pytest.mark.promise("M9")]

S = Payout.State


def failed_at_the_bank(later: Callable[[float], None]) -> Payout:
    make.stripe_account(number=make.CLOSED)
    make.escrow()
    payout = make.approved(minor=600_00)
    services.submit_due(now=make.FREE)
    services.carry_on(payout_id=payout.pk, now=make.FREE)
    later(5)
    later(5)
    services.carry_on(payout_id=payout.pk, now=make.FREE)
    payout = make.again(payout)
    assert payout.state == S.FAILED
    return payout


def test_a_reversal_that_the_provider_refuses_waits_for_a_person_once(
    provider: Running, later: Callable[[float], None]
) -> None:
    payout = failed_at_the_bank(later)
    spent = Record({"id": "po_other", "amount": 600_00, "currency": "eur"})
    balance.for_payout(provider.world, spent.document, account=payout.account.provider_key)

    for _ in range(2):
        with pytest.raises(ProviderRefused):
            services.carry_on(payout_id=payout.pk, now=make.FREE)
    make_payments.deliver_announcements()

    queued = QueuedException.objects.get(kind="refused")
    assert (queued.provider_key, queued.reference) == (payout.transfer_key, payout.reference)
    assert (queued.ours, queued.theirs) == (Money(600_00, "EUR"), None)
    assert make.again(payout).money_back_at is None


@pytest.mark.promise("M15")
@pytest.mark.usefixtures("provider")
def test_an_account_that_was_disconnected_is_its_own_matter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = make.stripe_account()
    make.escrow()
    payout = make.approved(minor=600_00)
    services.submit_due(now=make.FREE)
    refusal = {
        "type": "invalid_request_error",
        "code": "account_invalid",
        "message": "The provided key does not have access to the account.",
    }
    plain = stripe.RequestsClient.request

    def request(
        self: stripe.RequestsClient,
        method: str,
        url: str,
        *rest: Any,  # noqa: ANN401  Passed on.
    ) -> object:
        if account.provider_key in url:
            return json.dumps({"error": refusal}), 403, {}
        return plain(self, method, url, *rest)

    monkeypatch.setattr(stripe.RequestsClient, "request", request)
    with pytest.raises(ProviderRefused):
        services.look_at_account(object_key=account.provider_key, now=make.FREE)
    services.carry_on(payout_id=payout.pk, now=make.FREE)

    payout = make.again(payout)
    assert (payout.state, payout.cause) == (S.FAILED, "payouts_not_allowed")
    assert make.left() == 1_000_00


def test_what_was_reversed_by_hand_before_comes_back_to_the_escrow_too(
    provider: Running, later: Callable[[float], None]
) -> None:
    payout = failed_at_the_bank(later)
    with at_provider.client(provider.url) as client:
        client.v1.transfers.reversals.create(payout.transfer_key, {"amount": 100_00})

    services.carry_on(payout_id=payout.pk, now=make.FREE)

    assert make.again(payout).money_back_at == make.FREE
    assert make.left() == 1_000_00
    assert make.total("payable", make.OWNER) == 0
    assert make.total("provider_clearing", "stripe") == 0
    assert books.verify() == []
