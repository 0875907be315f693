"""Everything that may happen to money, one rule each, and what has to hold after each."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from marketplace import books as whole
from payments import settlement
from payments.disputes.models import Dispute
from payments.gateway.disputes import DisputeStatus
from payments.gateway.refunds import RefundStatus
from payments.models import Payment
from payments.money import Money
from payments.payouts import services as payouts
from payments.reconciliation.models import QueuedException
from payments.refunds import services as refund_services
from payments.refunds.models import Refund
from projects.funding import services as funding
from projects.matching import services as matching
from tests.make import funding as make_funding
from tests.payments.machine import model, product
from tests.payments.machine.both import HELD_FOR, Both
from tests.payments.machine.facts import Back, Payout

if TYPE_CHECKING:
    from collections.abc import Sequence

ANY = st.integers(0, 999)  # Which of those there are.
AMOUNTS = st.integers(5_00, 120_00)
PARTS = st.integers(1, 120_00)
MOST = 3  # More gifts, or payouts that wait, take longer and lead nowhere else.
T = TypeVar("T")


def pick(number: int, things: Sequence[T]) -> T:
    return things[number % len(things)]


class Machine(Both):
    """One campaign, one pot, one owner, and the money of many givers."""

    def teardown(self) -> None:
        """Let everything be heard and decided, compare for good, and undo the example."""
        with self.example:
            if sys.exc_info()[0] is not None:  # A step has failed: that is what is to be told.
                return
            while waiting := product.announcements(waiting=True):
                for told in waiting:
                    self.listen(told)
            self.allocate()
            self.compare()
            assert whole.verify().differences == []
            assert product.returned_beyond() == []
            surplus = Payment.objects.filter(state=Payment.State.DIFFERS)
            waits = QueuedException.objects.values_list("provider_key", flat=True)
            assert set(surplus.values_list("charge_key", flat=True)) <= set(waits)

    # --- Giving ----------------------------------------------------------------------------------
    @precondition(lambda self: not self.closed and len(self.books.gifts) <= MOST)
    @rule(minor=AMOUNTS, goes_on=st.booleans())
    def begin(self, *, minor: int, goes_on: bool) -> None:
        now = self.tick()
        self.begun(make_funding.identified(self.ground.campaign, minor=minor, at=now))
        if goes_on:
            self.tick()
            self.submit(self.books.gifts[-1])

    @precondition(lambda self: not self.closed and self.elsewhere())
    @rule(n=ANY)
    def go_to_pay(self, n: int) -> None:
        self.tick()
        self.submit(pick(n, self.elsewhere()))

    @precondition(lambda self: self.pays("live", "failed"))
    @rule(n=ANY)
    def is_charged(self, n: int) -> None:
        """Also late, after the provider had said that nothing would come."""
        now = self.tick()
        pay = pick(n, self.pays("live", "failed"))
        pay.fee, pay.at, pay.state = pay.minor * 15 // 1000 + 25, now.timestamp(), "charged"
        payment = self.payments[pay]
        charge = product.paid(payment, number=self.next(), minor=pay.minor, fee=pay.fee, at=now)
        self.say(lambda: settlement.settle(payment_id=payment.pk, charge=charge, now=self.now))

    @precondition(lambda self: self.pays("live"))
    @rule(n=ANY)
    def fails(self, n: int) -> None:
        self.tick()
        pay = pick(n, self.pays("live"))
        pay.state = "failed"
        payment = self.payments[pay]
        charge = product.failed(payment, number=self.next())
        self.say(lambda: settlement.settle(payment_id=payment.pk, charge=charge, now=self.now))

    # --- Hearing ---------------------------------------------------------------------------------
    @precondition(lambda self: self.answers)
    @rule(n=ANY)
    def hear(self, n: int) -> None:
        """In any order."""
        self.tick()
        if waiting := product.announcements(waiting=True):
            self.listen(pick(n, waiting))

    @precondition(lambda self: self.answers)
    @rule(n=ANY)
    def hear_again(self, n: int) -> None:
        """Whatever was ever announced."""
        self.tick()
        if told := product.announcements(waiting=False):
            self.listen(pick(n, told))

    @precondition(lambda self: self.answers)
    @rule(n=ANY)
    def is_told_again(self, n: int) -> None:
        """The provider repeats itself, and an old answer comes late."""
        self.tick()
        pick(n, self.answers)()

    # --- Matching --------------------------------------------------------------------------------
    @precondition(lambda self: any(g.counted and g.decided is None for g in self.books.gifts))
    @rule()
    def decide(self) -> None:
        self.tick()
        self.allocate()

    @precondition(lambda self: model.pot(self.books) < 50_00)
    @rule(minor=st.integers(1, 100_00))
    def top_up(self, minor: int) -> None:
        now = self.tick()
        self.books.funded += minor
        matching.fund_pot(
            programme_id=self.ground.programme_id,
            amount=Money(minor, "EUR"),
            idempotency_key=f"top-up-{self.next()}",
            now=now,
        )

    @precondition(lambda self: any(g.held and not g.kept for g in self.books.gifts))
    @rule()
    def nobody_comes_back(self) -> None:
        self.sweep(self.now + HELD_FOR * 1.05)

    @precondition(lambda self: not self.closed and self.pays("charged"))
    @rule()
    def close(self) -> None:
        self.closed = True
        self.sweep(max(self.now, product.CLOSES))
        with pytest.raises(funding.CampaignClosed):
            make_funding.contribution(self.ground.campaign, at=self.now)
        for gift in self.unpaid()[:1]:
            with pytest.raises(funding.CampaignClosed):
                make_funding.submitted(self.drafts[gift], at=self.now)

    # --- Going back ------------------------------------------------------------------------------
    @precondition(lambda self: self.pays("charged"))
    @rule(n=ANY, minor=PARTS, is_all=st.booleans())
    def is_asked_back(self, *, n: int, minor: int, is_all: bool) -> None:
        self.tick()
        pay, key = pick(n, self.pays("charged")), f"ask-{self.next()}"
        left = pay.left("", "held", "taken")
        minor = left if is_all and left > 0 else minor
        if minor > left:
            with pytest.raises((funding.NotRefundable, refund_services.RefundRefused)):
                self.ask_back(pay, minor, key)
            return
        back = Back(pay, "refund", minor, key=f"re_{key}")
        self.know(back, self.ask_back(pay, minor, key).pk)
        pay.backs.append(back)
        if pay.gift.counted is pay:
            model.hear(self.books, back, "held")

    @precondition(lambda self: self.backs_at("refund", "held"))
    @rule(n=ANY)
    def is_refunded(self, n: int) -> None:
        self.tick()
        back = pick(n, self.backs_at("refund", "held"))
        if back.minor <= back.pay.left("refund", "taken"):  # No provider gives more than it has.
            self.refund(back, RefundStatus.SUCCEEDED, "taken")

    @precondition(lambda self: self.backs_at("refund", "held", "taken"))
    @rule(n=ANY)
    def refund_fails(self, n: int) -> None:
        """Before or after it had succeeded."""
        self.tick()
        back = pick(n, self.backs_at("refund", "held", "taken"))
        self.refund(back, RefundStatus.FAILED, "returned")

    @precondition(lambda self: self.pays("charged"))
    @rule(n=ANY, minor=PARTS)
    def is_refunded_by_hand(self, n: int, minor: int) -> None:
        self.tick()
        pay = pick(n, self.pays("charged"))
        minor = min(minor, pay.left("refund", "taken"))
        if minor:
            back = Back(pay, "refund", minor, key=f"re_hand_{self.next()}")
            pay.backs.append(back)
            self.refund(back, RefundStatus.SUCCEEDED, "taken")
            self.know(back, Refund.objects.get(provider_key=back.key).pk)

    @precondition(lambda self: self.pays("charged"))
    @rule(n=ANY, is_whole=st.booleans())
    def is_disputed(self, *, n: int, is_whole: bool) -> None:
        """A bank may take the whole charge, also where a part of it was given back before."""
        self.tick()
        pay = pick(n, self.pays("charged"))
        minor = pay.minor if is_whole else pay.left("refund", "taken")
        if minor and not any(back.kind == "dispute" for back in pay.backs):
            back = Back(pay, "dispute", minor, key=f"du_{self.next()}", fee=15_00)
            pay.backs.append(back)
            self.dispute(back, DisputeStatus.OPEN)
            self.know(back, Dispute.objects.get(provider_key=back.key).pk)

    @precondition(lambda self: self.backs_at("dispute", "held"))
    @rule(n=ANY, fee_back=st.sampled_from([0, 15_00]))
    def wins(self, n: int, fee_back: int) -> None:
        self.tick()
        back = pick(n, self.backs_at("dispute", "held"))
        back.at, back.fee = "returned", back.fee - fee_back
        self.dispute(back, DisputeStatus.WON, fee_back=fee_back)

    @precondition(lambda self: self.backs_at("dispute", "held"))
    @rule(n=ANY)
    def loses(self, n: int) -> None:
        self.tick()
        back = pick(n, self.backs_at("dispute", "held"))
        back.at = "taken"
        self.dispute(back, DisputeStatus.LOST)

    # --- Paying out ------------------------------------------------------------------------------
    @precondition(lambda self: self.pays("charged") and len(self.payouts("waiting")) < MOST)
    @rule(minor=AMOUNTS)
    def pay_out(self, minor: int) -> None:
        now, reference = self.tick(), f"stage-{self.next()}"
        product.ask_payout(self.ground, minor, reference=reference, now=now)
        self.books.payouts.append(Payout(minor, reference))
        product.send_payouts(now)
        model.send(self.books)

    @precondition(lambda self: self.payouts("sent"))
    @rule(n=ANY)
    def arrives(self, n: int) -> None:
        now = self.tick()
        payout = pick(n, self.payouts("sent"))
        payout.state = "paid"
        payouts.mark_paid(
            payout_id=self.our_key(payout),
            bank_reference=f"B-{payout.key}",
            paid_at=now,
            by="clerk",
            now=now,
        )

    @precondition(lambda self: self.payouts("sent"))
    @rule(n=ANY)
    def does_not_arrive(self, n: int) -> None:
        now = self.tick()
        payout = pick(n, self.payouts("sent"))
        payout.state = "back"
        payouts.mark_failed(payout_id=self.our_key(payout), reason="closed", by="clerk", now=now)

    @precondition(lambda self: self.payouts("paid"))
    @rule(n=ANY)
    def comes_back(self, n: int) -> None:
        now = self.tick()
        payout = pick(n, self.payouts("paid"))
        if payout.kept < payout.minor:  # Where all was kept, nothing was sent.
            payout.state = "back"
            payouts.mark_returned(
                payout_id=self.our_key(payout),
                bank_reference=f"R-{payout.key}",
                returned_at=now,
                by="clerk",
                now=now,
            )

    # --- What holds after every step -------------------------------------------------------------
    @invariant()
    def compare(self) -> None:
        balances, contributions = product.state()
        model.agree(balances, model.balances(self.books))
        gifts = {
            gift.key: (
                model.gone(gift, "refund", "taken"),
                model.gone(gift, "dispute", "held"),
                model.gone(gift, "dispute", "taken"),
                gift.held + gift.match,
            )
            for gift in self.books.gifts
        }
        model.agree(contributions, gifts)

    @invariant()
    def no_pot_is_overdrawn(self) -> None:
        assert 0 <= model.pot(self.books) <= self.books.funded
