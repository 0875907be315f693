"""Finance staff refund a gift on the console: its match and its campaign hear of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from payments.console import hooks
from payments.ledger import selectors as ledger
from payments.ledger.services import BalanceExceeded
from payments.models import Payment
from payments.money import Money
from payments.refunds.models import Refund
from projects.funding import services
from projects.funding.models import Contribution
from tests import crowd
from tests.make import funding as make
from tests.projects.funding.reversing import (
    books,
    disputed,
    paid,
    pay_out,
    refunded,
    settle,
)

if TYPE_CHECKING:
    from payments.ledger.services import AccountKey

pytestmark = pytest.mark.django_db
State = Contribution.State


def asked(minor: int, form: str = "form-1") -> hooks.Asked:
    return hooks.Asked(
        amount=Money(minor, "EUR"),
        reason="asked for by the giver",
        requested_by="clerk@example.org",
        idempotency_key=form,
    )


def payment_of(gift: Contribution) -> Payment:
    return Payment.objects.get(reference=gift.key)


def test_a_refund_asked_for_on_the_console_holds_the_money_of_the_gift() -> None:
    gift = paid()
    assert hooks.why_not(payment_of(gift)) is None

    for _ in range(2):
        hooks.refund(payment_of(gift), asked(40_00), now=make.NOON)

    gift.refresh_from_db()
    assert gift.state == State.REFUND_PENDING
    assert books(gift)["escrow"] == (98_95, -40_00)
    assert hooks.is_asked(payment_of(gift), idempotency_key="form-1")
    assert Refund.objects.count() == 1


def test_what_the_room_refuses_is_said_on_the_console() -> None:
    gift = paid()
    hooks.refund(payment_of(gift), asked(60_00), now=make.NOON)

    with pytest.raises(hooks.NotRefunded, match="more than is left"):
        hooks.refund(payment_of(gift), asked(40_01, "form-2"), now=make.NOON)


def test_a_payout_in_between_is_said_in_words_and_nothing_is_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gift = paid()
    left = ledger.left

    def left_a_moment_ago(account: AccountKey) -> Money:
        found = left(account)
        pay_out(gift.campaign, found.minor)
        return found

    monkeypatch.setattr(ledger, "left", left_a_moment_ago)
    with pytest.raises(hooks.NotRefunded, match="try again"):
        hooks.refund(payment_of(gift), asked(40_00), now=make.NOON)
    with pytest.raises(BalanceExceeded), transaction.atomic():  # A listener hears it once more.
        disputed(gift, 40_00)
    monkeypatch.undo()

    gift.refresh_from_db()
    assert (gift.state, Refund.objects.count()) == (State.SETTLED, 0)
    hooks.refund(payment_of(gift), asked(40_00), now=make.NOON)
    assert books(gift)["escrow"] == (98_95, -40_00)


def test_money_that_counts_for_nobody_is_refunded_on_the_console_and_the_hold_ends() -> None:
    gift = make.submitted(make.identified())
    payment = payment_of(gift)
    settle(payment, minor=99_00, fee_minor=1_75, difference="amount")
    services.hold_contribution(
        reference=gift.key, payment_id=payment.pk, difference="amount", now=make.NOON
    )
    payment.refresh_from_db()

    hooks.refund(payment, asked(99_00), now=make.NOON)
    gift.refresh_from_db()
    assert (gift.state, gift.needs_person_since) == (State.AWAITING_PAYMENT, make.NOON)
    refunded(gift, 99_00, key=str(Refund.objects.get().pk), payment_id=payment.pk)

    assert (gift.state, gift.needs_person_since) == (State.AWAITING_PAYMENT, None)


@pytest.mark.django_db(transaction=True)
def test_going_to_pay_and_giving_back_at_once_wait_for_each_other_in_no_circle() -> None:
    fund = make.programme()
    campaign = make.campaign()
    given = [paid(campaign) for _ in range(8)]
    make.allocate(fund.programme_id)
    drafts = [make.identified(campaign, email=f"g{number}@example.org") for number in range(8)]

    def act(gift: Contribution) -> object:
        if gift.is_settled:
            return services.refund_contribution(
                contribution_id=gift.pk,
                amount=Money(40_00, "EUR"),
                reason="asked for",
                requested_by="officer",
                now=make.NOON,
            )
        return make.submitted(gift)

    results = crowd.at_once(
        act, [gift for pair in zip(given, drafts, strict=True) for gift in pair]
    )

    assert all(isinstance(result, Contribution) for result in results), results
