from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.matching.allocation import Allocated, Turn, allocate, decide
from projects.matching.caps import Scope, Usage, rooms
from tests.make import matching as make

if TYPE_CHECKING:
    import random

    from projects.matching.rules import Counted, Rule

MINUTE = timedelta(minutes=1)


def run(rule: Rule, moneys: list[Counted], pot: int) -> Allocated:
    return allocate([Turn(rule, money) for money in moneys], pot_minor=pot, usage=Usage())


amounts = st.integers(1, 10**9)
rates = st.tuples(st.integers(1, 50), st.integers(1, 50)).map(list)
caps = st.lists(
    st.fixed_dictionaries(
        {"scope": st.sampled_from([scope.value for scope in Scope]), "amount": amounts}
    ),
    max_size=4,
)
gifts = st.lists(
    st.tuples(amounts, st.sampled_from(["d1", "d2", "d3", None]), st.sampled_from(["p1", "p2"])),
    max_size=12,
).map(
    lambda rows: [
        make.money(
            minor,
            ref=f"c{n}",
            donor=donor,
            project=project,
            settled_at=make.NOON + (n // 2) * MINUTE,  # Pairs settle in the same instant.
        )
        for n, (minor, donor, project) in enumerate(rows)
    ]
)


@given(rate=rates, limits=caps, moneys=gifts, pot=st.integers(0, 10**10))
@pytest.mark.promise("M12")
def test_nothing_is_above_the_rate_any_cap_or_the_pot_and_nothing_is_lost(
    rate: list[int], limits: list[dict[str, object]], moneys: list[Counted], pot: int
) -> None:
    rule = make.rule(rate=rate, caps=limits)
    result = run(rule, moneys, pot)
    given_so_far, left = Usage(), pot

    for money in moneys:
        outcome = result.outcomes[money.ref]
        exact = money.amount_minor * Fraction(*rate)
        room = rooms(rule.caps, given_so_far, donor=money.donor, project=money.project)
        most = min([int(exact), left, *(each.minor for each in room)])
        assert outcome.minor == most
        assert (outcome.reason is None) == (outcome.minor == int(exact) != 0)
        given_so_far.add(donor=money.donor, project=money.project, minor=outcome.minor)
        left -= outcome.minor

    assert result.pot_minor == left >= 0
    assert pot == left + sum(outcome.minor for outcome in result.outcomes.values())


@given(limits=caps, moneys=gifts, pot=st.integers(0, 10**10), chance=st.randoms())
@pytest.mark.promise("M12")
def test_the_order_in_which_money_is_handed_over_changes_nothing(
    limits: list[dict[str, object]],
    moneys: list[Counted],
    pot: int,
    chance: random.Random,
) -> None:
    rule = make.rule(caps=limits)
    shuffled = moneys[:]
    chance.shuffle(shuffled)

    assert run(rule, shuffled, pot) == run(rule, moneys, pot)


@given(count=st.integers(34, 80), chance=st.randoms())
@pytest.mark.promise("M12")
def test_a_pot_of_100_gives_33_times_3_and_the_last_one_to_the_next(
    count: int, chance: random.Random
) -> None:
    moneys = [make.money(3_00, ref=f"c{n:02}", donor=f"d{n}") for n in range(count)]
    chance.shuffle(moneys)

    result = run(make.rule(rate=[1, 1]), moneys, 100_00)

    by_turn = [result.outcomes[f"c{n:02}"] for n in range(count)]
    assert [outcome.minor for outcome in by_turn] == [3_00] * 33 + [1_00] + [0] * (count - 34)
    assert [outcome.reason for outcome in by_turn] == [None] * 33 + ["pot_exhausted"] * (count - 33)
    assert sum(outcome.minor for outcome in by_turn) == 100_00
    assert result.pot_minor == 0


def test_the_steps_tell_the_whole_calculation_in_order() -> None:
    rule = make.rule(
        rate=[1, 2],
        eligible=[{"field": "project.country", "op": "eq", "value": "KEN"}],
        caps=[{"scope": "contribution", "amount": 50_00}, {"scope": "donor", "amount": 20_00}],
    )
    usage = Usage()
    usage.add(donor="d1", project="p9", minor=5_00)

    outcome = decide(
        rule, make.money(33_33, facts={"project.country": "KEN"}), usage=usage, pot_minor=99_00
    )

    assert (outcome.minor, outcome.reason) == (15_00, "cap_donor")
    assert outcome.steps == (
        {"step": "base", "minor": 33_33, "currency": "EUR"},
        {"step": "eligible", "field": "project.country", "fact": "KEN"},
        {"step": "rate", "rate": [1, 2], "minor": 16_66, "rounded_down": True},
        {"step": "cap", "scope": "contribution", "cap": 50_00, "room": 50_00},
        {"step": "cap", "scope": "donor", "cap": 20_00, "room": 15_00},
        {"step": "pot", "room": 99_00},
        {"step": "match", "minor": 15_00},
    )


@pytest.mark.parametrize(
    ("money", "step"),
    [
        (
            make.money(currency="USD"),
            {"step": "refused", "reason": "currency_mismatch", "currency": "EUR"},
        ),
        (
            make.money(9_99),
            {"step": "refused", "reason": "below_minimum", "minimum": 10_00},
        ),
        (
            make.money(facts={"project.country": "UGA"}),
            {
                "step": "refused",
                "reason": "not_eligible:project.country",
                "field": "project.country",
                "fact": "UGA",
            },
        ),
        (
            make.money(settled_at=make.NOON - 30 * 24 * 60 * MINUTE),
            {
                "step": "refused",
                "reason": "outside_window",
                "settled_at": "2026-02-08T12:00:00+00:00",
                "opens_at": "2026-03-01T00:00:00+00:00",
                "closes_at": "2026-04-01T00:00:00+00:00",
                "zone": "UTC",
            },
        ),
    ],
)
def test_a_refusal_tells_what_was_asked_and_what_was_found(
    money: Counted, step: dict[str, object]
) -> None:
    conditions = [{"field": "project.country", "op": "eq", "value": "KEN"}]
    facts_matter = money.facts or money.amount_minor == 100_00
    rule = make.rule(min_contribution=10_00, eligible=conditions if facts_matter else [])

    outcome = decide(rule, money, usage=Usage(), pot_minor=10**9)

    assert (outcome.minor, outcome.reason) == (0, step["reason"])
    assert outcome.steps[1:] == (step,)


def test_a_reservation_stands_after_the_window_has_closed() -> None:
    late = make.money(100_00, settled_at=make.NOON + timedelta(days=60))
    usage = Usage()
    usage.add(donor="d1", project="p1", minor=200_00)

    turn = Turn(make.rule(), late, reserved_minor=200_00, reserved_for="d1")
    result = allocate([turn], pot_minor=0, usage=usage)

    outcome = result.outcomes["c1"]
    assert (outcome.minor, outcome.reason) == (200_00, None)
    assert outcome.steps[-1] == {"step": "promised", "minor": 200_00}
    assert (result.pot_minor, usage.programme) == (0, 200_00)


def test_a_reservation_is_held_against_everybody_whose_turn_is_earlier() -> None:
    rule = make.rule(rate=[1, 1])
    earlier = Turn(rule, make.money(100_00, ref="a", donor="d2"))
    holder = Turn(rule, make.money(100_00, ref="b"), reserved_minor=70_00, reserved_for="d1")
    usage = Usage()
    usage.add(donor="d1", project="p1", minor=70_00)

    result = allocate([holder, earlier], pot_minor=30_00, usage=usage)

    assert {ref: (o.minor, o.reason) for ref, o in result.outcomes.items()} == {
        "a": (30_00, "pot_exhausted"),
        "b": (70_00, "pot_exhausted"),
    }


def test_a_reservation_does_not_stand_for_money_that_did_not_arrive() -> None:
    turn = Turn(make.rule(), make.money(10_00), reserved_minor=200_00, reserved_for="d1")
    usage = Usage()
    usage.add(donor="d1", project="p1", minor=200_00)

    result = allocate([turn], pot_minor=0, usage=usage)

    assert result.outcomes["c1"].minor == 20_00
    assert (result.pot_minor, usage.programme) == (180_00, 20_00)


def test_a_reservation_that_was_clipped_keeps_its_reason() -> None:
    late = make.money(100_00, settled_at=make.NOON + timedelta(days=60))
    usage = Usage()
    usage.add(donor=None, project="p1", minor=50_00)

    turn = Turn(make.rule(), late, reserved_minor=50_00, reserved_reason="cap_donor")
    outcome = allocate([turn], pot_minor=0, usage=usage).outcomes["c1"]

    assert (outcome.minor, outcome.reason) == (50_00, "cap_donor")
