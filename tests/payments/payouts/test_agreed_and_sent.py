"""What may happen between the agreement to a payout and the money leaving: it goes where agreed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from payments.gateway.base import ProviderUnavailable
from payments.gateway.payouts import BankDetails
from payments.ledger import selectors as books
from payments.payouts import booking, sending, services
from payments.payouts.models import Payout, PayoutAccount, PayoutBatch
from tests.make import payouts as make
from tests.payments.payouts.test_four_eyes import changed, refusal
from tests.payments.payouts.test_lost_answers import at, cut, line
from tests.payments.payouts.test_treasury import TREASURY, export

if TYPE_CHECKING:
    from datetime import datetime

    from tests.payments.payouts.test_lost_answers import Cut, Far

__all__ = ["at", "cut", "line"]  # Fixtures.
pytestmark = [pytest.mark.django_db, pytest.mark.promise("M19")]

S = Payout.State
HOUR = timedelta(hours=1)
THIEF = BankDetails("Somebody Else", "FR1420041010050500013M02606")


def submitted_for_a_file(*, minor: int = 600_00) -> Payout:
    make.bank_account()
    make.escrow()
    payout = make.approved(minor=minor)
    assert services.submit_due(now=make.FREE) == 1
    return make.again(payout)


def give(details: BankDetails, *, by: str = "clerk", now: datetime = make.FREE) -> None:
    account = PayoutAccount.objects.get()
    services.give_details(account_id=account.pk, details=details, by=by, now=now)


def test_details_that_change_before_the_file_is_made_are_in_no_file() -> None:
    payout = submitted_for_a_file()

    give(THIEF)

    payout = make.again(payout)
    assert (payout.state, payout.cause) == (S.FAILED, "details_changed")
    assert make.left() == 1_000_00
    with pytest.raises(services.TreasuryRefused):
        export(payout, now=make.FREE + HOUR)
    assert books.verify() == []


def test_the_database_puts_no_line_for_other_details_into_a_file() -> None:
    payout = submitted_for_a_file()
    PayoutAccount.objects.update(
        details_digest="other", details_changed_at=make.FREE, number="", holder=""
    )

    assert changed(payout, state="in_transit") == "payout_only_to_payable"


def test_the_database_keeps_no_details_that_their_digest_does_not_say() -> None:
    account = make.bank_account()
    statement = "UPDATE payouts_payoutaccount SET number = %s WHERE id = %s"

    assert refusal(statement, THIEF.number, account.pk) == "payout_details_dated"


@pytest.mark.parametrize("moved", [1, 0], ids=["moved", "never_arrived"])
def test_a_question_without_an_answer_is_not_repeated_for_new_details(
    cut: Cut, at: Far, moved: int
) -> None:
    account, url = make.onboarding_page()
    make.give_details(url)
    services.look_at_account(object_key=account.provider_key, now=make.NOON)
    make.escrow()
    payout = make.approved(minor=600_00)
    services.submit_due(now=make.FREE)
    if moved:
        with cut.answers_to("/v1/transfers", 0), pytest.raises(ProviderUnavailable):
            services.carry_on(payout_id=payout.pk, now=make.FREE)
    else:
        assert sending._intend(payout.pk, make.FREE) is not None  # noqa: SLF001  And dies.
    page = services.open_onboarding(
        account_id=account.pk, now=make.FREE, return_url="http://x/", refresh_url="http://x/"
    )
    make.give_details(page, number="000123456789")

    for minutes in (5, 10):
        services.carry_on(payout_id=payout.pk, now=make.FREE + timedelta(minutes=minutes))

    payout, store = make.again(payout), at.provider.world.store
    assert (payout.state, payout.cause) == (S.FAILED, "details_changed")
    assert payout.money_back_at is not None
    assert (len(store.every("payout")), len(store.every("transfer"))) == (0, moved)
    assert len(store.every("transfer_reversal")) == moved
    assert make.left() == 1_000_00
    assert books.verify() == []


def test_whoever_gave_the_details_does_not_approve_what_is_paid_to_them() -> None:
    make.bank_account()
    payout = make.requested()

    for by in ("clerk", " Clerk"):
        with pytest.raises(services.FourEyes):
            services.approve(payout_id=payout.pk, by=by, now=make.NOON)

    assert make.again(payout).state == S.REQUESTED


def test_the_database_sends_nothing_that_the_giver_of_the_details_approved() -> None:
    account = make.bank_account()
    payout = make.requested()
    batch = PayoutBatch.objects.create(method=account.method, currency="EUR", created_at=make.NOON)
    approved = {"approved_by": "Clerk ", "approved_digest": account.details_digest}
    assert changed(payout, state="approved", **approved) == ""
    assert changed(payout, state="scheduled") == ""

    sent = {"state": "submitted", "batch_id": batch.pk, "submitted_at": make.FREE}
    assert changed(payout, **sent) == "payout_only_to_payable"


@pytest.mark.parametrize("name", ["Asha", " asha", "ASHA ", " "])
def test_another_spelling_is_not_another_person(name: str) -> None:
    make.bank_account()
    payout = make.requested(second_above=1)

    with pytest.raises(services.FourEyes):
        services.approve(payout_id=payout.pk, by=name, now=make.NOON)
    services.approve(payout_id=payout.pk, by="otieno", now=make.NOON)
    with pytest.raises(services.FourEyes):
        services.approve(payout_id=payout.pk, by="Otieno ", now=make.NOON)

    assert changed(payout, approved_by="ASHA ") == "payout_four_eyes"
    assert changed(payout, second_approved_by=" Otieno") == "payout_six_eyes"


@pytest.mark.promise("M10")
def test_what_an_owner_owes_is_kept_of_one_payout_only_while_a_file_is_on_its_way() -> None:
    account = make.bank_account()
    make.escrow(minor=5_000_00)
    make.owes(account, minor=100_00)
    first = make.approved()
    services.submit_due(now=make.FREE)
    export(make.again(first))

    second = make.approved()
    services.submit_due(now=make.FREE)

    assert [make.again(one).net.minor for one in (first, second)] == [500_00, 600_00]


@pytest.mark.promise("M10")
def test_of_payouts_in_flight_each_keeps_of_the_debt_what_the_earlier_ones_do_not() -> None:
    account = make.bank_account()
    make.escrow(minor=5_000_00)
    payouts = []
    for owed_more, minor in ((100_00, 600_00), (50_00, 200_00), (0, 200_00)):
        if owed_more:
            make.owes(account, minor=owed_more, key=f"debt-{owed_more}")
        payouts.append(make.approved(minor=minor))
        assert services.submit_due(now=make.FREE) == 1
    payouts = [make.again(payout) for payout in payouts]

    assert {payout.state for payout in payouts} == {S.SUBMITTED}
    assert [payout.receivable_minor for payout in payouts] == [100_00, 50_00, 0]
    assert [payout.net.minor for payout in payouts] == [500_00, 150_00, 200_00]

    export(payouts[0])
    services.mark_failed(payout_id=payouts[0].pk, reason="closed", by="clerk", now=make.FREE)
    fourth = make.approved(minor=600_00)
    services.submit_due(now=make.FREE)

    assert make.again(fourth).receivable_minor == 100_00  # Owed again, and by nobody kept.
    assert books.verify() == []


def test_a_payout_joins_no_batch_that_was_taken_to_the_bank() -> None:
    make.bank_account()
    make.escrow()
    first, second = make.approved(minor=1_00), make.approved(minor=2_00)
    batches: dict[tuple[str, str], PayoutBatch] = {}
    assert sending._submit(first.pk, batches, make.FREE)  # noqa: SLF001  In the middle of a run.
    export(make.again(first))

    assert sending._submit(second.pk, batches, make.FREE)  # noqa: SLF001

    assert make.again(first).batch_id != make.again(second).batch_id
    file = services.export(
        batch_id=batches["bank_file", "EUR"].pk,
        debtor=TREASURY,
        day=date(2030, 1, 7),
        by="clerk",
        now=make.FREE,
    )
    assert file.content.count(b"<EndToEndId>") == 1


def test_the_database_adds_nothing_to_a_batch_that_was_taken_to_the_bank() -> None:
    first = submitted_for_a_file(minor=1_00)
    export(first)
    second = make.approved(minor=2_00)
    assert changed(second, state="scheduled") == ""

    sent = {"state": "submitted", "batch_id": first.batch_id, "submitted_at": make.FREE}
    assert changed(second, **sent) == "payout_only_to_payable"


@pytest.mark.promise("M15")
def test_one_broken_payout_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make.bank_account()
    make.escrow()
    broken, sound = make.approved(minor=1_00), make.approved(minor=2_00)
    hold = booking.hold

    def break_one(payout: Payout, *, now: datetime) -> None:
        if payout.pk == broken.pk:
            raise RuntimeError(str(payout.pk))
        hold(payout, now=now)

    monkeypatch.setattr(booking, "hold", break_one)

    assert services.submit_due(now=make.FREE) == 1

    assert [make.again(one).state for one in (broken, sound)] == [S.APPROVED, S.SUBMITTED]
    assert str(broken.pk) in caplog.text
