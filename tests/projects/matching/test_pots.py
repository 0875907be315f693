"""What the pot allows, the part of it that is kept for some, and what is frozen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from projects.matching.allocation import (
    Pots,
    Turn,
    decide,
)
from projects.matching.rules import (
    Condition,
    Exhaustion,
    Operator,
    Reserve,
)
from projects.matching.tally import Key, Measure, Tally
from tests.make import rules as make
from tests.projects.matching.asking import EURO_FOR_EURO, one

if TYPE_CHECKING:
    from projects.matching.rules import Rule

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("on_exhaustion", "minor", "reason"),
    [
        (Exhaustion.PARTIAL, 40_00, "pot_exhausted"),
        (Exhaustion.WAITLIST, 40_00, "pot_exhausted"),
        (Exhaustion.REFUSE, 0, "refused_partial"),
        (Exhaustion.NEXT_CALL, 40_00, "next_call"),
    ],
)
def test_a_pot_that_runs_out(on_exhaustion: Exhaustion, minor: int, reason: str) -> None:
    outcome = one(replace(EURO_FOR_EURO, on_exhaustion=on_exhaustion), make.money(), 40_00)

    assert (outcome.minor, outcome.reason) == (minor, reason)
    assert outcome.unmet == (("", 100_00 - minor),)


def ringed(amount: int = 40_00, **more: Any) -> Rule:  # noqa: ANN401
    rural = (Condition("project.area", Operator.EQ, "rural"),)
    return replace(EURO_FOR_EURO, reserve=Reserve(rural, amount, **more))


RURAL = make.money(70_00, ref="r", facts={"project.area": "rural"})
URBAN = make.money(70_00, ref="u", facts={"project.area": "urban"})


def test_a_reserve_is_kept_from_others_and_used_first_by_those_it_is_for() -> None:
    tally, key = Tally(), Key(Measure.RESERVE, "layer")

    urban = one(ringed(), URBAN, 100_00, tally)
    assert (urban.minor, urban.reason) == (60_00, "reserved_for_others")
    rural = one(ringed(), RURAL, 100_00, tally)
    assert (rural.minor, rural.reason, dict(rural.moves)[key]) == (70_00, None, 40_00)

    tally.move(rural.moves)
    assert one(ringed(), URBAN, 30_00, tally).minor == 30_00  # Nothing of it is left to be kept.


def test_a_reserve_ends_by_order_or_on_its_day() -> None:
    by_order = decide(
        Turn(ringed(), URBAN), tally=Tally(), pots=Pots({"": 100_00}, 0, is_reserve_released=True)
    )
    on_its_day = one(ringed(release_at=make.NOON), URBAN, 100_00)
    the_day_before = one(ringed(release_at=make.NOON + MINUTE), URBAN, 100_00)

    assert [each.minor for each in (by_order, on_its_day, the_day_before)] == [70_00, 70_00, 60_00]


def test_frozen_money_is_counted_and_gets_nothing() -> None:
    outcome = one(EURO_FOR_EURO, make.money(), frozen="project_frozen")

    assert (outcome.minor, outcome.reason) == (0, "project_frozen")
