"""Whether the parts of a rule make sense together. A schema cannot say any of this."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.matching.documents.reading import Contradiction
from projects.matching.formula import (
    Flat,
    Lump,
    Nothing,
    Quadratic,
    Score,
    ShareOfCost,
    ShareOfPot,
    Tiers,
)
from projects.matching.rules import Allocation, Exhaustion, Indexed, Ranking, Stack, Unlock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from projects.matching.formula import Formula
    from projects.matching.rules import Amount, Rule

FORMULAS_OF: dict[Allocation, tuple[type[Formula], ...]] = {
    Allocation.INSTANT: (Flat, Tiers, Lump, ShareOfCost, Nothing),
    Allocation.PRORATA_CLOSE: (Flat, Tiers),
    Allocation.SHARE_CLOSE: (ShareOfPot,),
    Allocation.QUADRATIC_CLOSE: (Quadratic,),
    Allocation.RANKED_CLOSE: (Flat, Tiers, Lump, ShareOfCost, Score, Nothing),
    Allocation.MANUAL: (Flat, Tiers, Lump, ShareOfCost, Score, Nothing),
}
"""Which formulas an allocation can work with."""

NAMES: dict[type[Formula], str] = {
    Flat: "rate",
    Tiers: "tiers",
    Lump: "lump",
    ShareOfCost: "share_of_cost",
    ShareOfPot: "share_of_pot",
    Quadratic: "quadratic",
    Score: "score",
    Nothing: "none",
}


def check(rule: Rule) -> None:
    """Refuse a rule whose parts contradict each other.

    Raises:
        Contradiction: naming the first part that cannot be, and what is allowed beside the others.
    """
    for part in (_formula, _layers, _known_layers, _close, _instant, _known_indices, _ranks):
        part(rule)


def _formula(rule: Rule) -> None:
    allowed = FORMULAS_OF[rule.allocation]
    if not isinstance(rule.formula, allowed):
        names = ", ".join(NAMES[one] for one in allowed)
        raise Contradiction(field="formula", allowed=f"with {rule.allocation}: {names}")


def _layers(rule: Rule) -> None:
    if len(rule.layers) > 1 and not isinstance(rule.formula, Flat):
        raise Contradiction(field="layers", allowed="several layers each have a rate of their own")
    if rule.layers[0].id and rule.pot_minor:
        raise Contradiction(field="pot", allowed="belongs into each layer")


def _known_layers(rule: Rule) -> None:
    ids = [layer.id for layer in rule.layers if layer.id]
    for n, cap in enumerate(rule.caps):
        if cap.layer is not None and cap.layer not in ids:
            allowed = f"allowed: {', '.join(ids)}" if ids else "the programme has no layers"
            raise Contradiction(field=f"caps[{n}].layer", allowed=allowed)


def _close(rule: Rule) -> None:
    if not rule.allocation.is_at_close:
        return
    if rule.stacking.mode is not Stack.PARALLEL:
        raise Contradiction(
            field="stacking.mode", allowed="allowed: parallel, for what is shared out at the close"
        )
    if rule.on_exhaustion is Exhaustion.REFUSE:
        raise Contradiction(
            field="on_exhaustion", allowed="allowed: partial, waitlist, next_call, at the close"
        )
    if rule.needs_award:
        raise Contradiction(field="needs_award", allowed="only with instant or manual")
    if rule.threshold and rule.threshold.mode is Unlock.LUMP:
        raise Contradiction(field="threshold.mode", allowed="allowed: lump only with instant")


def _instant(rule: Rule) -> None:
    if rule.allocation.is_at_close:
        return
    if rule.project_cap is not None:
        raise Contradiction(
            field="project_cap", allowed="is for a close; here write a cap of scope project"
        )


def _ranks(rule: Rule) -> None:
    if rule.ranking == Ranking() or rule.allocation is Allocation.RANKED_CLOSE or rule.needs_award:
        return
    raise Contradiction(field="ranking", allowed="only with ranked_close or needs_award")


def _known_indices(rule: Rule) -> None:
    for where, amount in _amounts(rule):
        if isinstance(amount, Indexed) and amount.index not in rule.indices:
            known = ", ".join(rule.indices) or "none is given"
            raise Contradiction(field=where, allowed=f"an index of indices: {known}")


def _amounts(rule: Rule) -> Iterator[tuple[str, Amount]]:
    for n, cap in enumerate(rule.caps):
        yield f"caps[{n}].amount", cap.amount
    for n, base_cap in enumerate(rule.base_caps):
        yield f"base_caps[{n}].amount", base_cap.amount
    for n, floor in enumerate(rule.floors):
        yield f"floors[{n}].amount", floor.amount
    if rule.reserve:
        yield "reserve.amount", rule.reserve.amount
    if rule.project_cap is not None:
        yield "project_cap", rule.project_cap
