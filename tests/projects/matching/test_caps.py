from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.matching import caps
from projects.matching.allocation import Pots, Turn, decide
from projects.matching.caps import Room, clip
from projects.matching.formula import Rate
from projects.matching.rules import Cap, Condition, Indexed, Operator, Period, Scope, Share
from projects.matching.tally import Key, Measure, Tally, both
from tests.make import rules as make

if TYPE_CHECKING:
    from projects.matching.rules import Counted, Fact, Rule

FACTS: dict[str, Fact] = {
    "project.organisation": "o1",
    "donor.club": "k1",
    "project.region": "north",
    "project.beneficiary": "b1",
    "project.budget": 300_00,
}


def limited(*limits: Cap, **changes: object) -> Rule:
    return replace(make.rule(rate=[1, 1]), caps=limits, **changes)  # type: ignore[arg-type]


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


def match(
    rule: Rule, tally: Tally, money: Counted | None = None, funded: int = 1_000_00
) -> tuple[int, str | None]:
    turn = Turn(rule, money or make.money(facts=FACTS))
    outcome = decide(turn, tally=tally, pots=Pots({"": 10**12}, funded))
    return outcome.minor, outcome.reason


@pytest.mark.parametrize(
    ("scope", "whose"),
    [
        (Scope.DONOR, "d1"),
        (Scope.DONOR_PROJECT, both("p1", "d1")),
        (Scope.DONOR_ORGANISATION, both("o1", "d1")),
        (Scope.PROJECT, "p1"),
        (Scope.ORGANISATION, "o1"),
        (Scope.CLUB, "k1"),
        (Scope.REGION, "north"),
        (Scope.BENEFICIARY, "b1"),
        (Scope.PROGRAMME, ""),
    ],
)
def test_a_cap_leaves_what_its_scope_has_not_used(scope: Scope, whose: str) -> None:
    used = Tally([(Key(Measure.MATCHED, scope, whose), 30_00)])
    others = Tally([(Key(Measure.MATCHED, scope, "somebody else"), 30_00)])

    assert match(limited(Cap(scope, 50_00)), used) == (20_00, f"cap_{scope}")
    assert match(limited(Cap(scope, 50_00)), others) == (50_00, f"cap_{scope}")
    assert match(limited(Cap(scope, 130_00)), used) == (100_00, None)


def test_a_cap_on_one_contribution_forgets_the_others() -> None:
    rule = limited(Cap(Scope.CONTRIBUTION, 50_00))

    assert match(rule, Tally()) == (50_00, "cap_contribution")
    assert caps.keys(rule, make.money()) == frozenset()


def test_a_giver_nobody_knows_has_used_nothing_and_uses_nothing() -> None:
    rule = limited(Cap(Scope.DONOR, 50_00), Cap(Scope.DONOR_PROJECT, 60_00))
    nobody = make.money(donor=None)

    assert match(rule, Tally(), nobody) == (50_00, "cap_donor")
    assert caps.keys(rule, nobody) == frozenset()


def test_a_cap_on_the_project_s_cost_counts_money_and_match_together() -> None:
    rule = limited(Cap(Scope.PROJECT_COST, 250_00))
    tally = Tally(
        [
            (Key(Measure.COUNTED, "project", "p1"), 50_00),
            (Key(Measure.MATCHED, "project", "p1"), 50_00),
        ]
    )

    assert match(rule, tally) == (50_00, "cap_project_cost")  # 50 + 50 + 100 now leave 50.
    outcome = decide(Turn(rule, make.money()), tally=tally, pots=Pots({"": 10**9}, 0))
    assert dict(outcome.moves) == {
        Key(Measure.COUNTED, "project", "p1"): 100_00,
        Key(Measure.MATCHED, "project", "p1"): 50_00,
    }


@pytest.mark.parametrize(
    ("period", "key"),
    [(Period.MONTH, "2026-03"), (Period.FISCAL_YEAR, "2025-07-01"), (Period.N_YEARS, "2025-07-01")],
)
def test_a_period_has_a_counter_of_its_own(period: Period, key: str) -> None:
    rule = limited(Cap(Scope.DONOR, 50_00, period, 3), fiscal_year_start=(7, 1))
    outcome = decide(Turn(rule, make.money()), tally=Tally(), pots=Pots({"": 10**9}, 0))

    assert outcome.reason == f"cap_donor_{period}"
    assert outcome.moves == ((Key(Measure.MATCHED, "donor", "d1", key), 50_00),)


def test_a_month_begins_at_midnight_in_the_programme_s_own_zone() -> None:
    rule = limited(Cap(Scope.DONOR, 50_00, Period.MONTH))
    rule = replace(rule, window=replace(rule.window, zone="Africa/Nairobi"))
    last_hour = datetime(2026, 3, 31, 22, tzinfo=UTC)  # One in the morning of April 1.

    assert [key.period for key in caps.keys(rule, make.money(settled_at=last_hour))] == ["2026-04"]


def test_a_month_and_a_fiscal_year_that_begin_on_one_day_do_not_mix() -> None:
    rule = limited(Cap(Scope.DONOR, 1, Period.MONTH), Cap(Scope.DONOR, 1, Period.FISCAL_YEAR))
    january = make.money(settled_at=at("2026-01-05"))

    assert {key.period for key in caps.keys(rule, january)} == {"2026-01", "2026-01-01"}


def test_a_cap_over_some_years_adds_up_this_fiscal_year_and_those_before() -> None:
    rule = limited(Cap(Scope.BENEFICIARY, 100_00, Period.N_YEARS, 3))
    years = ("2026-01-01", "2025-01-01", "2024-01-01", "2023-01-01")
    tally = Tally([(Key(Measure.MATCHED, "beneficiary", "b1", year), 20_00) for year in years])

    assert match(rule, tally) == (40_00, "cap_beneficiary_n_years")
    found = {key.period for key in caps.keys(rule, make.money(facts=FACTS))}
    assert found == set(years[:3])


def test_shares_of_the_budget_and_of_the_pot_are_asked_of_the_day() -> None:
    budget = limited(Cap(Scope.PROJECT, Share("budget", Rate(1, 4))))
    pot = limited(Cap(Scope.PROJECT, Share("pot", Rate(25, 1000))))

    assert match(budget, Tally()) == (75_00, "cap_project")
    assert match(pot, Tally(), funded=1_000_00) == (25_00, "cap_project")
    assert match(pot, Tally(), funded=8_000_00) == (100_00, None)


@pytest.mark.parametrize(
    ("day", "minor"), [("2026-03-09", 20_00), ("2026-03-10", 30_00), ("2026-03-11", 30_00)]
)
def test_an_indexed_amount_follows_the_table_of_its_index(day: str, minor: int) -> None:
    rule = limited(
        Cap(Scope.PROJECT, Indexed("minimum_wage", Rate(2, 1))),
        indices={"minimum_wage": ((date(2026, 1, 1), 10_00), (date(2026, 3, 10), 15_00))},
    )

    assert match(rule, Tally(), make.money(settled_at=at(day))) == (minor, "cap_project")


def test_a_cap_with_a_condition_speaks_only_of_money_that_meets_it_but_sees_all() -> None:
    rural = Condition("project.area", Operator.EQ, "rural")
    rule = limited(Cap(Scope.DONOR, 50_00, when=rural))
    in_town = make.money(facts={"project.area": "urban"})
    tally = Tally()

    first = decide(Turn(rule, in_town), tally=tally, pots=Pots({"": 10**9}, 0))
    tally.move(first.moves)

    assert (first.minor, first.reason) == (100_00, None)
    in_village = make.money(facts={"project.area": "rural"})
    assert match(rule, tally, in_village) == (0, "cap_donor")


def test_the_smallest_room_wins_and_is_named() -> None:
    rule = limited(Cap(Scope.PROGRAMME, 90_00), Cap(Scope.DONOR, 40_00), Cap(Scope.PROJECT, 60_00))

    assert match(rule, Tally()) == (40_00, "cap_donor")


def test_a_room_is_never_negative() -> None:
    tally = Tally([(Key(Measure.MATCHED, "programme"), 90_00)])

    assert match(limited(Cap(Scope.PROGRAMME, 50_00)), tally) == (0, "cap_programme")


def test_of_two_equally_small_rooms_the_earlier_is_named() -> None:
    assert clip(10, [Room("cap_donor", 5), Room("pot_exhausted", 5)]) == (5, "cap_donor")


def test_a_room_exactly_as_large_does_not_bind() -> None:
    assert clip(10, [Room("cap_donor", 10)]) == (10, None)


@given(
    ideal=st.integers(0, 10**12),
    rooms=st.lists(st.integers(0, 10**12).map(lambda minor: Room("cap_x", minor)), max_size=6),
)
def test_clipping_gives_the_smallest_of_all(ideal: int, rooms: list[Room]) -> None:
    minor, reason = clip(ideal, rooms)

    assert minor == min([ideal, *(room.minor for room in rooms)])
    assert (reason is None) == (minor == ideal)
