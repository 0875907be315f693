"""Money given back: the contribution, its match, its campaign and the books, to the minor unit."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from payments.models import Payment
from payments.money import Money
from payments.refunds.models import Refund
from projects.funding import selectors, services
from projects.funding.models import Contribution, Reversal
from projects.matching import selectors as matching
from tests.make import funding as make
from tests.projects.funding import reversing
from tests.projects.funding.reversing import LATER, books, failed, paid, refunded

if TYPE_CHECKING:
    from projects.matching.models import ProgrammeVersion

pytestmark = pytest.mark.django_db
State = Contribution.State


@pytest.fixture
def fund() -> ProgrammeVersion:
    return make.programme(pot_minor=1_000_00)


def left(fund: ProgrammeVersion) -> int:
    return matching.left([fund.programme_id])[fund.programme_id].minor


def totals(of: Contribution) -> tuple[int, int, int]:
    found = selectors.totals([of.campaign])[of.campaign_id]
    return found.contributed.minor, found.matched.minor, found.contributors


def ask(of: Contribution, minor: int, *, form: str = "") -> Reversal:
    services.refund_contribution(
        contribution_id=of.pk,
        amount=Money(minor, "EUR"),
        reason="asked for by the giver",
        requested_by="clerk@example.org",
        now=LATER,
        idempotency_key=form,
    )
    of.refresh_from_db()
    return of.reversals.get(key=str(Refund.objects.latest("created_at").pk))


def nothing_differs() -> None:
    assert selectors.verify_differences() == []
    assert matching.verify_differences() == []


@pytest.mark.promise("M10")
def test_a_refund_is_held_first_and_taken_when_the_provider_has_made_it(
    fund: ProgrammeVersion,
) -> None:
    gift = paid()
    make.allocate(fund.programme_id)

    asked = ask(gift, 40_00)

    assert (gift.state, gift.refunded_minor) == (State.REFUND_PENDING, 0)
    assert books(gift) == {
        "escrow": (98_95, -40_00),  # 100.00 less a fee of 1.75, of which 0.70 is made up for.
        "donor": (0, 40_00),
        "lost_fees": (-70, 0),
    }
    assert (totals(gift), left(fund)) == ((100_00, 200_00, 1), 800_00)

    refunded(gift, 40_00, key=asked.key)

    assert (gift.state, gift.refunded_minor) == (State.PARTIALLY_REFUNDED, 40_00)
    assert books(gift) == {
        "escrow": (58_95, 0),
        "donor": (0, 0),
        "lost_fees": (-70, 0),
    }
    assert (totals(gift), left(fund)) == ((60_00, 120_00, 1), 880_00)
    nothing_differs()


@pytest.mark.promise("M10")
@pytest.mark.promise("M12")
def test_several_refunds_add_up_to_the_whole_fee_and_the_whole_match(
    fund: ProgrammeVersion,
) -> None:
    gift = paid()
    make.allocate(fund.programme_id)

    lost_fees = []
    for minor in (33_33, 33_33, 33_34):
        refunded(gift, minor)
        lost_fees.append(-books(gift)["lost_fees"][0])

    assert lost_fees == [58, 1_16, 1_75]
    assert (gift.state, gift.refunded_minor) == (State.REFUNDED, 100_00)
    assert books(gift) == {"escrow": (0, 0), "donor": (0, 0), "lost_fees": (-1_75, 0)}
    assert (totals(gift), left(fund)) == ((0, 0, 0), 1_000_00)
    nothing_differs()


@pytest.mark.promise("M10")
@pytest.mark.promise("M3")
def test_a_refund_told_of_again_changes_nothing(fund: ProgrammeVersion) -> None:
    gift = paid()
    make.allocate(fund.programme_id)
    key = refunded(gift, 40_00)
    before = (books(gift), totals(gift), left(fund), gift.log.count())

    refunded(gift, 40_00, key=key)

    assert (books(gift), totals(gift), left(fund), gift.log.count()) == before


def test_a_refund_that_fails_leaves_everything_as_it_was(fund: ProgrammeVersion) -> None:
    gift = paid()
    make.allocate(fund.programme_id)
    asked = ask(gift, 40_00)

    failed(gift, 40_00, key=asked.key)

    assert (gift.state, gift.refunded_minor) == (State.SETTLED, 0)
    assert books(gift) == {"escrow": (98_25, 0), "donor": (0, 0), "lost_fees": (0, 0)}
    assert (totals(gift), left(fund)) == ((100_00, 200_00, 1), 800_00)
    nothing_differs()


def test_a_refund_that_comes_back_after_all_gives_money_and_match_again(
    fund: ProgrammeVersion,
) -> None:
    gift = paid()
    make.allocate(fund.programme_id)
    key = refunded(gift, 100_00)
    assert (gift.state, left(fund)) == (State.REFUNDED, 1_000_00)

    failed(gift, 100_00, key=key)

    assert (gift.state, gift.refunded_minor) == (State.SETTLED, 0)
    assert books(gift)["escrow"] == (98_25, 0)
    assert (totals(gift), left(fund)) == ((100_00, 200_00, 1), 800_00)
    nothing_differs()


def test_the_same_form_asks_once_and_more_than_is_left_is_refused() -> None:
    gift = paid()
    ask(gift, 60_00, form="one")
    ask(gift, 60_00, form="one")
    assert (Refund.objects.count(), gift.reversals.count()) == (1, 1)

    with pytest.raises(services.NotRefundable, match="more than is left"):
        ask(gift, 40_01)
    with pytest.raises(services.NotRefundable):
        ask(make.submitted(make.identified(gift.campaign)), 1)
    ask(gift, 40_00)

    assert books(gift)["escrow"] == (100_00, -100_00)


@pytest.mark.promise("M10")
def test_after_a_payout_what_escrow_lacks_is_a_receivable_from_the_owner(
    fund: ProgrammeVersion,
) -> None:
    gift = paid()
    make.allocate(fund.programme_id)
    reversing.pay_out(gift.campaign, 80_00)
    assert books(gift)["escrow"] == (18_25, 0)

    refunded(gift, 100_00)

    assert books(gift) == {
        "escrow": (0, 0),
        "owner": (-80_00, 0),
        "donor": (0, 0),
        "lost_fees": (-1_75, 0),
    }
    assert totals(gift) == (0, 0, 0)
    nothing_differs()


@pytest.mark.promise("M10")
def test_refunding_the_second_of_two_payments_leaves_the_contribution_paid(
    fund: ProgrammeVersion,
) -> None:
    gift = paid()
    make.allocate(fund.programme_id)
    before = books(gift)
    second = Payment.objects.get(reference=gift.key)
    second.pk = None
    second = Payment.objects.create(
        reference=gift.key,
        amount_minor=100_00,
        currency="EUR",
        description="again",
        language="en",
        success_url="/",
        cancel_url="/",
        created_at=make.NOON,
    )
    reversing.settle(second, minor=100_00, fee_minor=1_75, difference="surplus")
    services.hold_contribution(
        reference=gift.key, payment_id=second.pk, difference="surplus", now=make.NOON
    )
    gift.refresh_from_db()
    assert gift.needs_person_since == make.NOON

    refunded(gift, 60_00, payment_id=second.pk)
    assert gift.needs_person_since == make.NOON
    refunded(gift, 40_00, payment_id=second.pk)

    assert (gift.state, gift.refunded_minor) == (State.SETTLED, 0)
    assert Contribution.objects.get(pk=gift.pk).needs_person_since is None
    assert books(gift)["escrow"] == before["escrow"]
    assert left(fund) == 800_00
    assert list(gift.log.values_list("event", flat=True))[-1] == "release"


def test_a_surplus_that_went_back_before_anybody_heard_of_it_waits_for_nobody() -> None:
    gift = paid()
    second = Payment.objects.create(
        reference=gift.key,
        amount_minor=100_00,
        currency="EUR",
        description="again",
        language="en",
        success_url="/",
        cancel_url="/",
        created_at=make.NOON,
    )
    reversing.settle(second, minor=100_00, fee_minor=1_75, difference="surplus")
    refunded(gift, 100_00, payment_id=second.pk)

    services.hold_contribution(
        reference=gift.key, payment_id=second.pk, difference="surplus", now=LATER
    )

    gift.refresh_from_db()
    assert (gift.state, gift.needs_person_since) == (State.SETTLED, None)


@pytest.mark.promise("M3")
def test_a_refund_heard_of_before_the_payment_comes_to_the_same(fund: ProgrammeVersion) -> None:
    gift = make.submitted(make.identified(minor=100_00))
    payment = Payment.objects.get(reference=gift.key)
    reversing.settle(payment, minor=100_00, fee_minor=1_75)
    make.charge(gift, minor=100_00, fee_minor=1_75)
    refunded(gift, 40_00, payment_id=payment.pk)
    assert gift.state == State.AWAITING_PAYMENT

    reversing.confirm(gift, payment.pk)
    make.allocate(fund.programme_id)

    assert (gift.state, gift.refunded_minor) == (State.PARTIALLY_REFUNDED, 40_00)
    assert books(gift) == {"escrow": (58_95, 0), "donor": (0, 0), "lost_fees": (-70, 0)}
    assert (totals(gift), left(fund)) == ((60_00, 120_00, 1), 880_00)
    nothing_differs()


def test_a_reference_of_another_room_is_nobodys() -> None:
    assert (
        services.hear(
            kind=Reversal.Kind.REFUND,
            key="r1",
            payment_id=uuid4(),
            reference="loan-7",
            amount=Money(1, "EUR"),
            stage=Reversal.State.TAKEN,
            at=LATER,
            now=LATER,
        )
        is None
    )
