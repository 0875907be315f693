"""Asking one rule about money, with a pot of one layer; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from projects.matching.allocation import Allocated, Pots, Turn, allocate, decide
from projects.matching.tally import Tally
from tests.make import rules as make

if TYPE_CHECKING:
    from projects.matching.allocation import Outcome
    from projects.matching.rules import Counted, Rule

EURO_FOR_EURO = make.rule(rate=[1, 1])


def pots(minor: int, funded: int = 0) -> Pots:
    return Pots({"": minor}, funded)


def one(
    rule: Rule,
    money: Counted,
    pot: int = 10**9,
    tally: Tally | None = None,
    **turn: Any,  # noqa: ANN401
) -> Outcome:
    return decide(Turn(rule, money, **turn), tally=tally or Tally(), pots=pots(pot, pot))


def run(rule: Rule, moneys: list[Counted], pot: int, tally: Tally | None = None) -> Allocated:
    return allocate(
        [Turn(rule, each) for each in moneys], tally=tally or Tally(), pots=pots(pot, pot)
    )


def minors(done: Allocated) -> dict[str, int]:
    return {ref: outcome.minor for ref, outcome in done.outcomes.items()}
