"""What must be true of every rule and any money."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.matching import caps
from projects.matching.allocation import Allocated, Turn, allocate, decide
from projects.matching.instant import subjects
from projects.matching.rules import Cap, Scope
from projects.matching.tally import Tally, touched
from projects.matching.unwinding import remaining
from tests.make import rules as make
from tests.projects.matching import terms

if TYPE_CHECKING:
    import random

    from projects.matching.allocation import Pots
    from projects.matching.rules import Counted, Rule

POTS = st.integers(0, 3_000)
quick = settings(max_examples=50)


def run(rule: Rule, moneys: list[Counted], pots: Pots, tally: Tally) -> Allocated:
    return allocate([Turn(rule, money) for money in moneys], tally=tally, pots=pots)


@pytest.mark.promise("M12")
@quick
@given(rule=terms.rules(), moneys=terms.moneys(), pot=POTS)
def test_no_unit_is_lost_and_none_comes_from_nowhere(
    rule: Rule, moneys: list[Counted], pot: int
) -> None:
    pots, tally = terms.pots(rule, pot), Tally()

    done = run(rule, moneys, pots, tally)

    given_away = sum(outcome.minor for outcome in done.outcomes.values())
    assert given_away + sum(done.pots.left.values()) == sum(pots.left.values())
    assert all(minor >= 0 for minor in done.pots.left.values())
    assert len(done.outcomes) == len(moneys)
    for outcome in done.outcomes.values():
        assert all(minor > 0 for _, minor in outcome.parts)
        assert outcome.minor <= outcome.ideal_minor
        assert outcome.minor == outcome.ideal_minor > 0 or outcome.reason is not None
        assert all(minor > 0 for _, minor in outcome.unmet)


@pytest.mark.promise("M12")
@quick
@given(rule=terms.rules(), moneys=terms.moneys(), pot=POTS)
def test_no_cap_is_ever_passed(rule: Rule, moneys: list[Counted], pot: int) -> None:
    pots, tally = terms.pots(rule, pot), Tally()
    for money in sorted(moneys, key=lambda money: money.order):
        before = {
            each: caps.used(rule, money, each, tally, money.amount_minor)
            for each in caps.kept(rule, money)
        }
        done = run(rule, [money], pots, tally)
        pots = done.pots
        for each, used in before.items():
            limit = caps.limit(rule, money, each.cap, funded_minor=pots.funded_minor)
            if limit is not None:
                assert done.outcomes[money.ref].minor <= max(0, limit - used), each.cap


@pytest.mark.promise("M12")
@quick
@given(rule=terms.rules(), moneys=terms.moneys(), pot=POTS, chance=st.randoms())
def test_the_order_in_which_money_is_handed_over_changes_nothing(
    rule: Rule, moneys: list[Counted], pot: int, chance: random.Random
) -> None:
    shuffled = moneys[:]
    chance.shuffle(shuffled)

    first = run(rule, moneys, terms.pots(rule, pot), Tally())
    second = run(rule, shuffled, terms.pots(rule, pot), Tally())

    assert first == second


@pytest.mark.promise("M12")
@quick
@given(rule=terms.rules(), moneys=terms.moneys(), pot=POTS, cut=st.integers(0, 10))
def test_two_batches_give_what_one_gives(
    rule: Rule, moneys: list[Counted], pot: int, cut: int
) -> None:
    one, two = Tally(), Tally()
    ordered = sorted(moneys, key=lambda money: money.order)

    whole = run(rule, ordered, terms.pots(rule, pot), one)
    first = run(rule, ordered[:cut], terms.pots(rule, pot), two)
    second = run(rule, ordered[cut:], first.pots, two)

    assert whole.outcomes == first.outcomes | second.outcomes
    assert whole.pots == second.pots
    assert one.items() == two.items()


@pytest.mark.promise("M12")
@quick
@given(
    rule=terms.rules(),
    moneys=terms.moneys(),
    pot=POTS,
    chance=st.randoms(),
    share=st.integers(0, 100),
)
def test_the_tally_is_what_the_rows_moved_and_nothing_when_all_is_taken_back(
    rule: Rule, moneys: list[Counted], pot: int, chance: random.Random, share: int
) -> None:
    tally = Tally()
    done = run(rule, moneys, terms.pots(rule, pot), tally)
    moved = Tally()
    for outcome in done.outcomes.values():
        assert len({key for key, _ in outcome.moves}) == len(outcome.moves)
        assert all(minor > 0 for _, minor in outcome.moves)
        moved.move(outcome.moves)
    assert moved.items() == tally.items()

    for money in chance.sample(moneys, len(moneys)):
        outcome = done.outcomes[money.ref]
        part = remaining(rule, money, outcome, remaining_minor=money.amount_minor * share // 100)
        gone = remaining(rule, money, outcome, remaining_minor=0)
        assert gone.minor == 0 <= part.minor <= outcome.minor
        assert dict(part.parts).keys() <= dict(outcome.parts).keys()
        for now in (part, gone):
            tally.move(outcome.moves, back=True)
            tally.move(now.moves)
            assert all(minor >= 0 for _, minor in tally.items())
            outcome = outcome._replace(moves=now.moves)
    assert tally.items() == []


@quick
@given(rule=terms.rules(), moneys=terms.moneys(), pot=POTS)
def test_a_decision_reads_and_moves_only_counters_it_has_named(
    rule: Rule, moneys: list[Counted], pot: int
) -> None:
    everything = Tally()
    done = run(rule, moneys[:-1], terms.pots(rule, pot), everything)
    money = max(moneys, key=lambda each: each.order)
    named = caps.keys(rule, money)
    loaded = Tally([(key, minor) for key, minor in everything.items() if key in named])
    turn = Turn(rule, money)

    by_all = decide(turn, tally=everything, pots=done.pots)
    by_named = decide(turn, tally=loaded, pots=done.pots)

    assert by_all == by_named
    assert touched(by_all.moves) <= named


@pytest.mark.promise("M12")
@quick
@given(
    rule=terms.rules(caps=st.just(())),
    money=terms.moneys(),
    pot=POTS,
    scope=st.sampled_from([scope for scope in Scope if scope is not Scope.LAYER]),
    sizes=st.tuples(terms.AMOUNTS, terms.AMOUNTS),
)
def test_a_larger_cap_never_gives_less(
    rule: Rule, money: list[Counted], pot: int, scope: Scope, sizes: tuple[int, int]
) -> None:
    small, large = (
        decide(
            Turn(replace(rule, caps=(Cap(scope, size),)), money[0]),
            tally=Tally(),
            pots=terms.pots(rule, pot),
        )
        for size in sorted(sizes)
    )

    assert small.minor <= large.minor or large.reason == "refused_partial"


@pytest.mark.promise("M12")
@given(count=st.integers(34, 80), chance=st.randoms())
@settings(max_examples=25)
def test_a_pot_of_100_gives_33_times_3_and_the_last_one_to_the_next(
    count: int, chance: random.Random
) -> None:
    moneys = [make.money(3_00, ref=f"c{n:02}", donor=f"d{n}") for n in range(count)]
    chance.shuffle(moneys)
    rule = make.rule(rate=[1, 1])

    result = run(rule, moneys, terms.pots(rule, 100_00), Tally())

    by_turn = [result.outcomes[f"c{n:02}"] for n in range(count)]
    assert [outcome.minor for outcome in by_turn] == [3_00] * 33 + [1_00] + [0] * (count - 34)
    assert [outcome.reason for outcome in by_turn] == [None] * 33 + ["pot_exhausted"] * (count - 33)
    assert result.pots.left == {"": 0}


@given(moneys=terms.moneys())
@settings(max_examples=10)
def test_every_scope_has_a_subject_or_speaks_of_the_whole(moneys: list[Counted]) -> None:
    for money in moneys:
        unknown = {scope for scope in Scope if subjects.subject(scope, money) is None}
        of_givers = {Scope.DONOR, Scope.DONOR_PROJECT, Scope.DONOR_ORGANISATION}
        assert unknown == (of_givers if money.donor is None else set())
