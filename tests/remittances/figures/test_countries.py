from __future__ import annotations

from fractions import Fraction

import pytest

from remittances.figures import countries, requirements
from remittances.public import heat


@pytest.mark.parametrize(
    ("mean", "kept"), [("5", "48"), ("3", "0"), ("2", "0"), ("13", "240"), ("3.01", "0.24")]
)
def test_what_three_per_cent_would_leave_of_200_dollars_a_month(mean: str, kept: str) -> None:
    assert countries.kept_in_a_year(Fraction(mean)) == Fraction(kept)


@pytest.mark.parametrize(
    ("mean", "step"), [("-1", 1), ("3", 1), ("3.001", 2), ("5", 2), ("5.01", 3), ("20.1", 5)]
)
def test_a_cost_has_one_of_five_colours(mean: str, step: int) -> None:
    assert heat.step(Fraction(mean)) == step


def test_twelve_requirements_are_answered_in_order() -> None:
    nothing = requirements.counted([], live_rows=0, paying_firms=1)
    answers = requirements.judged(nothing)
    assert [answer.number for answer in answers] == list(range(1, 13))
    assert answers[9].status is requirements.Status.PARTLY
    assert answers[9].facts == {"paying_firms": 1}
