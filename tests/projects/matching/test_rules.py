from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from projects.matching.rules import Condition, Operator, refusal, speaks_of
from tests.make import matching as make

SECOND = timedelta(seconds=1)
OPENS = datetime(2026, 3, 1, tzinfo=UTC)
CLOSES = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("op", "value", "meets", "fails"),
    [
        (Operator.EQ, "KEN", "KEN", "UGA"),
        (Operator.NE, "KEN", "UGA", "KEN"),
        (Operator.IN, ("KEN", "UGA"), "UGA", "TZA"),
        (Operator.NOT_IN, ("KEN", "UGA"), "TZA", "KEN"),
        (Operator.GTE, 100, 100, 99),
        (Operator.LTE, 100, 100, 101),
    ],
)
def test_a_condition_compares_and_a_missing_fact_never_meets_it(
    op: Operator, value: str | int | tuple[str | int, ...], meets: str | int, fails: str | int
) -> None:
    condition = Condition("any.field", op, value)

    assert condition.holds(meets)
    assert not condition.holds(fails)
    assert not condition.holds(None)


def test_words_are_not_ordered() -> None:
    assert not Condition("any.field", Operator.GTE, 1).holds("2")
    assert not Condition("any.field", Operator.LTE, "b").holds(1)


@pytest.mark.parametrize(
    ("settled_at", "reason"),
    [
        (OPENS - SECOND, "outside_window"),
        (OPENS, None),
        (CLOSES - SECOND, None),
        (CLOSES, "outside_window"),
    ],
)
def test_the_window_is_half_open(settled_at: datetime, reason: str | None) -> None:
    assert refusal(make.rule(), make.money(settled_at=settled_at)) == reason


def test_the_window_is_an_instant_whatever_its_offset() -> None:
    rule = make.rule(window=["2026-03-01T00:00:00+03:00", "2026-03-31T23:00:00-01:00"])

    assert refusal(rule, make.money(settled_at=OPENS - 3 * 3600 * SECOND)) is None
    assert refusal(rule, make.money(settled_at=CLOSES)) == "outside_window"


def test_refusals_come_in_a_fixed_order() -> None:
    rule = make.rule(
        min_contribution=200_00,
        eligible=[{"field": "project.country", "op": "eq", "value": "KEN"}],
    )
    kenya: dict[str, str | int | None] = {"project.country": "KEN"}
    late = CLOSES

    assert refusal(rule, make.money(currency="USD", settled_at=late)) == "currency_mismatch"
    assert refusal(rule, make.money(settled_at=late)) == "outside_window"
    assert refusal(rule, make.money()) == "not_eligible:project.country"
    assert refusal(rule, make.money(199_99, facts=kenya)) == "below_minimum"
    assert refusal(rule, make.money(200_00, facts=kenya)) is None


def test_a_rule_speaks_of_a_project_whatever_it_asks_of_the_giver() -> None:
    rule = make.rule(
        eligible=[
            {"field": "donor.residence", "op": "ne", "value": "KEN"},
            {"field": "project.country", "op": "eq", "value": "KEN"},
        ]
    )

    assert speaks_of(rule, {"project.country": "KEN"})
    assert not speaks_of(rule, {"project.country": "UGA"})
    assert not speaks_of(rule, {})
