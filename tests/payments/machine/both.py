"""What the rules of the machine are made of: each step in the product and in the model at once."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine

from payments import events, queue
from payments.disputes import booking as disputes
from payments.models import Payment
from payments.money import Money
from payments.payouts.models import Payout as OurPayout
from payments.refunds import booking as refunds
from payments.refunds import services as refund_services
from payments.refunds.models import Refund
from projects.funding import services as funding
from projects.matching import services as matching
from tests.make import funding as make_funding
from tests.payments.machine import model, product
from tests.payments.machine.facts import Back, Books, Gift, Pay, Payout

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from payments.gateway.disputes import DisputeStatus
    from payments.gateway.refunds import RefundStatus
    from payments.models import EventDelivery
    from projects.funding.models import Contribution

HELD_FOR = timedelta(minutes=32)
TRIES = 2
STAGES = {
    "funding.take_back_refund": "taken",
    "funding.return_failed_refund": "returned",
    "funding.block_disputed": "held",
    "funding.unblock_won": "returned",
    "funding.take_back_lost": "taken",
}


class Both(RuleBasedStateMachine):
    """The product and the model side by side, in a transaction that is never committed."""

    ground: ClassVar[product.Ground]

    def __init__(self) -> None:
        super().__init__()
        self.now = product.OPENED
        self.closed = False
        self.serial = 0
        self.books = Books(funded=product.POT_MINOR)
        self.drafts: dict[Gift, Contribution] = {}
        self.payments: dict[Pay, Payment] = {}
        self.backs: dict[str, Back] = {}  # By our id of the refund or the dispute.
        self.answers: list[Callable[[], object]] = []  # All that the provider ever said.
        self.example = ExitStack()
        self.example.enter_context(queue.asleep())
        self.example.enter_context(transaction.atomic())
        self.example.callback(transaction.set_rollback, True)  # noqa: FBT003
        for draft in self.ground.drafts:
            self.begun(draft)
        for gift, payment in zip(self.books.gifts, self.ground.payments, strict=False):
            self.at_the_provider(gift, payment)

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def next(self) -> int:
        self.serial += 1
        return self.serial

    # --- What there is ---------------------------------------------------------------------------
    def pays(self, *states: str) -> list[Pay]:
        return [pay for gift in self.books.gifts for pay in gift.pays if pay.state in states]

    def backs_at(self, kind: str, *stages: str) -> list[Back]:
        found = [back for pay in self.pays("charged") for back in pay.backs]
        return [back for back in found if back.kind == kind and back.at in stages]

    def unpaid(self) -> list[Gift]:
        charged = {pay.gift for pay in self.pays("charged")}
        return [gift for gift in self.books.gifts if gift not in charged]

    def elsewhere(self) -> list[Gift]:
        """Return the gifts whose givers are on no page of the provider, and have tried but once."""
        there = {pay.gift for pay in self.pays("live")}
        return [gift for gift in self.unpaid() if gift not in there and len(gift.pays) < TRIES]

    def payouts(self, state: str) -> list[Payout]:
        return [payout for payout in self.books.payouts if payout.state == state]

    # --- Giving and matching ---------------------------------------------------------------------
    def reserve(self, gift: Gift) -> None:
        gift.held = min(gift.minor * 3 // 2, model.pot(self.books) + gift.held)

    def begun(self, draft: Contribution) -> None:
        gift = Gift(draft.key, draft.amount_minor)
        self.books.gifts.append(gift)
        self.drafts[gift] = draft
        self.reserve(gift)

    def submit(self, gift: Gift) -> None:
        make_funding.submitted(self.drafts[gift], at=self.now)
        self.reserve(gift)
        self.at_the_provider(gift, Payment.objects.live().get(reference=gift.key))

    def at_the_provider(self, gift: Gift, payment: Payment) -> None:
        gift.kept, gift.until = True, (self.now + HELD_FOR).timestamp()
        if all(pay.state != "live" for pay in gift.pays):
            pay = Pay(gift, gift.minor)
            gift.pays.append(pay)
            self.payments[pay] = payment

    def sweep(self, now: datetime) -> None:
        """Let time pass, and the jobs by the clock do what is due by then."""
        self.now = now
        matching.expire_reservations(now=now)
        funding.expire_contributions(now=now)
        funding.close_ended_campaigns(now=now)
        for gift in self.books.gifts:
            gift.kept = gift.kept and gift.may_bring_money
            is_promised = gift.counted is not None and gift.counted.at <= gift.until
            if not gift.kept and not is_promised:
                gift.held = 0

    def allocate(self) -> None:
        matching.allocate_due(programme_id=self.ground.programme_id, now=self.now)
        counted = [(gift.counted.at, gift) for gift in self.books.gifts if gift.counted]
        for _at, gift in sorted(counted, key=lambda pair: pair[0]):
            if gift.decided is None:
                model.decide(self.books, gift)

    # --- What the provider says ------------------------------------------------------------------
    def know(self, back: Back, ours: UUID) -> None:
        back.ours = str(ours)
        self.backs[back.ours] = back

    def say(self, answer: Callable[[], object]) -> None:
        self.answers.append(answer)
        answer()

    def ask_back(self, pay: Pay, minor: int, key: str) -> Refund:
        """Ask for a refund: of a contribution, or of money that counts for none."""
        reason, by, amount = "The giver changed their mind.", "officer", Money(minor, "EUR")
        if pay.gift.counted is pay:
            funding.refund_contribution(
                contribution_id=self.drafts[pay.gift].pk,
                amount=amount,
                reason=reason,
                requested_by=by,
                now=self.now,
                idempotency_key=key,
            )
            return Refund.objects.get(idempotency_key=f"{pay.gift.key}:{key}")
        return refund_services.request(
            payment_id=self.payments[pay].pk,
            amount=amount,
            reason=reason,
            requested_by=by,
            idempotency_key=key,
            now=self.now,
        )

    def refund(self, back: Back, status: RefundStatus, at: str) -> None:
        back.at = at
        payment = Payment.objects.get(pk=self.payments[back.pay].pk)
        found = product.refund(
            back.key, payment, back.minor, ours=back.ours, status=status, at=self.now
        )
        self.say(lambda: refunds.book(payment_id=payment.pk, refunds=[found], now=self.now))

    def dispute(self, back: Back, status: DisputeStatus, *, fee_back: int = 0) -> None:
        payment = Payment.objects.get(pk=self.payments[back.pay].pk)
        found = product.dispute(
            back.key, payment, back.minor, status=status, at=self.now, fee_back=fee_back
        )
        self.say(lambda: disputes.book(payment_id=payment.pk, found=found, now=self.now))

    def our_key(self, payout: Payout) -> UUID:
        return OurPayout.objects.values_list("pk", flat=True).get(reference=payout.key)

    # --- What is heard ---------------------------------------------------------------------------
    def listen(self, told: EventDelivery) -> None:
        """Let one listener hear one announcement, for the first time or again."""
        events.part_of(told.listener)(**told.payload, now=self.now)
        told.done_at = self.now
        told.save(update_fields=["done_at"])
        payload = told.payload
        if told.listener in STAGES:
            back = self.backs[payload.get("refund_id") or payload["dispute_id"]]
            model.hear(self.books, back, STAGES[told.listener])
        elif told.listener in {"funding.confirm_contribution", "funding.fail_contribution"}:
            pay = next(
                p for p, ours in self.payments.items() if str(ours.pk) == payload["payment_id"]
            )
            self._count(pay) if "confirm" in told.listener else self._fail(pay.gift)

    def _count(self, pay: Pay) -> None:
        gift = pay.gift
        if gift.counted is None:
            gift.counted, gift.kept = pay, False
            model.share(self.books, gift)

    def _fail(self, gift: Gift) -> None:
        gift.kept = gift.kept and gift.may_bring_money
