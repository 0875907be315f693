"""What stays of a match when money goes back: pure arithmetic, by the programme's rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.matching.allocation import Outcome, Turn, allocate, decide, honour
from projects.matching.caps import Usage
from projects.matching.unwinding import last_first, remaining_match
from tests.make import matching as make

if TYPE_CHECKING:
    from tests.make.matching import Document


def stays(
    remaining: int,
    *,
    amount: int = 100_00,
    pot: int = 1_000_00,
    reserved: int = 0,
    **terms: Any,  # noqa: ANN401  Any part of a document.
) -> int:
    """Decide on a gift and return what stays of its match when this much remains."""
    rule = make.rule(**terms)
    facts: dict[str, str | int | None] = {"contribution.amount": amount}
    turn = Turn(rule, make.money(amount, facts=facts), reserved)
    outcome = honour(decide(rule, turn.money, usage=Usage(), pot_minor=pot), turn)
    return remaining_match(
        rule,
        turn.money,
        decided_minor=outcome.minor,
        steps=outcome.steps,
        remaining_minor=remaining,
    )


PROPORTIONAL: Document = {"refund": {"partial": "proportional"}}
CAPPED: Document = {"rate": [1, 1], "caps": [{"scope": "contribution", "amount": 50_00}]}


@pytest.mark.parametrize(
    ("terms", "remaining", "minor"),
    [
        ({}, 70_00, 140_00),
        ({}, 0, 0),
        ({}, 100_00, 200_00),
        (CAPPED, 70_00, 50_00),  # The cap had bound: it still does.
        (CAPPED, 30_00, 30_00),
        (CAPPED | PROPORTIONAL, 70_00, 35_00),
        (CAPPED | PROPORTIONAL, 30_00, 15_00),
        ({"rate": [1, 3]}, 10_01, 3_33),
        (PROPORTIONAL | {"rate": [1, 3]}, 10_01, 3_33),
        ({"min_contribution": 50_00}, 49_99, 0),
        (PROPORTIONAL | {"min_contribution": 50_00}, 49_99, 99_98),
        (
            {"eligible": [{"field": "contribution.amount", "op": "gte", "value": 60_00}]},
            59_00,
            0,
        ),
    ],
)
def test_what_remains_is_matched_by_the_rule(terms: Document, remaining: int, minor: int) -> None:
    assert stays(remaining, **terms) == minor


def test_the_pot_gives_no_more_than_the_room_it_had() -> None:
    assert stays(70_00, pot=120_00) == 120_00
    assert stays(50_00, pot=120_00) == 100_00


def test_what_was_promised_stands_for_the_money_that_stays() -> None:
    closed = ["2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"]

    assert stays(100_00, window=closed, reserved=150_00) == 150_00
    assert stays(70_00, window=closed, reserved=150_00) == 140_00
    assert stays(80_00, window=closed, reserved=150_00) == 150_00


@pytest.mark.promise("M12")
@given(
    amount=st.integers(1, 10**9),
    remaining=st.integers(0, 10**9),
    rate=st.tuples(st.integers(1, 50), st.integers(1, 50)),
    pot=st.integers(0, 10**9),
    partial=st.sampled_from(["recompute", "proportional"]),
)
def test_less_money_never_has_more_match(
    amount: int, remaining: int, rate: tuple[int, int], pot: int, partial: str
) -> None:
    def stay(left: int) -> int:
        terms: Document = {"rate": list(rate), "refund": {"partial": partial}}
        return stays(left, amount=amount, pot=pot, **terms)

    remaining = min(remaining, amount)
    whole, part = stay(amount), stay(remaining)

    assert 0 <= stay(remaining // 2) <= part <= whole
    assert stay(0) == 0


def test_money_that_went_back_before_its_turn_leaves_the_pot_to_others() -> None:
    rule = make.rule()
    turns = [
        Turn(rule, make.money(100_00, ref="c1"), remaining_minor=25_00),
        Turn(rule, make.money(100_00, ref="c2", donor="d2")),
    ]
    usage = Usage()

    result = allocate(turns, pot_minor=250_00, usage=usage)

    assert {ref: each.minor for ref, each in result.outcomes.items()} == {
        "c1": 200_00,
        "c2": 200_00,
    }
    assert result.pot_minor == 0
    assert usage.donor == {"d1": 50_00, "d2": 200_00}


@pytest.mark.parametrize(
    ("parts", "total", "kept"),
    [
        ([30, 70], 50, [30, 20]),
        ([30, 70], 20, [20, 0]),
        ([30, 70], 100, [30, 70]),
        ([30, 70], 200, [30, 70]),
        ([30, 70], -1, [0, 0]),
        ([], 5, []),
    ],
)
def test_the_last_pot_gives_back_first(parts: list[int], total: int, kept: list[int]) -> None:
    assert last_first(parts, total) == kept


@pytest.mark.promise("M12")
@given(parts=st.lists(st.integers(0, 10**12), max_size=9), total=st.integers(0, 10**13))
def test_what_pots_keep_adds_up_exactly(parts: list[int], total: int) -> None:
    kept = last_first(parts, total)

    assert sum(kept) == min(total, sum(parts))
    assert all(0 <= mine <= part for mine, part in zip(kept, parts, strict=True))


def test_an_outcome_of_nothing_stays_nothing() -> None:
    nothing = Outcome(0, "pot_exhausted", ({"step": "pot", "room": 0},))

    assert (
        remaining_match(
            make.rule(),
            make.money(),
            decided_minor=0,
            steps=nothing.steps,
            remaining_minor=50_00,
        )
        == 0
    )
