"""What the formula gives for a base, layer by layer, before any limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from projects.matching.formula import (
    BandMode,
    Flat,
    Lump,
    Rate,
    Score,
    ShareOfCost,
    TierOn,
    Tiers,
)
from projects.matching.instant.outcomes import total_of
from projects.matching.rules import Unlock
from projects.matching.tally import Key, Measure

if TYPE_CHECKING:
    from projects.matching.instant.outcomes import Parts, Step
    from projects.matching.rules import Counted, Rule
    from projects.matching.tally import Tally


class Ideal(NamedTuple):
    """What a formula gives: by layer, with the steps that say how."""

    parts: Parts
    steps: tuple[Step, ...] = ()
    reason: str | None = None  # Why it is zero, where it is not for rounding.
    is_lump: bool = False  # It goes to the project and matches no contribution.

    @property
    def minor(self) -> int:
        return total_of(self.parts)


def of(rule: Rule, money: Counted, base_minor: int, tally: Tally) -> Ideal:
    """Return what a rule's formula gives for a base, when so much was given and counted before."""
    if lump := lump_of(rule, money):
        return _once(rule, money, lump, tally)
    if len(rule.layers) == 1:
        layer = rule.layers[0]
        rate = layer.rate_for(money.project) or _plain(rule, money)
        if rate is None:
            return _tiered(rule, money, base_minor, tally)
        return Ideal(((layer.id, rate.of(base_minor)),), (_rate_step(layer.id, rate, base_minor),))
    rates = rates_of(rule, money)
    if rates is None:
        return _tiered(rule, money, base_minor, tally)
    return Ideal(
        tuple((layer, rate.of(base_minor)) for layer, rate in rates),
        tuple(_rate_step(layer, rate, base_minor) for layer, rate in rates),
    )


def rates_of(rule: Rule, money: Counted) -> list[tuple[str, Rate]] | None:
    """Return the plain rate of each layer, where the rule has such for this money."""
    rates: list[tuple[str, Rate]] = []
    for layer in rule.layers:
        rate = layer.rate_for(money.project) or _plain(rule, money)
        if rate is None:
            return None
        rates.append((layer.id, rate))
    return rates


def _plain(rule: Rule, money: Counted) -> Rate | None:
    formula = rule.formula
    if isinstance(formula, Flat):
        return formula.rate
    if isinstance(formula, Tiers) and formula.on is TierOn.ATTRIBUTE:
        return formula.rate_for(money.facts.get(str(formula.attribute)))
    return None


def _rate_step(layer: str, rate: Rate, base_minor: int) -> Step:
    minor, rest = divmod(base_minor * rate.numerator, rate.denominator)
    return {
        "step": "rate",
        "layer": layer,
        "rate": [rate.numerator, rate.denominator],
        "minor": minor,
        "rounded_down": rest != 0,
    }


def total_key(rule: Rule, money: Counted) -> Key | None:
    """Return the counter of the total that tiers look at, if they look at one."""
    if not isinstance(rule.formula, Tiers):
        return None
    if rule.formula.on is TierOn.PROJECT_TOTAL:
        return Key(Measure.BASE, "project", money.project)
    if rule.formula.on is TierOn.DONOR_TOTAL and money.donor is not None:
        return Key(Measure.BASE, "donor", money.donor)
    return None


def _tiered(rule: Rule, money: Counted, base_minor: int, tally: Tally) -> Ideal:
    layer, tiers = rule.layers[0].id, rule.formula
    if not isinstance(tiers, Tiers):
        return Ideal(((layer, 0),), reason="no_formula")
    key = total_key(rule, money)
    before = tally[key] if key else 0
    minor = tiered(tiers, before, base_minor)
    band = tiers.band_for(before + base_minor)
    lowest = min((each.first for each in tiers.bands), default=0)
    reason = "below_minimum" if before + base_minor < lowest else "no_formula"
    step: Step = {
        "step": "tiers",
        "on": tiers.on,
        "mode": tiers.mode,
        "before": before,
        "bands": [
            [each.first, each.last, each.rate.numerator, each.rate.denominator]
            for each in tiers.bands
            if each == band
            or (
                tiers.mode is BandMode.MARGINAL
                and _is_hit(each.first, each.last, before, base_minor)
            )
        ],
        "minor": minor,
    }
    is_out = band is None and not minor
    return Ideal(((layer, minor),), (step,), reason if is_out else None)


def _is_hit(first: int, last: int | None, before: int, base_minor: int) -> bool:
    return first <= before + base_minor and (last is None or before < last)


def tiered(tiers: Tiers, before_minor: int, base_minor: int) -> int:
    """Return the match by tiers on a base that comes on top of what was counted before.

    Marginal: the match on the total after it less the match on the total before it, so that the
    order of contributions does not matter for their sum. Slab: all of it at the rate of the band
    that the total after it falls into.
    """
    after = before_minor + base_minor
    if tiers.mode is BandMode.MARGINAL:
        return tiers.across(after) - tiers.across(before_minor)
    band = tiers.band_for(after)
    return band.rate.of(base_minor) if band else 0


def lump_of(rule: Rule, money: Counted) -> tuple[int, Step] | None:
    """Return the amount that a project gets once, in place of a match, if the rule gives one."""
    if rule.threshold is not None and rule.threshold.mode is Unlock.LUMP:
        return rule.threshold.lump_minor, {"step": "lump", "amount": rule.threshold.lump_minor}
    match rule.formula:
        case Lump(amount):
            return amount, {"step": "lump", "amount": amount}
        case ShareOfCost(rate, of):
            share = rate.of(_whole(money.facts.get(of)))
            pair: list[int] = [rate.numerator, rate.denominator]
            return share, {"step": "share_of_cost", "cost": money.facts.get(of), "rate": [*pair]}
        case Score(asked):
            share = _whole(money.facts.get(asked))
            return share, {"step": "score", "asked": share}
        case _:
            return None


def is_lump(rule: Rule) -> bool:
    """Tell whether a project gets one amount in place of a match on each contribution."""
    if rule.threshold is not None and rule.threshold.mode is Unlock.LUMP:
        return True
    return isinstance(rule.formula, Lump | ShareOfCost | Score)


def lump_key(money: Counted) -> Key:
    return Key(Measure.MATCHED, "lump", money.project)


def _once(rule: Rule, money: Counted, lump: tuple[int, Step], tally: Tally) -> Ideal:
    amount, step = lump
    left = max(0, amount - tally[lump_key(money)])
    step = {**step, "minor": left}
    return Ideal(
        ((rule.layers[0].id, left),), (step,), None if left else "cap_project", is_lump=True
    )


def _whole(fact: object) -> int:
    return fact if isinstance(fact, int) else 0
