"""One decision: its steps, its base, its formula."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from projects.matching.allocation import (
    Turn,
    allocate,
)
from projects.matching.formula import Band, BandMode, Lump, Nothing, Rate, Score, TierOn, Tiers
from projects.matching.rules import (
    Allocation,
    BaseCap,
    Paired,
    Pairing,
    Scope,
    Weight,
)
from projects.matching.tally import Key, Measure, Tally
from tests.make import rules as make
from tests.projects.matching.asking import EURO_FOR_EURO, minors, one, pots, run

if TYPE_CHECKING:
    from projects.matching.rules import Counted

MINUTE = timedelta(minutes=1)


def test_the_steps_tell_the_whole_calculation_in_order() -> None:
    rule = make.rule(
        rate=[1, 2],
        eligible=[{"field": "project.country", "op": "eq", "value": "KEN"}],
        caps=[{"scope": "contribution", "amount": 50_00}, {"scope": "donor", "amount": 20_00}],
    )
    tally = Tally([(Key(Measure.MATCHED, "donor", "d1"), 5_00)])

    outcome = one(rule, make.money(33_33, facts={"project.country": "KEN"}), 99_00, tally)

    assert (outcome.minor, outcome.reason) == (15_00, "cap_donor")
    cap = {"step": "cap", "period": "none", "layer": None}
    assert outcome.steps == (
        {"step": "base", "minor": 33_33, "currency": "EUR"},
        {"step": "condition", "field": "project.country", "op": "eq", "fact": "KEN"},
        {"step": "rate", "layer": "", "rate": [1, 2], "minor": 16_66, "rounded_down": True},
        cap | {"scope": "contribution", "cap": 50_00, "room": 50_00},
        cap | {"scope": "donor", "cap": 20_00, "room": 15_00},
        {"step": "pot", "layer": "", "room": 99_00},
        {
            "step": "match",
            "minor": 15_00,
            "base": 33_33,
            "ideal": 16_66,
            "entry": 33_33,
            "passed": 33_33,
        },
    )
    assert json.loads(json.dumps(outcome.steps)) == list(outcome.steps)
    assert outcome.moves == ((Key(Measure.MATCHED, "donor", "d1"), 15_00),)


@pytest.mark.parametrize(
    ("money", "step"),
    [
        (make.money(currency="USD"), {"reason": "currency_mismatch", "currency": "EUR"}),
        (make.money(9_99), {"reason": "below_minimum", "minimum": 10_00}),
        (
            make.money(facts={"project.country": "UGA"}),
            {
                "reason": "not_eligible:project.country",
                "field": "project.country",
                "fact": "UGA",
            },
        ),
        (
            make.money(settled_at=make.NOON - 30 * 24 * 60 * MINUTE),
            {
                "reason": "outside_window",
                "at": "2026-02-08T12:00:00+00:00",
                "settled_at": "2026-02-08T12:00:00+00:00",
                "opens_at": "2026-03-01T00:00:00+00:00",
                "closes_at": "2026-04-01T00:00:00+00:00",
                "settle_by": None,
                "clock": "settled",
                "zone": "UTC",
            },
        ),
    ],
)
def test_a_refusal_tells_what_was_asked_and_what_was_found_and_moves_nothing(
    money: Counted, step: dict[str, object]
) -> None:
    conditions = [{"field": "project.country", "op": "eq", "value": "KEN"}]
    facts_matter = money.facts or money.amount_minor == 100_00
    caps = [{"scope": "donor", "amount": 5}]
    rule = make.rule(min_contribution=10_00, caps=caps, eligible=conditions if facts_matter else [])

    outcome = one(rule, money)

    assert (outcome.parts, outcome.moves, outcome.reason) == ((), (), step["reason"])
    assert outcome.steps[1:] == ({"step": "refused"} | step,)


def test_a_conversion_has_a_step_and_comes_before_the_rate() -> None:
    rule = replace(make.rule(rate=[3, 1]), currency="MXN", fx={"USD": Rate(171234, 10000)})

    outcome = one(rule, make.money(99_99, currency="USD"))

    assert (outcome.minor, outcome.base_minor) == (5136_48, 1712_16)
    assert outcome.steps[1] == {
        "step": "converted",
        "minor": 1712_16,
        "rate": [171234, 10000],
        "currency": "MXN",
    }


def test_base_caps_count_only_so_much_and_say_so() -> None:
    rule = replace(EURO_FOR_EURO, base_caps=(BaseCap(Scope.DONOR_PROJECT, 100_00),))
    done = run(rule, [make.money(80_00, ref=ref) for ref in ("a", "b", "c")], 10**6)

    assert [(o.minor, o.reason) for o in done.outcomes.values()] == [
        (80_00, None),
        (20_00, "base_cap_donor_project"),
        (0, "base_cap_donor_project"),
    ]


def test_money_below_the_lowest_score_counts_nothing() -> None:
    bands = ((15, Rate(1, 2)), (25, Rate(1, 1)))
    rule = replace(EURO_FOR_EURO, weight=Weight("donor.score", bands))

    found = [one(rule, make.money(10_01, facts={"donor.score": n})) for n in (14, 15, 24, 25)]

    assert [outcome.minor for outcome in found] == [0, 5_00, 5_00, 10_01]
    assert found[0].reason == "weight_zero"


def paired(rule: Pairing, *gifts: tuple[str, int]) -> list[int]:
    terms = replace(EURO_FOR_EURO, paired=Paired(("migrant", "entrepreneur"), rule))
    moneys = [
        make.money(minor, ref=f"c{n}", facts={"role": role})
        for n, (role, minor) in enumerate(gifts)
    ]
    return [outcome.minor for outcome in run(terms, moneys, 10**9).outcomes.values()]


def test_of_paired_money_each_contribution_brings_what_it_adds_to_the_smaller_sum() -> None:
    gifts = (("entrepreneur", 30), ("migrant", 20), ("migrant", 20), ("entrepreneur", 5))

    assert paired(Pairing.MIN, *gifts) == [0, 20, 10, 5]
    assert paired(Pairing.EQUAL, *gifts) == [0, 40, 20, 10]


def test_paired_money_that_comes_a_second_time_is_not_matched_again() -> None:
    terms = replace(EURO_FOR_EURO, paired=Paired(("migrant", "entrepreneur"), Pairing.MIN))
    tally = Tally()
    first = make.money(30, ref="a", facts={"role": "entrepreneur"})
    done = run(terms, [first, make.money(30, ref="b", facts={"role": "migrant"})], 10**9, tally)
    tally.move(done.outcomes["a"].moves, back=True)

    again = one(terms, make.money(30, ref="c", facts={"role": "entrepreneur"}), tally=tally)

    assert (again.minor, again.reason) == (0, "awaiting_pair")


def test_slab_tiers_by_a_giver_s_total_take_the_rate_of_the_total() -> None:
    bands = (Band(0, 100, Rate(1, 1)), Band(101, None, Rate(1, 2)))
    rule = replace(EURO_FOR_EURO, formula=Tiers(TierOn.DONOR_TOTAL, BandMode.SLAB, bands))
    done = run(rule, [make.money(60, ref=ref) for ref in "abc"], 10**6)

    assert minors(done) == {"a": 60, "b": 30, "c": 30}


def test_an_amount_below_the_lowest_band_is_below_the_minimum() -> None:
    bands = (Band(100, 199, Rate(1, 1)), Band(300, None, Rate(1, 2)))
    rule = replace(EURO_FOR_EURO, formula=Tiers(TierOn.AMOUNT, BandMode.SLAB, bands))

    assert one(rule, make.money(99)).reason == "below_minimum"
    assert one(rule, make.money(250)).reason == "no_formula"


def test_a_lump_goes_to_a_project_once_and_what_the_pot_lacked_comes_later() -> None:
    rule = replace(EURO_FOR_EURO, formula=Lump(200))
    done = run(rule, [make.money(5, ref=ref) for ref in "abc"], 150)

    assert [(o.minor, o.lump_minor, o.reason) for o in done.outcomes.values()] == [
        (150, 150, "pot_exhausted"),
        (0, 0, "pot_exhausted"),
        (0, 0, "pot_exhausted"),
    ]
    tally = Tally(done.outcomes["a"].moves)
    later = run(rule, [make.money(5, ref=ref) for ref in "de"], 1_000, tally)
    assert [(o.minor, o.reason) for o in later.outcomes.values()] == [
        (50, None),
        (0, "cap_project"),
    ]


def test_a_rule_without_a_formula_gives_nothing_and_says_so() -> None:
    assert one(replace(EURO_FOR_EURO, formula=Nothing()), make.money()).reason == "no_formula"


def test_a_score_gives_what_is_asked_up_to_the_ceiling_that_was_awarded() -> None:
    rule = replace(EURO_FOR_EURO, formula=Score(), allocation=Allocation.MANUAL)
    money = make.money(facts={"project.asked": 90_00})

    assert one(rule, money).reason == "no_award"
    awarded = one(rule, money, ceiling_minor=50_00)
    assert (awarded.minor, awarded.lump_minor, awarded.reason) == (50_00, 50_00, "cap_award")


def test_a_ceiling_is_drawn_down_by_all_the_match_of_the_project() -> None:
    rule = replace(EURO_FOR_EURO, needs_award=True)
    turns = [Turn(rule, make.money(60_00, ref=ref), ceiling_minor=100_00) for ref in "ab"]
    done = allocate(turns, tally=Tally(), pots=pots(10**6))

    assert [(o.minor, o.reason) for o in done.outcomes.values()] == [
        (60_00, None),
        (40_00, "cap_award"),
    ]


def test_less_than_the_smallest_unit_rounds_to_zero() -> None:
    assert one(make.rule(rate=[1, 3]), make.money(2)).reason == "rounds_to_zero"
