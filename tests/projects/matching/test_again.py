"""Second looks, claims, and a pot that is empty against all expectation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from projects.matching.allocation import (
    Turn,
    allocate,
    claim_base,
    look_again,
)
from projects.matching.formula import Band, BandMode, Rate, TierOn, Tiers
from projects.matching.rules import (
    BaseCap,
    Scope,
)
from projects.matching.tally import Key, Measure, Tally
from tests.make import rules as make
from tests.projects.matching.asking import EURO_FOR_EURO, minors, one, pots, run

if TYPE_CHECKING:
    from projects.matching.allocation import Outcome
    from projects.matching.rules import Rule

DONOR_KEY = Key(Measure.MATCHED, "donor", "d1")
CAPPED = make.rule(rate=[2, 1], caps=[{"scope": "donor", "amount": 1_000_00}])


def again(rule: Rule, given: Outcome, pot: int, tally: Tally) -> Outcome:
    return look_again(Turn(rule, make.money()), given, tally=tally, pots=pots(pot))


def test_a_second_look_adds_what_has_come_back_and_keeps_the_first_reason() -> None:
    tally = Tally()
    first = run(CAPPED, [make.money()], 50_00, tally).outcomes["c1"]

    second = again(CAPPED, first, 70_00, tally)

    assert (second.minor, second.reason, second.unmet) == (120_00, "pot_exhausted", (("", 80_00),))
    assert second.moves == ((DONOR_KEY, 120_00),)
    assert tally[DONOR_KEY] == 50_00  # Looking moves nothing.
    names = [step["step"] for step in second.steps]
    first_look = ["base", "rate", "cap", "pot", "match"]
    assert names == [*first_look, "again", "cap", "pot", "match"]
    assert second.steps[5] == {"step": "again", "minor": 50_00}


def test_a_third_look_has_no_more_steps_than_a_second() -> None:
    tally = Tally()
    first = run(CAPPED, [make.money()], 50_00, tally).outcomes["c1"]
    second = again(CAPPED, first, 70_00, tally)
    tally.move(first.moves, back=True)
    tally.move(second.moves)

    third = again(CAPPED, second, 500_00, tally)

    assert (third.minor, third.reason) == (200_00, "pot_exhausted")
    assert len(third.steps) == len(second.steps)


def test_a_second_look_asks_the_caps_again_and_never_takes_away() -> None:
    tally = Tally()
    first = run(CAPPED, [make.money()], 50_00, tally).outcomes["c1"]
    tally.move([(DONOR_KEY, 900_00)])

    assert again(CAPPED, first, 500_00, tally).minor == 100_00
    tally.move([(DONOR_KEY, 90_00)])
    kept = again(CAPPED, first, 500_00, tally)
    assert (kept.minor, kept.moves, kept.steps) == (50_00, first.moves, first.steps)


def test_a_second_look_does_not_price_again() -> None:
    bands = (Band(1, 100_00, Rate(1, 1)), Band(100_01, None, Rate(1, 10)))
    formula = Tiers(TierOn.PROJECT_TOTAL, BandMode.MARGINAL, bands)
    rule, tally = replace(EURO_FOR_EURO, formula=formula), Tally()
    done = run(rule, [make.money(ref="c1"), make.money(ref="c2")], 40_00, tally)

    second = again(rule, done.outcomes["c1"], 500_00, tally)

    assert (second.minor, second.ideal_minor) == (100_00, 100_00)  # Not the rate of those later.


def test_a_claim_has_the_base_and_no_match() -> None:
    rule = replace(EURO_FOR_EURO, base_caps=(BaseCap(Scope.DONOR, 150_00),))
    tally = Tally([(Key(Measure.USED, "donor", "d1"), 90_00)])

    claim = claim_base(Turn(rule, make.money()), tally=tally)

    assert (claim.base_minor, claim.parts, claim.reason) == (60_00, (), "waits_for_close")
    assert claim.moves == ((Key(Measure.USED, "donor", "d1"), 60_00),)
    assert claim_base(Turn(rule, make.money(currency="USD")), tally=tally).base_minor == 0


def test_an_outcome_without_its_pot_still_counts_the_money() -> None:
    rule = make.rule(rate=[1, 1], caps=[{"scope": "project_cost", "amount": 300_00}])

    empty = one(rule, make.money()).without_pot()

    assert (empty.minor, empty.reason, empty.unmet) == (0, "pot_exhausted", (("", 100_00),))
    assert empty.moves == ((Key(Measure.COUNTED, "project", "p1"), 100_00),)
    assert [step["step"] for step in empty.steps] == ["base", "rate", "cap", "pot", "match"]


def test_money_that_went_back_before_its_turn_leaves_the_pot_to_others() -> None:
    turns = [
        Turn(CAPPED, make.money(100_00, ref="c1"), remaining_minor=25_00),
        Turn(CAPPED, make.money(100_00, ref="c2", donor="d2")),
    ]
    tally = Tally()

    done = allocate(turns, tally=tally, pots=pots(250_00))

    assert minors(done) == {"c1": 200_00, "c2": 200_00}
    assert done.kept["c1"].parts == (("", 50_00),)
    assert done.pots.left[""] == 0
    assert tally.items() == [(DONOR_KEY, 50_00), (DONOR_KEY._replace(whose="d2"), 200_00)]
