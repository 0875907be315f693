"""Pro rata: every claim gets the same part of what it would have got at once.

Where the pot does for all wishes, everybody gets the wish. Where it does not, the pot is divided in
proportion to the wishes, never by a ratio that was rounded first; the last units go by largest
remainder, ties to the earlier claim. Joint layers pay in step: the one that is shortest sets the
part that all of them pay.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from payments.splitting import largest_remainder
from projects.matching.closes import limits, wishes
from projects.matching.closes.dividing import Floor, Limit, Terms, divide
from projects.matching.closes.entrants import Awarded, short_of_pot
from projects.matching.rules import Coupling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from projects.matching.closes.dividing import Divided
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
    asked = wishes.of_money(
        rule, [claim.money(rule) for claim in claims], funded_minor=pots.funded_minor
    )
    wished = [asked[claim.ref] for claim in claims]
    by_layer, divided = _divided(rule, entrants, wished, claims, pots)
    reasons: dict[str, str] = {}
    for place, (claim, wish) in enumerate(zip(claims, wished, strict=True)):
        reason = divided.reasons.get(place) or wish.reason
        if divided.parts[place] < wish.minor:
            reason = divided.reasons.get(place) or short_of_pot(rule)
        if reason:
            reasons[claim.ref] = reason
    awarded = _awarded(rule, entrants, claims, by_layer, reasons)
    awarded.facts.update(
        pot=sum(pots.left.values()),
        wished=sum(wish.minor for wish in wished),
        unit=1,
        is_short=divided.is_short,
    )
    return awarded, divided.parts, reasons


def _divided(
    rule: Rule,
    entrants: Sequence[Entrant],
    wished: Sequence[Wish],
    claims: Sequence[Claim],
    pots: Pots,
) -> tuple[dict[str, list[int]], Divided]:
    """Return what each claim gets of each layer, and of all together."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, claim in enumerate(claims):
        places[claim.project].append(place)
    own = [tuple(places[one.project]) for one in entrants]
    funded = pots.funded_minor
    floors = [
        Floor(own[floor.places[0]], floor.minor)
        for floor in limits.floors(rule, entrants, funded_minor=funded)
    ]
    if len(rule.layers) == 1:
        capped = [
            Limit(own[limit.places[0]], limit.room_minor, limit.reason)
            for limit in limits.of_project_cap(rule, entrants, funded_minor=funded)
        ]
        layer = rule.layers[0].id
        terms = Terms(limits=capped, floors=floors, refill=rule.fill)
        divided = divide(pots.left[layer], [wish.minor for wish in wished], terms)
        return {layer: divided.parts}, divided
    by_layer = _in_step(rule, wished, pots)
    totals = [sum(parts) for parts in zip(*by_layer.values(), strict=True)]
    divided = divide(sum(totals), totals, Terms(floors=floors, refill=False))
    divided.is_short = sum(totals) < sum(wish.minor for wish in wished)
    for place in divided.reasons:
        for parts in by_layer.values():
            parts[place] = 0
    return by_layer, divided


def _in_step(rule: Rule, wished: Sequence[Wish], pots: Pots) -> dict[str, list[int]]:
    """Return what several layers pay for each claim."""
    asked = {
        layer.id: [dict(wish.parts).get(layer.id, 0) for wish in wished] for layer in rule.layers
    }
    sums = {layer: sum(own) for layer, own in asked.items()}
    room, whole = 1, 1  # The part of its wishes that the shortest layer can pay.
    if rule.coupling is Coupling.JOINT:
        for layer, wish in sums.items():
            if pots.left[layer] * whole < room * wish:
                room, whole = pots.left[layer], wish
    return {
        layer: largest_remainder(min(sums[layer] * room // whole, pots.left[layer]), own)
        if sums[layer]
        else own
        for layer, own in asked.items()
    }


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
