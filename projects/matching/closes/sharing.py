"""Dividing the pot among projects: by what each counted, or by quadratic funding.

By shares the whole pot is paid out. By quadratic funding each project gets its ideal match, rounded
down; where the ideals together are more than the pot, the pot is divided in proportion to them and
paid to the last unit. Ties go to the smaller project id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.splitting import largest_remainder
from projects.matching.closes import limits, pairwise, quadratic
from projects.matching.closes.dividing import Terms, divide
from projects.matching.closes.entrants import Awarded, short_of_pot
from projects.matching.closes.quadratic import THOUSANDTHS
from projects.matching.formula import Quadratic, QuadraticVariant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projects.matching.closes.entrants import Entrant
    from projects.matching.closes.quadratic import Giver
    from projects.matching.instant.outcomes import Parts, Pots, Step
    from projects.matching.rules import Rule

    Steps = tuple[Step, ...]


def ideals_of(rule: Rule, sums: Mapping[str, Mapping[Giver, int]]) -> dict[str, int] | None:
    """Return the ideals of quadratic funding by project, in thousandths; None by shares.

    `sums` holds what each giver's claims for each project count in all.

    Raises:
        TooMuchMoney: Pairwise funding of amounts that fixed point cannot carry.
    """
    if not isinstance(rule.formula, Quadratic):
        return None
    if rule.formula.variant is QuadraticVariant.PAIRWISE:
        return pairwise.ideals(sums, m_minor=rule.formula.pairwise_m)
    found = quadratic.ideals({project: given.values() for project, given in sums.items()})
    return {project: varied(rule.formula, ideal) for project, ideal in found.items()}


def varied(formula: Quadratic, ideal: int) -> int:
    """Return a linear ideal as the variant alpha pays it; others leave it as it is."""
    if formula.variant is QuadraticVariant.ALPHA:
        return quadratic.damped(ideal, formula.alpha)
    return ideal


def close(
    rule: Rule, entrants: Sequence[Entrant], *, pots: Pots, ideals: Mapping[str, int] | None
) -> Awarded:
    """Divide what the pots have left among projects, which come by id.

    `ideals` are in thousandths of a minor unit; None divides by what each project counted.
    """
    pot, is_quadratic = sum(pots.left.values()), ideals is not None
    wishes = [
        one.counted_minor if ideals is None else ideals.get(one.project, 0) for one in entrants
    ]
    terms = Terms(
        unit=THOUSANDTHS if is_quadratic else None,
        limits=limits.of_projects(rule, entrants, funded_minor=pots.funded_minor),
        floors=limits.floors(rule, entrants, funded_minor=pots.funded_minor),
        refill=rule.fill,
    )
    divided = divide(pot, wishes, terms)
    parts = by_layer(divided.parts, pots)
    reasons: dict[str, str] = {}
    steps: dict[str, Steps] = {}
    for place, (one, wish) in enumerate(zip(entrants, wishes, strict=True)):
        minor = divided.parts[place]
        reason = divided.reasons.get(place) or _reason(
            rule, one, minor, wish // THOUSANDTHS if is_quadratic else 0
        )
        if reason:
            reasons[one.project] = reason
        steps[one.project] = _steps(one, minor, reason, wish if is_quadratic else None)
    return Awarded(
        parts={one.project: part for one, part in zip(entrants, parts, strict=True)},
        reasons=reasons,
        steps=steps,
        facts={
            "pot": pot,
            "wished": sum(wishes),
            "unit": THOUSANDTHS if is_quadratic else 1,
            "is_short": divided.is_short,
        },
    )


def _reason(rule: Rule, one: Entrant, minor: int, wish_minor: int) -> str | None:
    """Return why no limit but something else made a match nothing, or less than its ideal."""
    if minor < wish_minor:
        return short_of_pot(rule)
    if minor:
        return None
    is_lonely = isinstance(rule.formula, Quadratic) and one.givers == 1
    return "single_giver" if is_lonely else "rounds_to_zero"


def _steps(one: Entrant, minor: int, reason: str | None, ideal: int | None) -> Steps:
    steps: list[Step] = [{"step": "counted", "minor": one.counted_minor, "givers": one.givers}]
    if ideal is not None:
        steps.append({"step": "ideal", "thousandths": ideal})
    steps.append({"step": "match", "minor": minor, "reason": reason})
    return tuple(steps)


def by_layer(minors: Sequence[int], pots: Pots) -> list[Parts]:
    """Split what each project gets over the layers, in proportion to what their pots have.

    Each split is made in proportion to what the layers still owe, so no pot gives more than it has
    and together they give exactly the whole.
    """
    layers = sorted(pots.left)
    if len(layers) == 1:
        return [((layers[0], minor),) if minor else () for minor in minors]
    if not sum(minors):
        return [()] * len(minors)
    owed = largest_remainder(sum(minors), [pots.left[layer] for layer in layers])
    found: list[Parts] = []
    for minor in minors:
        split = largest_remainder(minor, owed) if minor else [0] * len(layers)
        owed = [whole - part for whole, part in zip(owed, split, strict=True)]
        found.append(tuple((at, part) for at, part in zip(layers, split, strict=True) if part))
    return found
