from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.matching.allocation import Outcome, Pots, Turn, decide
from projects.matching.caps import Room
from projects.matching.formula import Rate
from projects.matching.instant.ideals import Ideal
from projects.matching.instant.layers import most_base, pay
from projects.matching.rules import Cap, Coupling, Exhaustion, Layer, Scope
from projects.matching.tally import Key, Measure, Tally
from tests.make import rules as make

if TYPE_CHECKING:
    from projects.matching.rules import Rule


def rule(coupling: Coupling, *rates: Rate, **changes: Any) -> Rule:  # noqa: ANN401
    layers = tuple(Layer(name, rate) for name, rate in zip("abcd", rates, strict=False))
    return replace(make.rule(), layers=layers, coupling=coupling, **changes)


def match(terms: Rule, minor: int, *left: int, tally: Tally | None = None) -> Outcome:
    pots = Pots(dict(zip("abcd", left, strict=False)), sum(left))
    return decide(Turn(terms, make.money(minor)), tally=tally or Tally(), pots=pots)


ONE, TWO = Rate(1, 1), Rate(2, 1)


def test_joint_layers_pay_their_rates_on_one_base() -> None:
    outcome = match(rule(Coupling.JOINT, ONE, TWO), 150, 1_000, 1_000)

    assert (outcome.parts, outcome.reason, outcome.unmet) == ((("a", 150), ("b", 300)), None, ())


def test_the_shortest_pot_limits_every_joint_layer_and_is_named() -> None:
    outcome = match(rule(Coupling.JOINT, ONE, TWO), 150, 60, 1_000)

    assert outcome.parts == (("a", 60), ("b", 120))
    assert outcome.reason == "limited_by:a"
    assert outcome.unmet == (("a", 90),)


def test_a_cap_of_one_layer_limits_every_joint_layer_and_leaves_nothing_unmet() -> None:
    capped = rule(Coupling.JOINT, ONE, TWO, caps=(Cap(Scope.PROJECT, 250, layer="a"),))
    used = Tally([(Key(Measure.MATCHED, "project", "p1", "", "a"), 150)])

    outcome = match(capped, 150, 1_000, 1_000, tally=used)

    assert outcome.parts == (("a", 100), ("b", 200))
    assert (outcome.reason, outcome.unmet) == ("limited_by:a", ())
    assert outcome.moves == ((Key(Measure.MATCHED, "project", "p1", "", "a"), 100),)


def test_a_cap_on_all_layers_together_is_named_as_a_cap() -> None:
    capped = rule(Coupling.JOINT, Rate(1, 3), Rate(1, 2), caps=(Cap(Scope.PROJECT, 50),))

    outcome = match(capped, 100, 1_000, 1_000)

    assert outcome.parts == (("a", 20), ("b", 30))  # 61 make 20 and 30; 62 would make 51.
    assert (outcome.reason, outcome.unmet) == ("cap_project", ())


def test_all_or_nothing_holds_for_all_joint_layers() -> None:
    terms = rule(Coupling.JOINT, ONE, ONE, on_exhaustion=Exhaustion.REFUSE)
    outcome = match(terms, 100, 60, 1_000)

    assert (outcome.parts, outcome.reason) == ((), "refused_partial")
    assert outcome.unmet == (("a", 100),)


def test_a_cap_of_the_layer_scope_speaks_of_each_layer_by_itself() -> None:
    terms = rule(Coupling.INDEPENDENT, ONE, TWO, caps=(Cap(Scope.LAYER, 70),))
    outcome = match(terms, 50, 1_000, 1_000)

    assert (outcome.parts, outcome.reason) == ((("a", 50), ("b", 70)), "cap_layer")
    assert dict(outcome.moves) == {
        Key(Measure.MATCHED, "layer", "", "", "a"): 50,
        Key(Measure.MATCHED, "layer", "", "", "b"): 70,
    }


def test_independent_layers_pay_what_they_can() -> None:
    outcome = match(rule(Coupling.INDEPENDENT, ONE, TWO), 100, 60, 150)

    assert outcome.parts == (("a", 60), ("b", 150))
    assert (outcome.reason, outcome.unmet) == ("pot_exhausted", (("a", 40), ("b", 50)))


def test_a_cap_on_independent_layers_together_is_used_up_in_order() -> None:
    terms = rule(Coupling.INDEPENDENT, ONE, TWO, caps=(Cap(Scope.PROJECT, 120),))
    outcome = match(terms, 100, 1_000, 1_000)

    assert (outcome.parts, outcome.reason) == ((("a", 100), ("b", 20)), "cap_project")


def test_all_or_nothing_holds_for_all_independent_layers() -> None:
    terms = rule(Coupling.INDEPENDENT, ONE, TWO, on_exhaustion=Exhaustion.REFUSE)
    outcome = match(terms, 100, 60, 1_000)

    assert (outcome.parts, outcome.reason) == ((), "refused_partial")
    assert outcome.unmet == (("a", 100), ("b", 200))


def test_an_agreement_gives_one_project_another_rate() -> None:
    layers = (Layer("a", ONE, rates_by_project={"p1": Rate(1, 2)}), Layer("b", ONE))
    outcome = match(replace(make.rule(), layers=layers), 100, 1_000, 1_000)

    assert outcome.parts == (("a", 50), ("b", 100))


@pytest.mark.promise("M12")
@settings(max_examples=50)
@given(
    base=st.integers(1, 10**9),
    rates=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=2, max_size=4),
    pots=st.lists(st.integers(0, 10**9), min_size=4, max_size=4),
    cap=st.integers(0, 10**9),
)
def test_the_matched_base_of_joint_layers_is_the_largest_that_fits(
    base: int, rates: list[tuple[int, int]], pots: list[int], cap: int
) -> None:
    named = [(name, Rate(*rate)) for name, rate in zip("abcd", rates, strict=False)]
    ideal = Ideal(tuple((name, rate.of(base)) for name, rate in named))
    terms = rule(Coupling.JOINT, *(rate for _, rate in named))
    rooms = [
        Room("pot_exhausted", minor, name) for (name, _), minor in zip(named, pots, strict=False)
    ]

    paid = pay(terms, ideal, named, base, limits=[Room("cap_project", cap)], pots=rooms)

    def fits(x: int) -> bool:
        each = [rate.of(x) for _, rate in named]
        return sum(each) <= cap and all(a <= b for a, b in zip(each, pots, strict=False))

    assert paid.matched_minor is not None
    assert fits(paid.matched_minor)
    assert paid.matched_minor == base or not fits(paid.matched_minor + 1)
    assert dict(paid.parts) == {
        n: r.of(paid.matched_minor) for n, r in named if r.of(paid.matched_minor)
    }


def test_a_layer_that_pays_nothing_limits_nobody() -> None:
    rates = [("a", Rate(0, 1)), ("b", ONE)]

    assert most_base(rates, Room("pot_exhausted", 0, "a"), 100) == 100
