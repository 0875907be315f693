"""Which money a rule counts, and in how many units of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from projects.matching.counting import (
    condition_holds,
    converted,
    in_own_currency,
    refusal,
    speaks_of,
)
from projects.matching.formula import Rate
from projects.matching.rules import (
    BaseCap,
    Cap,
    Clock,
    Condition,
    Counts,
    Indexed,
    Metric,
    Operator,
    Paired,
    Pairing,
    Scope,
    Share,
    Threshold,
    Unlock,
    Weight,
)
from tests.make import rules as make

if TYPE_CHECKING:
    from projects.matching.rules import Fact

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
        (Operator.EQ, True, True, False),
    ],
)
def test_a_condition_compares_and_a_missing_fact_never_meets_it(
    op: Operator, value: str | int | tuple[str | int, ...], meets: Fact, fails: Fact
) -> None:
    condition = Condition("any.field", op, value)

    assert condition_holds(condition, {"any.field": meets})
    assert not condition_holds(condition, {"any.field": fails})
    assert not condition_holds(condition, {"any.field": None})
    assert not condition_holds(condition, {})


@pytest.mark.parametrize(
    ("op", "value", "fact"),
    [
        (Operator.GTE, 1, "2"),
        (Operator.LTE, "b", 1),
        (Operator.GTE, 0, True),
        (Operator.EQ, 1, True),
        (Operator.EQ, True, 1),
    ],
)
def test_words_are_not_ordered_and_one_is_not_yes(
    op: Operator, value: str | int, fact: Fact
) -> None:
    assert not condition_holds(Condition("any.field", op, value), {"any.field": fact})


def test_a_fact_may_be_compared_with_another_and_either_may_be_missing() -> None:
    condition = Condition("donor.country", Operator.NE, value_field="project.country")

    assert condition_holds(condition, {"donor.country": "DEU", "project.country": "KEN"})
    assert not condition_holds(condition, {"donor.country": "KEN", "project.country": "KEN"})
    assert not condition_holds(condition, {"donor.country": "KEN"})
    assert not condition_holds(condition, {"project.country": "KEN"})


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


def test_by_the_initiated_clock_money_must_begin_inside_and_settle_in_time() -> None:
    rule = make.rule()
    late = CLOSES + timedelta(days=7)
    window = replace(rule.window, clock=Clock.INITIATED, settle_by=late)
    rule = replace(rule, window=window)

    def reason(initiated_at: datetime | None, settled_at: datetime) -> str | None:
        return refusal(rule, make.money(initiated_at=initiated_at, settled_at=settled_at))

    assert reason(CLOSES - SECOND, CLOSES) is None
    assert reason(OPENS - SECOND, OPENS) == "outside_window"
    assert reason(CLOSES - SECOND, late - SECOND) is None
    assert reason(CLOSES - SECOND, late) == "settled_too_late"
    assert reason(None, CLOSES) == "outside_window"  # Not seen to begin: dated by its settlement.


def test_refusals_come_in_a_fixed_order() -> None:
    rule = make.rule(
        min_contribution=200_00,
        eligible=[{"field": "project.country", "op": "eq", "value": "KEN"}],
    )
    rule = replace(rule, counts=Counts(kinds=("loan",)))
    kenya: dict[str, Fact] = {"project.country": "KEN", "contribution.kind": "loan"}
    loan: dict[str, Fact] = {"contribution.kind": "loan"}

    assert refusal(rule, make.money(currency="USD", settled_at=CLOSES)) == "currency_mismatch"
    assert refusal(rule, make.money(settled_at=CLOSES)) == "outside_window"
    assert refusal(rule, make.money()) == "not_counted:kind"
    assert refusal(rule, make.money(facts=loan)) == "not_eligible:project.country"
    assert refusal(rule, make.money(199_99, facts=kenya)) == "below_minimum"
    assert refusal(rule, make.money(200_00, facts=kenya)) is None


@pytest.mark.parametrize(
    ("counts", "facts", "reason"),
    [
        (Counts(), {"contribution.kind": "loan"}, None),
        (Counts(kinds=("donation",)), {}, None),
        (Counts(kinds=("donation",)), {"contribution.kind": "loan"}, "not_counted:kind"),
        (Counts(channels=("bank",)), {}, "not_counted:channel"),
        (Counts(channels=("bank",)), {"contribution.channel": "bank"}, None),
        (Counts(by=("individual",)), {}, None),
        (Counts(by=("individual",)), {"donor.kind": "company"}, "not_counted:by"),
        (Counts(proof="slip"), {}, "not_counted:proof"),
        (Counts(proof="slip"), {"contribution.proof": "receipt"}, "not_counted:proof"),
        (Counts(proof="slip"), {"contribution.proof": "slip"}, None),
    ],
)
def test_money_counts_by_kind_channel_giver_and_proof(
    counts: Counts, facts: dict[str, Fact], reason: str | None
) -> None:
    assert refusal(replace(make.rule(), counts=counts), make.money(facts=facts)) == reason


@pytest.mark.parametrize(
    ("change", "field", "enough"),
    [
        ({"caps": (Cap(Scope.ORGANISATION, 1),)}, "project.organisation", "o1"),
        ({"caps": (Cap(Scope.CLUB, 1),)}, "donor.club", "k1"),
        ({"caps": (Cap(Scope.REGION, 1),)}, "project.region", "north"),
        ({"caps": (Cap(Scope.BENEFICIARY, 1),)}, "project.beneficiary", "b1"),
        ({"base_caps": (BaseCap(Scope.DONOR_ORGANISATION, 1),)}, "project.organisation", "o1"),
        ({"caps": (Cap(Scope.PROJECT, Share("budget", Rate(1, 2))),)}, "project.budget", 5),
        ({"weight": Weight("donor.score", ((0, Rate(1, 1)),))}, "donor.score", 0),
        ({"paired": Paired(("a", "b"), Pairing.MIN)}, "role", "a"),
        ({"threshold": Threshold(Metric.PCT, 50, Unlock.FORWARD)}, "project.goal", 1),
    ],
)
def test_a_fact_that_the_arithmetic_needs_and_does_not_find_is_not_eligible(
    change: dict[str, object], field: str, enough: Fact
) -> None:
    rule = replace(make.rule(), **change)  # type: ignore[arg-type]

    assert refusal(rule, make.money()) == f"not_eligible:{field}"
    assert refusal(rule, make.money(facts={field: enough})) is None


def test_a_cap_that_does_not_speak_of_the_money_asks_it_nothing() -> None:
    only_clubs = Condition("donor.kind", Operator.EQ, "club")
    rule = replace(make.rule(), caps=(Cap(Scope.CLUB, 1, when=only_clubs),))

    assert refusal(rule, make.money()) is None
    assert refusal(rule, make.money(facts={"donor.kind": "club"})) == "not_eligible:donor.club"


def test_an_index_without_a_value_for_the_day_is_not_eligible() -> None:
    rule = replace(
        make.rule(),
        caps=(Cap(Scope.PROJECT, Indexed("minimum_wage", Rate(50, 1))),),
        indices={"minimum_wage": ((make.NOON.date(), 1_000),)},
    )

    assert refusal(rule, make.money()) is None
    early = make.money(settled_at=make.NOON - timedelta(days=1))
    assert refusal(rule, early) == "not_eligible:minimum_wage"


def test_money_is_converted_once_and_rounded_down() -> None:
    rule = replace(make.rule(), currency="MXN", fx={"USD": Rate(171234, 10000)})

    assert converted(rule, make.money(99_99, currency="USD")) == 1712_16
    assert converted(rule, make.money(1, currency="USD")) == 17
    assert converted(rule, make.money(5, currency="MXN")) == 5
    assert converted(rule, make.money(1, currency="EUR")) is None
    assert in_own_currency(rule, make.money(currency="USD"), 1712_16) == 99_99
    assert in_own_currency(rule, make.money(currency="USD"), 1) == 1


def test_the_minimum_is_asked_of_the_converted_money() -> None:
    rule = replace(make.rule(min_contribution=10_00), fx={"USD": Rate(1, 2)})

    assert refusal(rule, make.money(19_99, currency="USD")) == "below_minimum"
    assert refusal(rule, make.money(20_00, currency="USD")) is None


def test_a_rule_speaks_of_a_project_whatever_it_asks_of_the_giver() -> None:
    rule = make.rule(
        eligible=[
            {"field": "donor.residence", "op": "ne", "value": "KEN"},
            {"field": "project.country", "op": "eq", "value": "KEN"},
            {"field": "project.country", "op": "ne", "value_field": "donor.residence"},
            {"field": "organisation.status", "op": "eq", "value": "leader"},
        ]
    )
    leader: dict[str, Fact] = {"organisation.status": "leader"}

    assert speaks_of(rule, leader | {"project.country": "KEN"})
    assert not speaks_of(rule, leader | {"project.country": "UGA"})
    assert not speaks_of(rule, {"project.country": "KEN"})
    assert not speaks_of(rule, {})
