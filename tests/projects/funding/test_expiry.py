"""What becomes of a contribution that nobody pays."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from payments.checkout import PAGE_LIFE
from payments.ledger.services import LedgerBusy
from payments.models import Payment
from payments.money import Money
from projects.funding import services
from projects.funding.models import Contribution
from projects.matching import services as matching
from tests.make import funding as make
from tests.projects.funding.steps import held, state_of, submit

if TYPE_CHECKING:
    from datetime import datetime


NOON = make.NOON
State = Contribution.State


@pytest.mark.django_db
def test_a_failure_reported_late_does_not_take_the_match_of_money_that_arrived() -> None:
    make.programme()
    contribution = make.identified()
    first = submit(contribution)
    Payment.objects.filter(pk=first.pk).update(
        state=Payment.State.SETTLED,
        settled_at=NOON,
        charge_key="ch_1",
        received_minor=100_00,
        received_currency="EUR",
        fee_minor=0,
        fee_currency="EUR",
    )

    services.fail_contribution(
        reference=contribution.key, payment_id=uuid4(), reason="failed", now=NOON
    )
    matching.expire_reservations(now=NOON + timedelta(minutes=60))

    assert (state_of(contribution), held()) == (State.AWAITING_PAYMENT, 200_00)


@pytest.mark.django_db
@pytest.mark.promise("M15")
def test_a_contribution_that_cannot_expire_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    campaign = make.campaign()
    broken, *others = [make.contribution(campaign) for _ in range(3)]
    real = matching.release

    def release(*, contribution_ref: str, now: datetime) -> bool:
        if contribution_ref == broken.key:
            raise LedgerBusy
        return real(contribution_ref=contribution_ref, now=now)

    monkeypatch.setattr(matching, "release", release)
    with pytest.raises(services.RowsFailed) as failure:
        services.expire_contributions(now=NOON + timedelta(days=2))

    assert failure.value.keys == (broken.key,)
    assert [state_of(each) for each in (broken, *others)] == [
        State.DRAFT,
        State.EXPIRED,
        State.EXPIRED,
    ]


@pytest.mark.django_db
def test_money_for_another_room_is_not_ours() -> None:
    nothing = services.confirm_contribution(
        reference="investment-1",
        payment_id=uuid4(),
        amount=Money(100_00, "EUR"),
        fee=Money(0, "EUR"),
        settled_at=NOON,
        now=NOON,
    )

    assert nothing is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("payment", "expected"),
    [
        (Payment.State.EXPIRED, State.EXPIRED),
        (Payment.State.FAILED, State.EXPIRED),
        (Payment.State.CREATED, State.AWAITING_PAYMENT),
        (Payment.State.OPEN, State.AWAITING_PAYMENT),
        (Payment.State.PROCESSING, State.AWAITING_PAYMENT),
    ],
)
def test_what_nobody_pays_expires_when_its_payment_is_over(
    payment: Payment.State, expected: State
) -> None:
    make.programme()
    contribution = make.submitted(make.identified())
    Payment.objects.filter(reference=contribution.key).update(state=payment, page_key="cs_1")

    assert services.expire_contributions(now=NOON + PAGE_LIFE - timedelta(minutes=1)) == 0
    count = services.expire_contributions(now=NOON + PAGE_LIFE)

    assert state_of(contribution) == expected
    assert (count, held()) == ((1, 0) if expected == State.EXPIRED else (0, 200_00))


@pytest.mark.django_db
def test_a_draft_nobody_comes_back_to_expires_after_a_day() -> None:
    contribution = make.contribution()

    assert services.expire_contributions(now=NOON + timedelta(hours=23, minutes=59)) == 0
    assert services.expire_contributions(now=NOON + timedelta(hours=24)) == 1
    assert services.expire_contributions(now=NOON + timedelta(hours=25)) == 0
    assert state_of(contribution) == State.EXPIRED
