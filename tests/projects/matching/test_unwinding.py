"""What stays of a match when money goes back: pure arithmetic, by the programme's rule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.matching.allocation import Before, Given, Held, Outcome, Pots, Turn, allocate, decide
from projects.matching.formula import Band, BandMode, Lump, Rate, TierOn, Tiers
from projects.matching.rules import (
    BaseCap,
    Coupling,
    Layer,
    Paired,
    Pairing,
    Partial,
    Scope,
    Stack,
    Stacking,
    Weight,
)
from projects.matching.tally import Key, Measure, Tally
from projects.matching.unwinding import last_first, remaining
from tests.make import rules as make
from tests.projects.matching.asking import EURO_FOR_EURO, one

if TYPE_CHECKING:
    from projects.matching.rules import Counted, Fact, Rule
    from tests.make.rules import Document


def stays(
    left: int,
    *,
    amount: int = 100_00,
    pot: int = 1_000_00,
    held: int = 0,
    **terms: Any,  # noqa: ANN401  Any part of a document.
) -> int:
    """Decide on a gift and return what stays of its match when this much remains."""
    rule = make.rule(**terms)
    facts: dict[str, Fact] = {"contribution.amount": amount}
    promise = Held((("", held),), ()) if held else None
    money = make.money(amount, facts=facts)
    turn = Turn(rule, money, held=promise)
    done = allocate([turn], tally=Tally(), pots=Pots({"": pot - held}, pot))
    return remaining(rule, money, done.outcomes["c1"], remaining_minor=left).minor


PROPORTIONAL: Document = {"refund": {"partial": "proportional"}}
CAPPED: Document = {"rate": [1, 1], "caps": [{"scope": "contribution", "amount": 50_00}]}


@pytest.mark.parametrize(
    ("terms", "left", "minor"),
    [
        ({}, 70_00, 140_00),
        ({}, 0, 0),
        ({}, 100_00, 200_00),
        (CAPPED, 70_00, 50_00),  # The cap had bound: it still does.
        (CAPPED, 30_00, 30_00),
        (CAPPED | PROPORTIONAL, 70_00, 35_00),
        (CAPPED | PROPORTIONAL, 30_00, 15_00),
        ({"rate": [1, 3]}, 10_01, 3_33),
        (PROPORTIONAL | {"rate": [1, 3]}, 10_01, 3_33),
        ({"min_contribution": 50_00}, 49_99, 0),
        (PROPORTIONAL | {"min_contribution": 50_00}, 49_99, 99_98),
        (
            {"eligible": [{"field": "contribution.amount", "op": "gte", "value": 60_00}]},
            59_00,
            0,
        ),
    ],
)
def test_what_remains_is_matched_by_the_rule(terms: Document, left: int, minor: int) -> None:
    assert stays(left, **terms) == minor


def test_the_pot_gives_no_more_than_the_room_it_had() -> None:
    assert stays(70_00, pot=120_00) == 120_00
    assert stays(50_00, pot=120_00) == 100_00


def test_what_was_promised_stands_for_the_money_that_stays() -> None:
    closed = ["2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"]

    assert stays(100_00, window=closed, held=150_00) == 150_00
    assert stays(70_00, window=closed, held=150_00) == 140_00
    assert stays(80_00, window=closed, held=150_00) == 150_00


def test_what_was_promised_beyond_a_base_cap_stands_too() -> None:
    base_cap = {"scope": "contribution", "amount": 10_00}

    assert stays(99_00, base_cap=base_cap, held=150_00) == 150_00
    assert stays(60_00, base_cap=base_cap, held=150_00) == 120_00


def kept(rule: Rule, outcome: Outcome, money: Counted, left: int) -> dict[str, int]:
    return dict(remaining(rule, money, outcome, remaining_minor=left).parts)


def test_joint_layers_keep_their_ratio() -> None:
    layers = (Layer("a", Rate(1, 1)), Layer("b", Rate(2, 1)))
    rule = replace(make.rule(), layers=layers, coupling=Coupling.JOINT)
    pots = Pots({"a": 60, "b": 1_000}, 1_060)
    outcome = decide(Turn(rule, make.money(100)), tally=Tally(), pots=pots)

    assert outcome.parts == (("a", 60), ("b", 120))
    assert kept(rule, outcome, make.money(100), 70) == {"a": 60, "b": 120}
    assert kept(rule, outcome, make.money(100), 45) == {"a": 45, "b": 90}
    half = replace(rule, partial=Partial.PROPORTIONAL)
    assert kept(half, outcome, make.money(100), 50) == {"a": 30, "b": 60}


def test_in_a_cascade_the_last_pot_gives_back_first() -> None:
    rule = replace(EURO_FOR_EURO, stacking=Stacking(Stack.CASCADE))
    money = make.money(10_00)
    champion = one(rule, money, before=Before(left_minor=4_00, public_minor=6_00, gave=("p",)))

    assert [kept(rule, champion, money, left) for left in (9_00, 7_00, 6_00, 5_00)] == [
        {"": 3_00},
        {"": 1_00},
        {},
        {},
    ]


def test_public_money_keeps_to_its_share_of_what_remains() -> None:
    rule = replace(EURO_FOR_EURO, stacking=Stacking(total_public_share=Rate(1, 2)))
    money = make.money(10_00)
    outcome = one(rule, money, before=Before(public_minor=5_00, gave=("a",)))

    assert outcome.minor == 5_00
    assert remaining(rule, money, outcome, remaining_minor=8_00).minor == 3_00
    still = remaining(rule, money, outcome, remaining_minor=8_00, public_minor=4_00)
    assert still.minor == 4_00


def test_base_caps_weight_and_pair_are_worked_out_again_from_the_steps() -> None:
    rule = replace(
        EURO_FOR_EURO,
        base_caps=(BaseCap(Scope.PROJECT, 80),),
        weight=Weight("donor.score", ((0, Rate(1, 2)),)),
        paired=Paired(("migrant", "entrepreneur"), Pairing.MIN),
    )
    facts: dict[str, Fact] = {"donor.score": 9, "role": "migrant"}
    money = make.money(100, facts=facts)
    tally = Tally([(Key(Measure.BASE, "role", "p1 entrepreneur"), 30)])
    outcome = one(rule, money, tally=tally)
    assert (outcome.minor, outcome.base_minor) == (30, 30)

    stays_70 = remaining(rule, money, outcome, remaining_minor=70)
    stays_50 = remaining(rule, money, outcome, remaining_minor=50)

    assert (stays_70.minor, stays_50.minor) == (30, 25)
    assert dict(stays_50.moves) == {
        Key(Measure.USED, "project", "p1"): 50,
        Key(Measure.BASE, "role", "p1 migrant"): 25,
        Key(Measure.BASE, "paired", "p1"): 25,
    }


def test_tiers_on_a_total_take_back_the_last_of_it_first() -> None:
    bands = (Band(1, 100, Rate(1, 1)), Band(101, None, Rate(1, 10)))
    formula = Tiers(TierOn.PROJECT_TOTAL, BandMode.MARGINAL, bands)
    rule = replace(EURO_FOR_EURO, formula=formula)
    money = make.money(100)
    outcome = one(rule, money, tally=Tally([(Key(Measure.BASE, "project", "p1"), 60)]))
    assert outcome.minor == 46

    stays_50 = remaining(rule, money, outcome, remaining_minor=50)

    assert stays_50.minor == 41
    assert dict(stays_50.moves) == {Key(Measure.BASE, "project", "p1"): 50}


def test_a_lump_stays_as_long_as_any_of_the_money_does() -> None:
    rule = replace(EURO_FOR_EURO, formula=Lump(200))
    outcome = one(rule, make.money())

    little = remaining(rule, make.money(), outcome, remaining_minor=1)
    nothing = remaining(rule, make.money(), outcome, remaining_minor=0)

    assert (little.minor, little.lump_minor) == (200, 200)
    assert (nothing.minor, nothing.lump_minor, nothing.moves) == (0, 0, ())


def test_it_may_be_asked_of_what_an_earlier_refund_left() -> None:
    rule = make.rule(rate=[1, 3], caps=[{"scope": "donor", "amount": 5_00}])
    outcome = one(rule, make.money(10_00))
    first = remaining(rule, make.money(10_00), outcome, remaining_minor=9_00)
    stored = Given(first.parts, first.moves, outcome.reason, outcome.steps)

    second = remaining(rule, make.money(10_00), stored, remaining_minor=4_00)

    assert second == remaining(rule, make.money(10_00), outcome, remaining_minor=4_00)
    assert second.moves == ((Key(Measure.MATCHED, "donor", "d1"), 1_33),)


@pytest.mark.promise("M12")
@settings(max_examples=50)
@given(
    amount=st.integers(1, 10**9),
    left=st.integers(0, 10**9),
    rate=st.tuples(st.integers(1, 50), st.integers(1, 50)),
    pot=st.integers(0, 10**9),
    partial=st.sampled_from(["recompute", "proportional"]),
)
def test_less_money_never_has_more_match(
    amount: int, left: int, rate: tuple[int, int], pot: int, partial: str
) -> None:
    def stay(remains: int) -> int:
        terms: Document = {"rate": list(rate), "refund": {"partial": partial}}
        return stays(remains, amount=amount, pot=pot, **terms)

    left = min(left, amount)
    whole, part = stay(amount), stay(left)

    assert 0 <= stay(left // 2) <= part <= whole
    assert stay(0) == 0


@pytest.mark.parametrize(
    ("parts", "total", "left"),
    [
        ([30, 70], 50, [30, 20]),
        ([30, 70], 20, [20, 0]),
        ([30, 70], 100, [30, 70]),
        ([30, 70], 200, [30, 70]),
        ([30, 70], -1, [0, 0]),
        ([], 5, []),
    ],
)
def test_the_last_pot_gives_back_first(parts: list[int], total: int, left: list[int]) -> None:
    assert last_first(parts, total) == left


@pytest.mark.promise("M12")
@given(parts=st.lists(st.integers(0, 10**12), max_size=9), total=st.integers(0, 10**13))
def test_what_pots_keep_adds_up_exactly(parts: list[int], total: int) -> None:
    left = last_first(parts, total)

    assert sum(left) == min(total, sum(parts))
    assert all(0 <= mine <= part for mine, part in zip(left, parts, strict=True))


def test_an_outcome_of_nothing_stays_nothing() -> None:
    nothing = one(EURO_FOR_EURO, make.money(), 0)

    assert remaining(EURO_FOR_EURO, make.money(), nothing, remaining_minor=50_00).parts == ()
