"""Twenty pieces of news at once about one contribution, and a control without the lock."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import mock

import pytest
from django.db import DatabaseError

from payments.ledger.services import LedgerRefused
from payments.money import Money
from projects.funding import selectors, services
from projects.funding.models import Contribution, Reversal
from projects.funding.services import reversals
from projects.matching import selectors as matching
from tests import crowd
from tests.make import funding as make
from tests.projects.funding.reversing import LATER, paid

if TYPE_CHECKING:
    from uuid import UUID

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 20


def tell(gift: Contribution, payment_id: UUID, key: str) -> object:
    try:
        return services.hear(
            kind=Reversal.Kind.REFUND,
            key=key,
            payment_id=payment_id,
            reference=gift.key,
            amount=Money(5_00, "EUR"),
            stage=Reversal.State.TAKEN,
            at=LATER,
            now=LATER,
        )
    except (DatabaseError, LedgerRefused) as error:
        return error


def told(*, same: bool) -> tuple[Contribution, str, list[object]]:
    fund = make.programme(pot_minor=1_000_00)
    gift = paid()
    make.allocate(fund.programme_id)
    assert gift.payment_id is not None
    payment_id = gift.payment_id
    keys = ["one" if same else f"refund-{number}" for number in range(AT_ONCE)]
    results = crowd.at_once(lambda key: tell(gift, payment_id, key), keys)
    gift.refresh_from_db()
    return gift, fund.programme_id, results


@pytest.mark.promise("M3")
@pytest.mark.promise("M10")
def test_one_refund_told_twenty_times_at_once_is_taken_back_once() -> None:
    gift, fund, _ = told(same=True)

    assert (gift.refunded_minor, gift.reversals.count()) == (5_00, 1)
    assert matching.left([fund])[fund] == Money(810_00, "EUR")
    assert selectors.verify_differences() == matching.verify_differences() == []


@pytest.mark.promise("M10")
@pytest.mark.promise("M12")
def test_twenty_refunds_at_once_add_up_to_the_whole() -> None:
    gift, fund, results = told(same=False)

    assert all(isinstance(result, Contribution) for result in results), results
    assert (gift.state, gift.refunded_minor) == (Contribution.State.REFUNDED, 100_00)
    assert matching.left([fund])[fund] == Money(1_000_00, "EUR")
    assert selectors.verify_differences() == matching.verify_differences() == []


def test_without_the_lock_the_same_news_stumbles_over_itself() -> None:
    def unlocked(reference: str) -> Contribution:
        return Contribution.objects.select_related("campaign__project").get(key=reference)

    with mock.patch.object(reversals, "of_reference", unlocked):
        _, _, results = told(same=True)

    assert any(isinstance(result, DatabaseError | LedgerRefused) for result in results)
