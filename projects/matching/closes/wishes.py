"""What a round would pay if its pots had no bottom: the wishes that a close divides pots among.

A wish is what the same rule would give at once, so it is asked of the same allocation: formula,
caps and layers have one home. What the claims went through already (conditions, window, caps on the
base, weight, pairing, conversion) is taken out of the rule first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from projects.matching import allocation, rules
from projects.matching.formula import Flat, Rate
from projects.matching.instant.outcomes import Before, Pots, Turn
from projects.matching.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from projects.matching.closes.entrants import Claim, Entrant
    from projects.matching.instant.outcomes import Parts, Step
    from projects.matching.rules import Counted, Rule

BOTTOMLESS = 10**30
NOTHING = Before()

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wished by layer, and why it is nothing or less than the formula gives."""

    parts: Parts
    reason: str | None = None
    steps: tuple[Step, ...] = ()

    @property
    def minor(self) -> int:
        return sum(minor for _, minor in self.parts)


def at_once(rule: Rule) -> Rule:
    """Return the rule that a wish is asked of: the same, but for claims and at once."""
    caps = rule.caps
    if rule.project_cap is not None and _cuts_wishes(rule):
        caps = (*caps, rules.Cap(rules.Scope.PROJECT, rule.project_cap))
    return replace(
        rule,
        window=rules.Window(_FIRST, _LAST, rule.window.zone),
        counts=rules.Counts(),
        eligible=(),
        min_contribution_minor=1,
        base_caps=(),
        weight=None,
        paired=None,
        fx={},
        caps=caps,
        floors=(),
        threshold=None,
        reserve=None,
        allocation=rules.Allocation.INSTANT,
        project_cap=None,
        on_exhaustion=rules.Exhaustion.PARTIAL,
        stacking=replace(rule.stacking, exclusive_with=()),
    )


def _cuts_wishes(rule: Rule) -> bool:
    """Tell whether the cap on a project cuts wishes, as where ranks decide, or what is divided."""
    return rule.allocation is rules.Allocation.RANKED_CLOSE


def of_claims(rule: Rule, claims: Iterable[Claim], *, funded_minor: int) -> dict[str, Wish]:
    """Return the wish of each claim by reference."""
    own = list(claims)
    moneys = [claim.money(rule) for claim in own]
    return _of_money(
        rule, moneys, funded_minor=funded_minor, before=_before(rule, {one.ref: one for one in own})
    )


def _before(rule: Rule, own: Mapping[str, Claim | Entrant]) -> dict[str, Before]:
    """Return by reference what a share of public money is measured on, where the rule has one."""
    if rule.stacking.total_public_share is None:
        return {}
    return {
        ref: Before(public_minor=one.public_minor, given_minor=one.given_minor)
        for ref, one in own.items()
    }


def _of_money(
    rule: Rule,
    moneys: Iterable[Counted],
    *,
    funded_minor: int,
    before: Mapping[str, Before],
) -> dict[str, Wish]:
    """Return the wish of each money, in the rule's currency, as is what was given `before`."""
    if rate := _plain_rate(rule):
        layer = rule.layers[0].id
        return {money.ref: _plain(layer, rate.of(money.amount_minor)) for money in moneys}
    asked = at_once(rule)
    decided = allocation.allocate(
        [Turn(asked, money, before.get(money.ref, NOTHING)) for money in moneys],
        tally=Tally(),
        pots=Pots({layer.id: BOTTOMLESS for layer in rule.layers}, funded_minor),
    )
    return {
        ref: Wish(outcome.parts, outcome.reason, outcome.steps)
        for ref, outcome in decided.outcomes.items()
    }


def of_asked(
    rule: Rule, asked: Mapping[str, tuple[Entrant, int]], *, funded_minor: int
) -> dict[str, Wish]:
    """Return the wish of each project, by reference, from what it asks for in minor units."""
    if len(rule.layers) == 1:
        rule = replace(rule, formula=Flat(Rate(1, 1)), layers=(replace(rule.layers[0], rate=None),))
    return _of_money(
        rule,
        [one.money(rule, ref=ref, minor=minor) for ref, (one, minor) in asked.items()],
        funded_minor=funded_minor,
        before=_before(rule, {ref: one for ref, (one, _) in asked.items()}),
    )


def _plain_rate(rule: Rule) -> Rate | None:
    """Return the one rate that decides alone, if nothing else has a say."""
    layer = rule.layers[0]
    if len(rule.layers) > 1 or rule.caps or layer.rates_by_project:
        return None
    if not isinstance(rule.formula, Flat) or rule.stacking != rules.Stacking():
        return None
    if rule.project_cap is not None and _cuts_wishes(rule):
        return None
    return layer.rate or rule.formula.rate


def _plain(layer: str, minor: int) -> Wish:
    return Wish(((layer, minor),)) if minor else Wish((), "rounds_to_zero")
