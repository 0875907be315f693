"""Decisions on money of a giver whose project was matched before, and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.matching import wording
from projects.matching.allocation import Before, Pots, Turn, decide
from projects.matching.tally import Key, Measure, Tally
from tests.make import rules as make

if TYPE_CHECKING:
    from projects.matching.instant.outcomes import Outcome
    from projects.matching.rules import Fact


def outcome(  # noqa: PLR0913  One keyword for each thing a sentence may speak of.
    minor: int = 100_00,
    *,
    pot: int = 10**9,
    facts: dict[str, Fact] | None = None,
    currency: str = "EUR",
    before: Before = Before(),  # noqa: B008  Frozen.
    ceiling: int | None = None,
    frozen: str | None = None,
    **changes: object,
) -> Outcome:
    terms = make.rule(**({"rate": [1, 1]} | changes))
    money = make.money(minor, facts=facts or {}, currency=currency)
    tally = Tally(used())
    pots = Pots(dict.fromkeys((layer.id for layer in terms.layers), pot), 10**9)
    turn = Turn(terms, money, before, ceiling_minor=ceiling, frozen=frozen)
    return decide(turn, tally=tally, pots=pots)


def used() -> list[tuple[Key, int]]:
    """Return counters of a giver and project that were matched with 30.00 before."""
    subjects = {"donor": "d1", "project": "p1", "programme": "", "donor_project": "p1 d1"}
    return [(Key(Measure.MATCHED, scope, whose), 30_00) for scope, whose in subjects.items()]


def why(**asked: object) -> str:
    found = outcome(**asked)  # type: ignore[arg-type]
    return plain(wording.why(found.reason, found.steps, currency=found.rule.currency))


def told(found: Outcome) -> list[str]:
    return [plain(each) for each in wording.sentences(found.steps, currency=found.rule.currency)]


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")
