"""Several programmes on one contribution."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from projects.matching.allocation import (
    Before,
    Given,
    leave,
)
from projects.matching.formula import Rate
from projects.matching.rules import (
    BaseCap,
    Scope,
    Stack,
    Stacking,
)
from projects.matching.tally import Key, Measure, Tally
from tests.make import rules as make
from tests.projects.matching.asking import EURO_FOR_EURO, one, run

if TYPE_CHECKING:
    from projects.matching.rules import Rule


def stacked(mode: Stack, **more: Any) -> Rule:  # noqa: ANN401
    return replace(EURO_FOR_EURO, stacking=Stacking(mode, **more))


def test_a_cascade_looks_at_what_those_before_left() -> None:
    before = Before(left_minor=40_00, public_minor=60_00, gave=("pledge",))
    outcome = one(stacked(Stack.CASCADE), make.money(), before=before)

    assert (outcome.minor, outcome.reason) == (40_00, None)
    after = outcome.after(before, make.money())
    assert after == Before(0, 100_00, ("pledge", "kenya-fund"))
    nothing = one(stacked(Stack.CASCADE), make.money(), before=after)
    assert (nothing.minor, nothing.reason) == (0, "already_matched")


def test_what_is_left_is_what_the_match_did_not_take_up() -> None:
    half = make.rule(rate=[1, 2])
    outcome = one(half, make.money(100_00), 20_00)

    assert outcome.after(Before(), make.money(100_00)).left_minor == 60_00  # 20 of 50: two fifths.
    limited = replace(half, base_caps=(BaseCap(Scope.CONTRIBUTION, 60_00),))
    assert one(limited, make.money()).after(Before(), make.money()).left_minor == 40_00


def test_a_stored_decision_leaves_what_the_new_one_left() -> None:
    outcome = one(EURO_FOR_EURO, make.money(), 30_00)
    stored = Given(outcome.parts, outcome.moves, outcome.reason, outcome.steps)

    left = leave(Before(), EURO_FOR_EURO, make.money(), stored)

    assert left == outcome.after(Before(), make.money())
    assert left.left_minor == 70_00


def test_an_exclusive_programme_gives_nothing_where_one_gave_and_one_only_beside_the_named() -> (
    None
):
    gave = Before(gave=("other",))

    assert one(stacked(Stack.EXCLUSIVE), make.money(), before=gave).reason == "already_matched"
    assert one(stacked(Stack.EXCLUSIVE), make.money()).minor == 100_00
    named = stacked(Stack.PARALLEL, exclusive_with=("other",))
    assert one(named, make.money(), before=gave).reason == "already_matched"
    assert one(named, make.money(), before=Before(gave=("third",))).minor == 100_00


def test_public_money_keeps_to_its_share_of_money_and_match_together() -> None:
    rule = stacked(Stack.PARALLEL, total_public_share=Rate(1, 2))
    outcome = one(rule, make.money(3_33), before=Before(public_minor=1_66, gave=("a",)))

    assert (outcome.minor, outcome.reason) == (1_67, "total_public_cap")


def test_an_organisation_is_matched_for_so_many_projects_in_its_life() -> None:
    rule = stacked(Stack.PARALLEL, lifetime_awards=2)
    moneys = [
        make.money(1_00, ref=f"c{n}", project=project, facts={"project.organisation": "o1"})
        for n, project in enumerate(("p1", "p2", "p3", "p1"))
    ]
    tally = Tally()

    done = run(rule, moneys, 10**6, tally)

    assert [(o.minor, o.reason) for o in done.outcomes.values()] == [
        (1_00, None),
        (1_00, None),
        (0, "cap_organisation"),
        (1_00, None),
    ]
    assert tally[Key(Measure.PROJECTS, "organisation", "o1")] == 2
