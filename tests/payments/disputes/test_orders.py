"""Whatever is heard of refunds and disputes in whatever order, the books are the provider's."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import requests
from django.utils import timezone

from payments.disputes import services as disputes
from payments.ledger import selectors as ledger
from payments.refunds import services as refunds
from tests.payments.refunds import books

if TYPE_CHECKING:
    from payments.models import Payment
    from payments.refunds.models import Refund
    from payments.sandbox.server import Running

pytestmark = [pytest.mark.django_db, pytest.mark.promise("M3")]
STEPS = 8


@dataclass
class Life:
    """One payment to which things happen at the provider, some of which we hear of at times."""

    sandbox: Running
    payment: Payment
    luck: random.Random
    asked: list[Refund] = field(default_factory=list)

    def step(self) -> None:
        """Let one thing happen, if the provider allows it now."""
        happen = self.luck.choice([self.ask, self.by_hand, self.fail, self.dispute, self.end])
        happen()

    def ask(self) -> None:
        minor = self.luck.randint(1, 40_00)
        try:
            refund = books.request(self.payment, minor, key=f"ask-{len(self.asked)}")
        except refunds.RefundRefused:
            return
        self.asked.append(refund)
        if self.luck.random() < 0.5:
            refunds.ask(refund_id=refund.pk, now=timezone.now())

    def by_hand(self) -> None:
        requests.post(
            f"{self.sandbox.url}/v1/refunds",
            data={"charge": self.payment.charge_key, "amount": self.luck.randint(1, 40_00)},
            auth=(books.KEY, ""),
            timeout=10,
        )

    def fail(self) -> None:
        alive = [made for made in books.at_provider(self.sandbox) if made["status"] != "failed"]
        if alive:
            refund = self.luck.choice(alive)["id"]
            books.control(self.sandbox, "refunds", refund=refund, outcome="failed")

    def dispute(self) -> None:
        taken = [made["status"] for made in books.at_provider(self.sandbox, "dispute")]
        if not {"needs_response", "lost"} & set(taken):
            amount = self.luck.randint(1, 100_00)
            books.control(self.sandbox, "disputes", charge=self.payment.charge_key, amount=amount)

    def end(self) -> None:
        for made in books.at_provider(self.sandbox, "dispute"):
            if made["status"] == "needs_response":
                outcome = self.luck.choice(["won", "lost"])
                books.control(self.sandbox, "disputes", dispute=made["id"], outcome=outcome)

    def hear(self, most: int) -> None:
        """Hear of so many things that happened, the same ones perhaps, in any order."""
        happened = [
            (look, made["id"])
            for kind, look in (("refund", refunds.look_at), ("dispute", disputes.look_at))
            for made in books.at_provider(self.sandbox, kind)
        ]
        for look, key in self.luck.choices(happened, k=most if happened else 0):
            assert look(object_key=key, now=timezone.now()) is True

    def finish(self) -> None:
        """Hear of everything at least once, and let the worker do what it was asked to."""
        happened = 2 * [
            (look, made["id"])
            for kind, look in (("refund", refunds.look_at), ("dispute", disputes.look_at))
            for made in books.at_provider(self.sandbox, kind)
        ]
        self.luck.shuffle(happened)
        for look, key in happened:
            look(object_key=key, now=timezone.now())
        for refund in self.asked:
            refunds.ask(refund_id=refund.pk, now=timezone.now())

    def expected(self) -> dict[str, int]:
        """Return the books that follow from what the provider has, worked out on its own."""
        moved = books.at_provider(self.sandbox, "balance_transaction")
        made = books.at_provider(self.sandbox)
        taken = books.at_provider(self.sandbox, "dispute")
        given_back = sum(refund["amount"] for refund in made if refund["status"] == "succeeded")
        open_ones = {
            f"dispute_block/{dispute['id']}": dispute["amount"]
            for dispute in taken
            if dispute["status"] == "needs_response"
        }
        lost = sum(dispute["amount"] for dispute in taken if dispute["status"] == "lost")
        rows = open_ones | {
            "donor_clearing/gift-1": -100_00 + given_back + lost,
            "processor_fee/stripe": 1_75,
            "loss/dispute_fees": 20_00 * len(taken),
            "provider_clearing/stripe": sum(line["net"] for line in moved),
        }
        return {account: minor for account, minor in rows.items() if minor}


@pytest.mark.parametrize("seed", range(12))
def test_any_order_and_any_repetition_end_in_the_books_of_the_provider(
    provider: Running, seed: int
) -> None:
    luck = random.Random(seed)  # noqa: S311  A test that can be repeated.
    life = Life(provider, books.settled(), luck)
    for _ in range(STEPS):
        life.step()
        life.hear(luck.choice([0, 0, 1, 3]))

    life.finish()

    assert books.books() == life.expected()
    assert ledger.verify() == []
    for name in ("DisputeOpened", "DisputeWon", "DisputeLost"):
        keys = [told["dispute_id"] for _, told in books.told(name)]
        assert len(keys) == len(set(keys))
    for name in ("PaymentRefunded", "RefundFailed"):
        keys = [told["refund_id"] for _, told in books.told(name)]
        assert len(keys) == len(set(keys))
    assert len(books.told("DisputeOpened")) == len(books.at_provider(provider, "dispute"))
    carried = [made["metadata"].get("weft_payment") for made in books.at_provider(provider)]
    ours = [key for key in carried if key]
    assert len(ours) == len(set(ours))
