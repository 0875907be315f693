"""Earning match, paying it in tranches, taking it back, and what is kept of the next one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.ledger import selectors as ledger
from payments.ledger.models import AccountKind
from payments.ledger.services import AccountKey
from payments.money import Money
from projects.matching import engine, selectors, services
from projects.matching.formula import Rate
from projects.matching.models import Allocation, MatchTransition, Tranche, TranchePart
from projects.matching.selectors import rounds as found
from projects.matching.services import earning, tranches
from tests.make import closing as make
from tests.make import matching

pytestmark = pytest.mark.django_db
NOW = matching.NOON + timedelta(hours=1)
PROJECT = make.project(1)
WHOLE, FOUR_FIFTHS = Rate(1, 1), Rate(4, 5)


def earn() -> int:
    return services.earn(campaign_key="campaign:1", cause="success", now=NOW)


def pay(part: Rate, *, by: str = "Ama") -> Tranche:
    return services.pay_tranche(
        programme_id="fund", project_id=PROJECT, cumulative=part, by=by, now=NOW
    )


def go_back(ref: str, remaining_minor: int) -> int:
    return services.unwind(
        contribution_ref=ref,
        remaining=Money(remaining_minor, "EUR"),
        cause=f"refund:{ref}:{remaining_minor}",
        now=NOW,
    )


def states() -> dict[str, tuple[str, int]]:
    rows = Allocation.objects.values_list("contribution_ref", "state", "amount_minor")
    return {ref: (state, minor) for ref, state, minor in rows}


def escrow(n: int = 1) -> int:
    return ledger.left(AccountKey(AccountKind.ESCROW, make.campaign(n), "EUR")).minor


def owed_to_campaign() -> int:
    books = ledger.balance(engine.earned("campaign:1", "EUR"))
    return books.credits_posted - books.debits_posted


def agree() -> None:
    assert ledger.verify() == found.verify_rounds() == []


@pytest.fixture
def programme() -> None:
    matching.programme(id="fund", rate=[1, 1], pot_minor=1000_00)


@pytest.mark.usefixtures("programme")
def test_match_is_earned_once() -> None:
    make.given("c1", 300_00)
    assert earn() == 300_00
    assert earn() == 0
    assert states() == {"c1": ("earned", 300_00)}
    books = ledger.balance(engine.earned("campaign:1", "EUR"))
    assert (books.credits_pending, books.credits_posted) == (0, 300_00)
    assert ledger.balance(engine.pot("fund", "EUR")).left == 700_00
    assert MatchTransition.objects.filter(to_state="earned").count() == 1
    agree()


@pytest.mark.usefixtures("programme")
def test_disputed_and_frozen_match_is_earned_later() -> None:
    make.given("c1", 300_00)
    make.given("c2", 100_00)
    services.block(contribution_ref="c1", cause="dispute", now=NOW)
    assert earn() == 100_00
    services.unblock(contribution_ref="c1", cause="dispute", now=NOW)
    services.freeze_project(project_id=PROJECT, reason="audit", by="A", now=NOW)
    assert earn() == 0
    services.unfreeze_project(project_id=PROJECT, reason="done", by="A", now=NOW)
    assert services.earn(project_id=PROJECT, cause="success", now=NOW) == 300_00


def test_somebody_must_be_named_to_earn() -> None:
    with pytest.raises(ValueError, match="campaign or a project"):
        services.earn(cause="success", now=NOW)


@pytest.mark.usefixtures("programme")
def test_milestones_refunds_and_receivables_come_out_as_by_hand() -> None:
    make.given("c1", 300_00)
    make.given("c2", 100_00)
    earn()
    first = pay(FOUR_FIFTHS)
    assert (first.standing_minor, first.due_minor, first.paid_minor) == (400_00, 320_00, 320_00)
    assert states() == {"c1": ("paid", 300_00), "c2": ("earned", 100_00)}

    go_back("c2", 0)
    assert states()["c2"] == ("clawed_back", 0)
    assert found.disbursed("fund", PROJECT) == 320_00
    assert found.receivable("fund", PROJECT) == 20_00
    assert owed_to_campaign() == -20_00
    assert ledger.balance(engine.pot("fund", "EUR")).left == 700_00

    make.given("c3", 50_00)
    earn()
    last = pay(WHOLE)
    assert (last.due_minor, last.before_minor, last.paid_minor) == (350_00, 320_00, 30_00)
    assert found.disbursed("fund", PROJECT) == escrow() == 350_00
    assert found.receivable("fund", PROJECT) == owed_to_campaign() == 0
    assert ledger.balance(engine.pot("fund", "EUR")).left == 650_00
    assert states() == {
        "c1": ("paid", 300_00),
        "c2": ("clawed_back", 0),
        "c3": ("paid", 50_00),
    }
    agree()


@pytest.mark.usefixtures("programme")
def test_paying_the_same_part_again_pays_nothing() -> None:
    make.given("c1", 300_00)
    earn()
    pay(WHOLE)
    again = pay(WHOLE)
    assert (again.number, again.paid_minor) == (2, 0)
    assert TranchePart.objects.count() == 1
    assert escrow() == 300_00
    agree()


@pytest.mark.usefixtures("programme")
def test_a_tranche_that_rounds_leaves_the_rest_to_the_next() -> None:
    make.given("c1", 100_01)
    earn()
    assert pay(Rate(1, 3)).paid_minor == 33_33
    assert pay(Rate(2, 3)).paid_minor == 33_34
    assert pay(WHOLE).paid_minor == 33_34


@pytest.mark.usefixtures("programme")
def test_more_paid_than_earned_pays_nothing_and_is_kept_of_the_next() -> None:
    make.given("c1", 300_00)
    earn()
    pay(WHOLE)
    go_back("c1", 100_00)
    assert states() == {"c1": ("paid", 100_00)}
    assert found.receivable("fund", PROJECT) == 200_00
    assert pay(WHOLE).paid_minor == 0
    make.given("c2", 250_00)
    earn()
    assert pay(WHOLE).paid_minor == 50_00
    assert found.receivable("fund", PROJECT) == 0
    agree()


@pytest.mark.usefixtures("programme")
def test_what_is_paid_still_counts_as_matched() -> None:
    make.given("c1", 300_00)
    earn()
    pay(FOUR_FIFTHS)
    assert selectors.matched_totals({"campaign:1": "EUR"}) == {"campaign:1": Money(300_00, "EUR")}
    assert selectors.verify_differences() == []


def test_an_award_is_earned_and_paid_like_any_match() -> None:
    make.programme(pot_minor=90_00)
    make.given("c1", 100_00)
    make.close()
    assert services.earn(project_id=PROJECT, cause="success", now=make.LATER) == 90_00
    paid = services.pay_tranche(
        programme_id="fund", project_id=PROJECT, cumulative=WHOLE, by="Ama", now=make.LATER
    )
    assert paid.paid_minor == escrow() == 90_00
    services.unwind(
        contribution_ref="c1", remaining=Money(50_00, "EUR"), cause="refund:1", now=make.LATER
    )
    assert found.receivable("fund", PROJECT) == 45_00
    assert found.project_matches("fund") == {PROJECT: 45_00}
    agree()


@pytest.mark.usefixtures("programme")
@pytest.mark.parametrize("part", [Rate(0, 1), Rate(3, 2), Rate(-1, 2)])
def test_a_tranche_is_a_part_of_a_whole(part: Rate) -> None:
    make.given("c1", 300_00)
    earn()
    with pytest.raises(tranches.NoSuchTranche):
        pay(part)
    assert not Tranche.objects.exists()
    assert escrow() == 0


@pytest.mark.usefixtures("programme")
def test_less_than_before_is_never_due() -> None:
    make.given("c1", 300_00)
    earn()
    pay(FOUR_FIFTHS)
    with pytest.raises(tranches.NoSuchTranche):
        pay(Rate(1, 2))
    assert escrow() == 240_00


def test_only_the_tranches_of_the_terms_are_paid() -> None:
    tranche = {"after": "first-works", "cumulative": [1, 2]}
    matching.programme(id="fund", rate=[1, 1], disbursement=[tranche])
    make.given("c1", 300_00)
    earn()
    with pytest.raises(tranches.NoSuchTranche):
        pay(FOUR_FIFTHS)
    assert pay(Rate(2, 4)).paid_minor == 150_00


@pytest.mark.usefixtures("programme")
def test_what_is_only_committed_is_not_paid() -> None:
    make.given("c1", 300_00)
    with pytest.raises(tranches.NothingEarned):
        pay(WHOLE)
    assert states() == {"c1": ("committed", 300_00)}
    assert escrow() == 0


def test_an_overdue_duty_blocks_payment_until_it_is_met() -> None:
    duty = {"code": "report", "due_on": "2026-03-09"}
    matching.programme(id="fund", rate=[1, 1], obligations=[duty])
    make.given("c1", 300_00)
    earn()
    with pytest.raises(tranches.ObligationMissed, match="report"):
        pay(WHOLE)
    assert escrow() == 0
    with pytest.raises(tranches.TrancheRefused):
        services.meet_obligation(
            programme_id="fund", project_id=PROJECT, code="other", by="Ama", now=NOW
        )
    for _ in range(2):
        services.meet_obligation(
            programme_id="fund", project_id=PROJECT, code="report", by="Ama", now=NOW
        )
    assert pay(WHOLE).paid_minor == 300_00


@pytest.mark.usefixtures("programme")
def test_nothing_is_paid_while_frozen_or_in_nobodys_name() -> None:
    make.given("c1", 300_00)
    earn()
    services.freeze_programme(programme_id="fund", reason="audit", by="A", now=NOW)
    with pytest.raises(tranches.PaymentFrozen):
        pay(WHOLE)
    services.unfreeze_programme(programme_id="fund", reason="done", by="A", now=NOW)
    services.freeze_project(project_id=PROJECT, reason="audit", by="A", now=NOW)
    with pytest.raises(tranches.PaymentFrozen):
        pay(WHOLE)
    with pytest.raises(tranches.TrancheRefused):
        pay(WHOLE, by=" ")
    assert escrow() == 0


@pytest.mark.usefixtures("programme")
def test_only_handed_over_match_is_taken_back_this_way() -> None:
    make.given("c1", 300_00)
    row = Allocation.objects.get()
    with pytest.raises(earning.NotHandedOver):
        earning.take_back_earned(allocation=row, to_minor=0, cause="x", now=NOW)
    earn()
    row = Allocation.objects.get()
    with pytest.raises(earning.NotHandedOver):
        earning.take_back_earned(allocation=row, to_minor=300_01, cause="x", now=NOW)
    assert earning.take_back_earned(allocation=row, to_minor=100_00, cause="x", now=NOW) == 200_00
    assert states() == {"c1": ("earned", 100_00)}
    assert earning.take_back_earned(allocation=row, to_minor=0, cause="y", now=NOW) == 100_00
    assert earning.take_back_earned(allocation=row, to_minor=0, cause="y", now=NOW) == 0
    assert ledger.balance(engine.pot("fund", "EUR")).left == 1000_00
    agree()
