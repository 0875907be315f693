"""Whatever the order in which news comes, and however often: one outcome."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from payments.ledger import selectors as ledger
from payments.models import Payment
from projects.funding import selectors
from projects.funding.services import reversals
from projects.matching import selectors as matching
from tests.make import funding as make
from tests.projects.funding import reversing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from projects.funding.models import Contribution
    from projects.matching.models import ProgrammeVersion

    Told = Callable[[Contribution, ProgrammeVersion], object]

PARTIAL = "11111111-0000-0000-0000-000000000001"
FAILED = "11111111-0000-0000-0000-000000000002"
WON = "22222222-0000-0000-0000-000000000001"
LOST = "22222222-0000-0000-0000-000000000002"


def _payment(of: Contribution) -> UUID:
    return Payment.objects.get(reference=of.key).pk


def news() -> list[Told]:
    """Return all there is to hear of one gift of 100.00, in the order in which it happened."""

    def told(kind: str, stage: str, minor: int, key: str) -> Told:
        def tell(gift: Contribution, _: ProgrammeVersion) -> object:
            return reversing.hear(
                gift,
                reversing.Kind(kind),
                reversing.Stage(stage),
                minor,
                key=key,
                payment_id=_payment(gift),
            )

        return tell

    return [
        lambda gift, _: reversing.confirm(gift, _payment(gift)),
        lambda _, fund: make.allocate(fund.programme_id),
        told("refund", "taken", 30_01, PARTIAL),
        told("refund", "held", 10_00, FAILED),
        told("refund", "returned", 10_00, FAILED),
        told("dispute", "held", 15_00, WON),
        told("dispute", "returned", 15_00, WON),
        told("dispute", "held", 20_02, LOST),
        told("dispute", "taken", 20_02, LOST),
    ]


def outcome(order: Sequence[int], *, partial: str) -> tuple[object, ...]:
    """Tell everything in an order, undo it all, and return what it had come to."""
    with transaction.atomic():
        fund = make.programme(
            id="fund",
            rate=[1, 3],
            refund={"partial": partial},
            caps=[{"scope": "contribution", "amount": 20_00}],
        )
        campaign = make.campaign()
        gift = make.submitted(make.identified(campaign))
        reversing.settle(Payment.objects.get(reference=gift.key), minor=100_00, fee_minor=1_75)
        make.charge(gift, minor=100_00, fee_minor=1_75)
        parts = news()
        for place in order:
            parts[place](gift, fund)
        make.allocate(fund.programme_id)  # As the sweeper does, in the end.
        gift.refresh_from_db()
        assert selectors.verify_differences() == []
        assert matching.verify_differences() == []
        assert ledger.verify() == []
        rows = [
            (row.account.replace(gift.key, "gift").replace(campaign.key, "campaign"), *row[1:])
            for row in ledger.fingerprint_rows()
        ]
        found = (
            gift.state,
            gift.refunded_minor,
            gift.blocked_minor,
            gift.lost_minor,
            matching.matched_by_contribution()[gift.key],
            sorted(rows),
        )
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db
@pytest.mark.promise("M3")
@pytest.mark.promise("M10")
@pytest.mark.parametrize("orders", [4, pytest.param(20, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("partial", "match_minor"),
    [("recompute", 16_65), ("proportional", 9_99)],
)
def test_any_order_and_any_number_of_repeats_come_to_the_same(
    partial: str, match_minor: int, orders: int
) -> None:
    chance = random.Random(20_261_124)  # noqa: S311  The same orders every time.
    straight = outcome(range(9), partial=partial)

    assert straight[:5] == ("lost", 30_01, 0, 20_02, match_minor)
    for _ in range(orders):
        order = [place for place in range(9) for _ in range(chance.randint(1, 3))]
        chance.shuffle(order)
        assert outcome(order, partial=partial) == straight, order


@pytest.mark.django_db
def test_without_a_memory_of_what_was_heard_the_order_would_matter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reversals, "heard_before", lambda *_, **__: [])
    late = [2, 0, 1, 3, 4, 5, 6, 7, 8]

    with pytest.raises(AssertionError):
        assert outcome(late, partial="recompute") == outcome(range(9), partial="recompute")
