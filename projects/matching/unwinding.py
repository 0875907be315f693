"""What a match comes to when part of the money it was given for has gone back.

A pure function of what was decided, by which rule, and of what remains. So it does not matter how
often it is asked, nor in which parts the money went back: the last part says the same as the sum.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from projects.matching import caps, rules
from projects.matching.rules import Partial

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from projects.matching.rules import Counted, Rule

OF_THE_AMOUNT = ("below_minimum", "not_eligible:contribution.amount")
"""Refusals that the money itself brings about by becoming less."""


def remaining_match(
    rule: Rule,
    money: Counted,
    *,
    decided_minor: int,
    steps: Iterable[Mapping[str, object]],
    remaining_minor: int,
) -> int:
    """Return how much of a decided match stays when this much of its money remains, minor units.

    `recompute` asks the rule again about what remains, with the room that each cap and the pot had
    when it was decided: the money of others, come or gone since, has no say. `proportional` keeps
    the same share of the match as of the money, rounded down. Neither gives more than was decided.
    """
    if remaining_minor >= money.amount_minor:
        return decided_minor
    if remaining_minor <= 0:
        return 0
    if rule.partial is Partial.PROPORTIONAL:
        return decided_minor * remaining_minor // money.amount_minor
    again = _recomputed(rule, money, list(steps), remaining_minor)
    return min(again, decided_minor)


def _recomputed(
    rule: Rule, money: Counted, steps: Sequence[Mapping[str, object]], remaining_minor: int
) -> int:
    facts = dict(money.facts)
    if "contribution.amount" in facts:
        facts["contribution.amount"] = remaining_minor
    smaller = replace(money, amount_minor=remaining_minor, facts=facts)
    refusal = rules.refusal(rule, smaller)
    if refusal in OF_THE_AMOUNT:
        return 0
    ideal = rule.rate.of(remaining_minor)
    rooms = [caps.Room(str(step["step"]), _whole(step["room"])) for step in steps if "room" in step]
    by_rule = 0 if refusal else caps.clip(ideal, rooms)[0]
    promised = sum(_whole(step["minor"]) for step in steps if step["step"] == "promised")
    return max(by_rule, min(promised, ideal))


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no amount in minor units.")
    return value


def last_first(parts: Sequence[int], total: int) -> list[int]:
    """Cut parts, given in the order of asking, down to a total: the last one gives first.

    What is left of them sums to `total` exactly, or to their sum where that is less.
    """
    kept, room = [], max(0, total)
    for part in parts:
        kept.append(min(part, room))
        room -= kept[-1]
    return kept
