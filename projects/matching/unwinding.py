"""What a match comes to when part of the money it was given for has gone back.

A pure function of what was decided, by which rule, and of what remains. So it does not matter how
often it is asked, nor in which parts the money went back: the last part says the same as the sum.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from projects.matching import counting
from projects.matching.caps import Room
from projects.matching.formula import Rate, Tiers
from projects.matching.instant import bases, ideals, layers, rooms
from projects.matching.instant.outcomes import Remaining, total_of
from projects.matching.rules import Coupling, Partial, Unlock
from projects.matching.tally import Measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from projects.matching.instant.layers import Rates
    from projects.matching.instant.outcomes import Decided, Parts, Step
    from projects.matching.rules import Counted, Rule
    from projects.matching.tally import Key, Moves

OF_THE_AMOUNT = ("below_minimum", "not_eligible:contribution.amount")
"""Refusals that the money itself brings about by becoming less."""
NOT_MATCHED = ("refused", "exclusive")
"""Steps of money that a rule counts but leaves unmatched."""


@dataclass(slots=True)
class Stages:
    """The base of what remains, stage by stage, as `bases.Base` has it for the whole."""

    counted: int
    used: int
    weighted: int
    minor: int


def remaining(
    rule: Rule,
    money: Counted,
    decided: Decided,
    *,
    remaining_minor: int,
    public_minor: int | None = None,
) -> Remaining:
    """Return what stays of a decision when this much of its money remains, minor units.

    `recompute` asks the rule again about what remains, with the room that each limit and the pot
    had when it was decided: the money of others, come or gone since, has no say. `proportional`
    keeps the same share of the match as of the money, rounded down. Neither gives more than was
    decided: `decided` has the parts as they were then, not as an earlier refund left them.
    A threshold's lump is the project's, not the contribution's: only losing the threshold takes it.
    What a formula gives once for a project is answered here as for its only contribution: while
    other money of the project counts, it is `kept_by_project`.
    `public_minor` is what the programmes before still match, where their total share is limited.
    """
    parts = decided.parts
    lump = min(decided.lump_minor, total_of(parts))
    if remaining_minor >= money.amount_minor:
        return Remaining(parts, lump, decided.moves)
    if lump and is_of_threshold(rule):
        return kept_by_project(rule, money, decided, remaining_minor=remaining_minor)
    if remaining_minor <= 0:
        return Remaining((), 0, _for_good(decided.moves))
    smaller = _smaller(money, remaining_minor)
    stages = stages_of(rule, money, smaller, decided.steps)
    if rule.partial is Partial.PROPORTIONAL:
        share = Rate(remaining_minor, money.amount_minor)
        parts = tuple((layer, kept) for layer, minor in parts if (kept := share.of(minor)))
        return _kept(parts, share.of(lump), decided.moves, stages)
    if counting.refusal(rule, smaller) in OF_THE_AMOUNT:
        return Remaining((), 0, _for_good(decided.moves))
    if not lump:
        room = _public_room(rule, smaller, decided.steps, public_minor)
        parts = _recomputed(rule, money, parts, stages.minor, decided.steps, room)
    return _kept(parts, lump, decided.moves, stages)


def kept_by_project(
    rule: Rule, money: Counted, decided: Decided, *, remaining_minor: int
) -> Remaining:
    """Return what stays of a lump that its project keeps: all of it, whatever remains here."""
    parts = decided.parts
    stages = stages_of(rule, money, _smaller(money, max(0, remaining_minor)), decided.steps)
    return _kept(parts, min(decided.lump_minor, total_of(parts)), decided.moves, stages)


def still_counts(rule: Rule, money: Counted, decided: Decided, *, remaining_minor: int) -> bool:
    """Tell whether what remains of money that was decided on is something its rule matches."""
    names = {step["step"] for step in decided.steps}
    is_promised = "promised" in names
    if remaining_minor <= 0 or (not is_promised and not names.isdisjoint(NOT_MATCHED)):
        return False
    smaller = _smaller(money, remaining_minor)
    refusal = counting.refusal(rule, smaller)
    if refusal in OF_THE_AMOUNT or (refusal is not None and not is_promised):
        return False
    return stages_of(rule, money, smaller, decided.steps).minor > 0


def is_of_threshold(rule: Rule) -> bool:
    """Tell whether a lump is given for reaching a threshold."""
    return rule.threshold is not None and rule.threshold.mode is Unlock.LUMP


def _smaller(money: Counted, minor: int) -> Counted:
    facts = dict(money.facts)
    if "contribution.amount" in facts:
        facts["contribution.amount"] = minor
    return replace(money, amount_minor=minor, facts=facts)


def stages_of(rule: Rule, money: Counted, smaller: Counted, steps: Sequence[Step]) -> Stages:
    """Walk the steps of the base again with what remains of the money."""
    stages = _walked(rule, money, smaller, steps)
    if _last(steps, "paired") is None:
        stages.weighted = stages.minor
    return stages


def _walked(rule: Rule, money: Counted, smaller: Counted, steps: Sequence[Step]) -> Stages:
    counted = counting.converted(rule, smaller) or 0
    stages = Stages(counted, counted, counted, counted)
    promised = counted
    for step in steps:
        match step["step"]:
            case "cascade":
                gone = money.amount_minor - smaller.amount_minor
                left = max(0, _whole(step["left"]) - gone)
                stages.minor = promised = counting.converted(rule, smaller, left) or 0
            case "base_cap":
                stages.minor = min(stages.minor, _whole(step["room"]))
            case "weight":
                stages.minor = _rate(step["rate"]).of(stages.minor)
            case "paired":
                stages.weighted = stages.minor
                stages.minor = _grown(rule, step, stages.minor)
            case "promised":
                stages.minor = promised
        if step["step"] in ("cascade", "base_cap"):
            stages.used = stages.minor
    return stages


def _grown(rule: Rule, step: Step, weighted: int) -> int:
    sums = step["sums"]
    if rule.paired is None or not isinstance(sums, dict):
        return 0
    own = str(step["role"])
    others = {role: _whole(minor) for role, minor in sums.items()}
    others[own] += weighted - _whole(step["own"])
    return bases.grown(rule.paired, others, _whole(step["used"]))


def _recomputed(  # noqa: PLR0913, PLR0917  The whole decision, once more.
    rule: Rule,
    money: Counted,
    parts: Parts,
    base_minor: int,
    steps: Sequence[Step],
    room: int | None,
) -> Parts:
    """Return the smaller of what was decided and what the formula gives now, layer by layer.

    That is the rule's own answer: the formula gives no more on less, and what the limits allowed
    is inside what was decided. Joint layers keep their ratio, for both are rates of one base.
    """
    rates = ideals.rates_of(rule, money)
    again = _by_formula(rule, rates, base_minor, steps)
    kept = [(layer, min(minor, again.get(layer, 0))) for layer, minor in parts]
    if room is None or sum(minor for _, minor in kept) <= room:
        return tuple((layer, minor) for layer, minor in kept if minor)
    if len(rule.layers) > 1 and rule.coupling is Coupling.JOINT and rates:
        most = layers.most_base(rates, Room("total_public_cap", room), base_minor)
        kept = [(layer, min(minor, dict(rates)[layer].of(most))) for layer, minor in kept]
    else:
        minors = last_first([minor for _, minor in kept], room)
        kept = [(layer, minor) for (layer, _), minor in zip(kept, minors, strict=True)]
    return tuple((layer, minor) for layer, minor in kept if minor)


def _by_formula(
    rule: Rule, rates: Rates | None, base_minor: int, steps: Sequence[Step]
) -> dict[str, int]:
    if rates is not None:
        return {layer: rate.of(base_minor) for layer, rate in rates}
    if not isinstance(rule.formula, Tiers):
        return {}
    step = _last(steps, "tiers")
    before = _whole(step["before"]) if step else 0
    return {rule.layers[0].id: ideals.tiered(rule.formula, before, base_minor)}


def _public_room(
    rule: Rule, smaller: Counted, steps: Sequence[Step], public_minor: int | None
) -> int | None:
    step = _last(steps, "total_public")
    if step is None:
        return None
    before = _whole(step["before"]) if public_minor is None else public_minor
    return rooms.public_room(rule, smaller, public_minor=before)


def _kept(parts: Parts, lump: int, moves: Moves, stages: Stages) -> Remaining:
    """Return what stays, with every counter moved by what it now stands for."""
    paid, total = dict(parts), total_of(parts)

    by_measure: dict[str, int] = {
        Measure.UNLOCKED: 1,
        Measure.COUNTED: stages.counted,
        Measure.USED: stages.used,
        Measure.BASE: stages.minor,
    }

    def most(key: Key) -> int:
        if key.scope in ("role", "lump"):
            return stages.weighted if key.scope == "role" else lump
        if key.measure == Measure.RESERVE or key.layer:
            return paid.get(key.layer, 0)
        return by_measure.get(key.measure, total)

    kept = ((key, min(minor, most(key))) for key, minor in moves)
    return Remaining(parts, lump, tuple((key, minor) for key, minor in kept if minor))


def _for_good(moves: Moves) -> Moves:
    return tuple(move for move in moves if move[0].measure == Measure.UNLOCKED)


def _last(steps: Sequence[Step], name: str) -> Step | None:
    return next((step for step in reversed(steps) if step["step"] == name), None)


def _rate(value: object) -> Rate:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no rate.")
    return Rate(_whole(value[0]), _whole(value[1]))


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
