"""What a formula gives a project once, when money of the project goes back and comes again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from payments.money import Money
from projects.matching import selectors, services
from projects.matching.allocation import Before, Turn, decide
from projects.matching.formula import Flat, Lump, Rate
from projects.matching.models import Allocation, MatchTransition, ProgrammeVersion, TallyCounter
from projects.matching.rules import Condition, Operator, Stack, Stacking
from projects.matching.tally import Tally
from projects.matching.unwinding import kept_by_project, still_counts
from tests.make import matching as make
from tests.make import rules as make_rules
from tests.projects.matching.asking import EURO_FOR_EURO, one, pots
from tests.projects.matching.decisions import all_rows, left

LATER = make.NOON + timedelta(hours=1)
ONCE = {"type": "lump", "amount": 250_00}


@pytest.fixture
def programme() -> None:
    make.programme(id="fund", formula=ONCE, pot_minor=1_000_00)


def give(ref: str) -> None:
    make.counted(make.gift(10_00, ref=ref, donor=f"d-{ref}"))
    services.allocate_due(programme_id="fund", now=make.NOON)


def go_back(ref: str, remaining_minor: int = 0, again: str = "") -> int:
    return services.unwind(
        contribution_ref=ref,
        remaining=Money(remaining_minor, "EUR"),
        cause=f"refund:{ref}:{remaining_minor}{again}",
        now=LATER,
    )


def stands() -> dict[str, tuple[str, int]]:
    rows = Allocation.objects.values_list("contribution_ref", "state", "amount_minor")
    return {ref: (state, minor) for ref, state, minor in rows}


@pytest.mark.django_db
@pytest.mark.usefixtures("programme")
def test_the_project_keeps_it_until_no_money_of_it_is_left() -> None:
    give("c1")
    give("c2")

    assert go_back("c1") == 0
    assert (left(), stands()["c1"]) == (750_00, ("committed", 250_00))
    assert selectors.verify_differences() == []

    assert go_back("c2") == 250_00
    assert (left(), stands()["c1"]) == (1_000_00, ("released", 0))
    assert MatchTransition.objects.filter(reason="refund:c2:0").count() == 1
    assert selectors.verify_differences() == []


@pytest.mark.django_db
@pytest.mark.usefixtures("programme")
def test_the_same_refund_told_of_again_changes_nothing() -> None:
    give("c1")
    give("c2")
    go_back("c1")
    go_back("c2")
    before = all_rows()

    assert go_back("c2") == go_back("c1") == 0

    assert all_rows() == before


@pytest.mark.django_db
@pytest.mark.usefixtures("programme")
def test_a_refund_that_failed_after_all_brings_it_back() -> None:
    give("c1")
    give("c2")
    go_back("c1")
    go_back("c2")

    assert go_back("c2", 10_00, "failed") == -250_00

    assert (left(), stands()["c1"]) == (750_00, ("committed", 250_00))
    assert selectors.verify_differences() == []


@pytest.mark.django_db
@pytest.mark.usefixtures("programme")
def test_it_is_not_given_twice_when_others_have_it_since() -> None:
    give("c1")
    go_back("c1")
    give("c2")
    assert stands()["c2"] == ("committed", 250_00)

    assert go_back("c1", 10_00, "failed") == 0

    assert (left(), stands()["c1"]) == (750_00, ("released", 0))
    assert selectors.verify_differences() == []


@pytest.mark.django_db
@pytest.mark.usefixtures("programme")
def test_earned_it_is_taken_back_with_the_last_money_too() -> None:
    give("c1")
    give("c2")
    services.earn(campaign_key="campaign:a-well", cause="success", now=LATER)

    assert go_back("c1") == 0
    assert stands()["c1"] == ("earned", 250_00)
    assert go_back("c2") == 250_00

    assert (left(), stands()["c1"]) == (1_000_00, ("clawed_back", 0))
    assert selectors.verify_differences() == []


@pytest.mark.django_db
@pytest.mark.usefixtures("programme")
def test_newer_terms_count_what_the_project_kept() -> None:
    give("c1")
    give("c2")
    go_back("c1")

    first = ProgrammeVersion.objects.get(programme="fund")
    services.publish_programme(
        document=make.document(
            id="fund", formula=ONCE, caps=[{"scope": "donor", "amount": 900_00}]
        ),
        agency_id=first.programme.agency_id,
        now=LATER,
    )

    counter = TallyCounter.objects.get(measure="matched", scope="donor")
    assert (counter.whose, counter.minor) == ("d-c1", 250_00)
    assert selectors.verify_differences() == []


def test_all_of_it_stays_with_the_project() -> None:
    rule = replace(EURO_FOR_EURO, formula=Lump(200))
    outcome = one(rule, make_rules.money())

    stays = kept_by_project(rule, make_rules.money(), outcome, remaining_minor=0)

    assert (stays.parts, stays.lump_minor, stays.moves) == (outcome.parts, 200, outcome.moves)


@pytest.mark.parametrize(("remaining", "counts"), [(100_00, True), (40_00, False), (0, False)])
def test_money_counts_on_as_long_as_the_rule_would_match_it(
    *, remaining: int, counts: bool
) -> None:
    rule = replace(EURO_FOR_EURO, formula=Flat(Rate(1, 1)), min_contribution_minor=50_00)
    money = make_rules.money(100_00)
    outcome = one(rule, money)

    assert still_counts(rule, money, outcome, remaining_minor=remaining) is counts


def test_money_that_was_left_unmatched_does_not_count_on() -> None:
    exclusive = replace(EURO_FOR_EURO, stacking=Stacking(Stack.EXCLUSIVE))
    picky = replace(EURO_FOR_EURO, eligible=(Condition("donor.kind", Operator.EQ, "club"),))
    money = make_rules.money(100_00)
    matched = decide(
        Turn(exclusive, money, Before(gave=("p",))), tally=Tally(), pots=pots(1_000_00)
    )
    refused = decide(Turn(picky, money), tally=Tally(), pots=pots(1_000_00))

    assert not still_counts(exclusive, money, matched, remaining_minor=100_00)
    assert not still_counts(picky, money, refused, remaining_minor=100_00)


@pytest.mark.django_db
def test_what_the_pot_lacked_is_added_though_its_own_money_has_gone_back() -> None:
    make.programme(id="fund", formula=ONCE, pot_minor=100_00, on_exhaustion="waitlist")
    give("c1")
    give("c2")
    go_back("c1")
    assert stands()["c1"] == ("committed", 100_00)

    services.fund_pot(
        programme_id="fund",
        amount=Money(500_00, "EUR"),
        idempotency_key="more",
        now=LATER,
    )

    assert sum(minor for _, minor in stands().values()) == 250_00
    assert (left(), stands()["c1"]) == (350_00, ("committed", 250_00))
    assert selectors.verify_differences() == []
