from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from projects.matching.simulating import draws, simulation
from projects.matching.simulating.simulation import simulate
from projects.matching.simulating.trial import Day
from tests.make import rules as make

if TYPE_CHECKING:
    from projects.matching.rules import Counted, Rule

FIRST = datetime(2026, 3, 1, 10, tzinfo=UTC)


def money(day: int, minor: int, *, donor: str = "d1", project: str = "p1") -> Counted:
    ref = f"c{day:02}-{donor}-{project}"
    at = FIRST + timedelta(days=day - 1)
    return make.money(minor, ref=ref, donor=donor, project=project, settled_at=at)


def rule(**changes: object) -> Rule:
    return make.rule(**({"rate": [1, 1]} | changes))


def test_each_day_of_money_says_what_it_took_and_what_is_left() -> None:
    found = simulate(
        rule(), [money(2, 60_00), money(1, 30_00), money(5, 40_00)], funded_minor=100_00, samples=0
    )

    assert found.spend == (
        Day(date(2026, 3, 1), 30_00, 70_00),
        Day(date(2026, 3, 2), 60_00, 10_00),
        Day(date(2026, 3, 5), 10_00, 0),
    )
    assert found.runs_out_on == date(2026, 3, 5)
    assert found.spent_minor == 100_00
    assert [(each.money.ref, each.missing_minor, each.reason) for each in found.unmatched] == [
        ("c05-d1-p1", 30_00, "pot_exhausted")
    ]
    assert (found.projects_in_full, found.projects) == (0, 1)
    assert (found.fan, found.draws) == ((), 0)


def test_a_pot_that_lasts_has_no_last_day() -> None:
    found = simulate(rule(), [money(1, 30_00)], funded_minor=100_00, samples=0)

    assert found.runs_out_on is None
    assert (found.projects_in_full, found.projects) == (1, 1)


def test_the_pot_is_empty_on_the_day_that_takes_the_last_of_it() -> None:
    given = [money(1, 60_00), money(2, 60_00, donor="d2"), money(4, 40_00, donor="d3")]

    found = simulate(rule(on_exhaustion="refuse"), given, funded_minor=100_00, samples=0)

    assert [day.left_minor for day in found.spend] == [40_00, 40_00, 0]
    assert (found.short_from, found.runs_out_on) == (date(2026, 3, 2), date(2026, 3, 4))


def test_a_pot_that_refuses_and_keeps_a_rest_is_not_empty() -> None:
    given = [money(1, 60_00), money(2, 60_00, donor="d2")]

    found = simulate(rule(on_exhaustion="refuse"), given, funded_minor=100_00, samples=3)

    assert (found.short_from, found.runs_out_on) == (date(2026, 3, 2), None)
    assert (found.draws, found.draws_that_run_out) == (3, 0)


def test_a_pot_of_nothing_is_empty_from_the_first_day_of_money() -> None:
    found = simulate(rule(), [money(2, 60_00)], funded_minor=0, samples=0)

    assert found.short_from == found.runs_out_on == date(2026, 3, 2)


@pytest.mark.parametrize(("coupling", "day"), [("joint", 1), ("independent", 3)])
def test_joint_funders_end_with_the_first_and_others_with_the_last(coupling: str, day: int) -> None:
    layers = [{"id": "a", "rate": [1, 1], "pot": 30_00}, {"id": "b", "rate": [1, 1], "pot": 90_00}]
    terms = rule(rate=None, layers=layers, coupling=coupling)
    given = [money(n, 30_00, donor=f"d{n}") for n in (1, 2, 3)]

    found = simulate(terms, given, funded_minor={"a": 30_00, "b": 90_00}, samples=0)

    assert found.runs_out_on == date(2026, 3, day)


def test_a_day_is_a_day_of_the_programme() -> None:
    late = replace(money(1, 30_00), settled_at=datetime(2026, 3, 1, 22, tzinfo=UTC))

    found = simulate(rule(tz="Africa/Nairobi"), [late], funded_minor=100_00, samples=0)

    assert [day.on for day in found.spend] == [date(2026, 3, 2)]


def test_money_that_is_refused_misses_what_the_formula_would_give() -> None:
    found = simulate(
        rule(min_contribution=50_00, rate=[1, 2]), [money(1, 30_00)], funded_minor=1, samples=0
    )

    (missed,) = found.unmatched
    assert (missed.minor, missed.missing_minor, missed.reason) == (0, 15_00, "below_minimum")
    assert [step["step"] for step in missed.steps] == ["base", "refused"]


def test_a_threshold_gives_on_the_day_it_is_reached() -> None:
    terms = rule(threshold={"metric": "donors", "at": 3, "mode": "unlock_retro"})
    given = [money(day, 10_00, donor=f"d{day}") for day in (1, 2, 3)]

    found = simulate(terms, given, funded_minor=100_00, samples=0)

    assert [day.minor for day in found.spend] == [0, 0, 30_00]
    assert found.unmatched == ()


def test_a_close_spends_on_the_last_day_of_the_window() -> None:
    terms = rule(allocation="prorata_close")
    given = [money(1, 100_00), money(2, 50_00, project="p2")]

    found = simulate(terms, given, funded_minor=75_00, samples=5)

    assert found.spend[-1] == Day(date(2026, 3, 31), 75_00, 0)
    assert [(each.money.ref, each.minor, each.missing_minor) for each in found.unmatched] == [
        ("c01-d1-p1", 50_00, 50_00),
        ("c02-d1-p2", 25_00, 25_00),
    ]
    assert [spread.p50 for spread in found.fan] == [75_00] * 30 + [0]


def test_a_quadratic_close_is_told_by_contribution_too() -> None:
    terms = rule(allocation="quadratic_close", rate=None)
    given = [money(1, 1_00, donor="d1"), money(1, 4_00, donor="d2")]

    found = simulate(terms, given, funded_minor=100_00, samples=0)

    assert found.spent_minor == 4_00
    assert sum(each.minor for each in found.worked) == 4_00
    assert found.unmatched == ()


def test_layers_have_their_own_pots() -> None:
    layers = [{"id": "a", "rate": [1, 1], "pot": 30_00}, {"id": "b", "rate": [1, 1], "pot": 90_00}]
    terms = rule(rate=None, layers=layers, coupling="independent")

    by_layer = simulate(terms, [money(1, 50_00)], funded_minor={"a": 10_00, "b": 90_00}, samples=0)
    in_all = simulate(terms, [money(1, 50_00)], funded_minor=40_00, samples=0)

    assert by_layer.spent_minor == 60_00
    assert in_all.spent_minor == 10_00 + 30_00  # 40.00 in the proportion of 30 and 90.


def test_an_award_is_drawn_on() -> None:
    terms = rule(needs_award=True)

    found = simulate(
        terms, [money(1, 50_00)], funded_minor=100_00, ceilings={"p1": 20_00}, samples=0
    )

    assert found.spent_minor == 20_00
    assert found.unmatched[0].reason == "cap_award"


def test_the_same_question_has_the_same_answer_and_another_seed_another() -> None:
    given = [money(day, day * 1_00, donor=f"d{day}") for day in range(1, 20)]
    ask = partial(simulate, rule(), given, funded_minor=150_00, samples=20)

    first, again = ask(), ask()

    assert first == again
    assert ask(seed=2).fan != first.fan
    assert first.draws == 20
    assert 0 < first.draws_that_run_out <= 20


def test_the_fan_falls_and_is_in_order() -> None:
    given = [money(day, day * 1_00, donor=f"d{day}") for day in range(1, 20)]

    fan = simulate(rule(), given, funded_minor=150_00, samples=20).fan

    assert len(fan) == 31
    assert all(day.p10 <= day.p50 <= day.p90 for day in fan)
    assert all(
        (later.p10, later.p50, later.p90) <= (day.p10, day.p50, day.p90)
        for day, later in itertools.pairwise(fan)
    )
    assert fan[0].p90 <= 150_00


def test_days_without_money_are_drawn_too() -> None:
    given = [money(1, 10_00), money(30, 10_00, donor="d2")]

    found = simulate(rule(), given, funded_minor=10_000_00, samples=30)

    drawn = 10_000_00 - found.fan[-1].p50
    assert drawn <= 60_00  # Two of thirty days; without the others it would be 310.00.


def test_where_there_is_very_much_money_fewer_draws_are_made() -> None:
    assert draws.number_of(200, 1000, 31, 31) == 100
    assert draws.number_of(200, 10_000, 31, 31) == draws.FEWEST
    assert draws.number_of(200, 10_001, 31, 31) == 0
    assert draws.number_of(5, 10_000, 31, 31) == 5
    assert draws.number_of(200, 0, 0, 31) == 0


def test_nothing_given_costs_nothing() -> None:
    found = simulate(rule(), [], funded_minor=100_00)

    assert (found.spend, found.unmatched, found.worked, found.fan) == ((), (), (), ())
    assert (found.projects, found.runs_out_on) == (0, None)


def test_ten_examples_show_every_kind_first() -> None:
    given = [money(day, 10_00, donor="d1") for day in range(1, 29)]
    given.append(replace(money(29, 10_00), currency="USD"))

    found = simulate(
        rule(caps=[{"scope": "donor", "amount": 200_00}]), given, funded_minor=10_000_00, samples=0
    )

    assert len(found.worked) == 10
    assert {each.reason for each in found.worked} == {None, "cap_donor", "currency_mismatch"}
    assert [each.money.ref for each in found.worked] == sorted(
        each.money.ref for each in found.worked
    )


@pytest.mark.parametrize("day", [1, 15])
def test_past_money_is_moved_to_the_opening_by_whole_days(day: int) -> None:
    past = replace(
        money(day, 10_00),
        settled_at=datetime(2025, 5, day, 23, 30, tzinfo=UTC),
        initiated_at=datetime(2025, 5, day, 23, tzinfo=UTC),
    )
    too_late = replace(past, settled_at=datetime(2025, 6, 2, tzinfo=UTC))

    moved = simulation.into_window(rule(), [past, too_late], since=date(2025, 5, 1))

    assert [(each.settled_at, each.initiated_at) for each in moved] == [
        (
            datetime(2026, 3, day, 23, 30, tzinfo=UTC),
            datetime(2026, 3, day, 23, tzinfo=UTC),
        )
    ]
