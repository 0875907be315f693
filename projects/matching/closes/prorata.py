"""Pro rata: every claim gets the same part of what it would have got at once.

Where the pot does for all wishes, everybody gets the wish. Where it does not, the pot is divided in
proportion to the wishes, never by a ratio that was rounded first; the last units go by largest
remainder, ties to the earlier claim. Joint layers pay in step: the one that is shortest sets the
part that all of them pay.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from projects.matching.closes import in_layers, limits, wishes
from projects.matching.closes.dividing import Floor, Limit, Terms, divide
from projects.matching.closes.entrants import Awarded, short_of_pot
from projects.matching.closes.in_layers import Paid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projects.matching.closes.entrants import Claim, Entrant
    from projects.matching.closes.wishes import Wish
    from projects.matching.instant.outcomes import Parts, Pots
    from projects.matching.rules import Rule


def close(
    rule: Rule, entrants: Sequence[Entrant], *, pots: Pots, claims: Sequence[Claim]
) -> tuple[Awarded, list[int], dict[str, str]]:
    """Divide what the pots have left among claims, which come in order.

    Returns what projects get, what each claim gets, and why a claim gets less than the formula.
    """
    asked = wishes.of_claims(rule, claims, funded_minor=pots.funded_minor)
    wished = [asked[claim.ref] for claim in claims]
    paid = _paid(rule, entrants, wished, claims, pots)
    divided = paid.divided
    reasons: dict[str, str] = {}
    for place, (claim, wish) in enumerate(zip(claims, wished, strict=True)):
        reason = divided.reasons.get(place) or wish.reason
        if divided.parts[place] < wish.minor:
            reason = divided.reasons.get(place) or short_of_pot(rule, paid.short)
        if reason:
            reasons[claim.ref] = reason
    awarded = _awarded(rule, entrants, claims, paid.by_layer, reasons)
    awarded.facts.update(
        pot=sum(pots.left.values()),
        wished=sum(wish.minor for wish in wished),
        unit=1,
        is_short=divided.is_short,
    )
    return awarded, divided.parts, reasons


def _paid(
    rule: Rule,
    entrants: Sequence[Entrant],
    wished: Sequence[Wish],
    claims: Sequence[Claim],
    pots: Pots,
) -> Paid:
    """Return what each claim gets of each layer, and of all together."""
    terms = _terms(rule, entrants, claims, pots.funded_minor)
    if len(rule.layers) == 1:
        layer = rule.layers[0].id
        divided = divide(pots.left[layer], [wish.minor for wish in wished], terms)
        return Paid({layer: divided.parts}, divided, (layer,) * divided.is_short)
    by_layer = {
        layer.id: [dict(wish.parts).get(layer.id, 0) for wish in wished] for layer in rule.layers
    }
    return in_layers.divide(in_layers.Asked(by_layer, pots.left, rule.coupling), terms)


def _terms(
    rule: Rule, entrants: Sequence[Entrant], claims: Sequence[Claim], funded_minor: int
) -> Terms:
    """Return the limits and floors of projects as such of all their claims together."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, claim in enumerate(claims):
        places[claim.project].append(place)
    own = [tuple(places[one.project]) for one in entrants]
    return Terms(
        limits=[
            Limit(own[limit.places[0]], limit.room_minor, limit.reason)
            for limit in limits.of_project_cap(rule, entrants, funded_minor=funded_minor)
        ],
        floors=[
            Floor(own[floor.places[0]], floor.minor)
            for floor in limits.floors(rule, entrants, funded_minor=funded_minor)
        ],
        refill=rule.fill,
    )


def _awarded(
    rule: Rule,
    entrants: Sequence[Entrant],
    claims: Sequence[Claim],
    by_layer: Mapping[str, Sequence[int]],
    reasons: Mapping[str, str],
) -> Awarded:
    """Return the sums of claims by project; a project shares the reason of its last claim."""
    sums = {one.project: Counter[str]() for one in entrants}
    why: dict[str, str] = {}
    for layer, parts in by_layer.items():
        for claim, part in zip(claims, parts, strict=True):
            sums[claim.project][layer] += part
    for claim in claims:
        if claim.ref in reasons:
            why[claim.project] = reasons[claim.ref]
    return Awarded(
        parts={project: _parts(rule, by) for project, by in sums.items()},
        reasons=why,
        steps={
            one.project: (
                {"step": "counted", "minor": one.counted_minor, "givers": one.givers},
                {"step": "match", "minor": sums[one.project].total(), "reason": None},
            )
            for one in entrants
        },
        facts={},
    )


def _parts(rule: Rule, by_layer: Counter[str]) -> Parts:
    return tuple((layer.id, by_layer[layer.id]) for layer in rule.layers if by_layer[layer.id])
