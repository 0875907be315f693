"""A ranked round: the best first, until the pots are empty.

A project that the pots can no longer serve in full is passed over, or gets what is left where the
rule fills in part; a smaller one after it that still fits is served. A project wishes for what the
formula gives on the money counted for it, for what it asks, or for the prize of its place.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from projects.matching.closes import limits, wishes
from projects.matching.closes.entrants import Awarded, short_of_pot
from projects.matching.closes.wishes import Wish
from projects.matching.formula import Nothing, Score
from projects.matching.rules import Coupling

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from projects.matching.closes.entrants import Claim, Entrant
    from projects.matching.instant.outcomes import Parts, Pots, Step
    from projects.matching.rules import Fact, Rule

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Standing:
    """A project in a ranked round: its place from one, or why it has none."""

    entrant: Entrant
    score: int | None
    place: int | None = None
    reason: str | None = None


def close(
    rule: Rule, entrants: Sequence[Entrant], *, pots: Pots, claims: Iterable[Claim]
) -> Awarded:
    """Deal out what the pots have left to projects in order of rank."""
    standings = ranked(rule, entrants)
    placed = [one.entrant for one in standings if one.place]
    wished = _wished(rule, placed, claims, pots.funded_minor)
    least = {
        placed[floor.places[0]].project: floor.minor
        for floor in limits.floors(rule, placed, funded_minor=pots.funded_minor)
    }
    left = dict(pots.left)
    parts: dict[str, Parts] = {}
    reasons: dict[str, str] = {}
    steps: dict[str, tuple[Step, ...]] = {}
    for one in standings:
        project = one.entrant.project
        wish = wished.get(project, Wish((), one.reason))
        parts[project], reason = dealt(rule, wish, left, floor_minor=least.get(project, 0))
        for layer, minor in parts[project]:
            left[layer] -= minor
        if reason:
            reasons[project] = reason
        steps[project] = _steps(one, wish, sum(minor for _, minor in parts[project]), reason)
    return Awarded(
        parts=parts,
        reasons=reasons,
        steps=steps,
        facts={
            "pot": sum(pots.left.values()),
            "wished": sum(wish.minor for wish in wished.values()),
            "unit": 1,
            "ranking": [[one.entrant.project, one.score] for one in standings if one.place],
        },
    )


def ranked(rule: Rule, entrants: Iterable[Entrant]) -> list[Standing]:
    """Return the standing of each project, the best first, those without a place last.

    An order put by hand wins over scores; a project that it does not name has no place. Of equal
    scores the smaller id comes first, or the project whose first counted money settled first.
    """
    by_hand = {project: n for n, project in enumerate(rule.ranking.order)}
    standings = [_standing(rule, one) for one in entrants]

    def turn(one: Standing) -> tuple[int, int, datetime, str, str]:
        by_time = rule.ranking.tie == "earliest"
        return (
            by_hand.get(one.entrant.project, 0),
            -(one.score or 0),
            (one.entrant.first_at or NEVER) if by_time else NEVER,
            one.entrant.first_ref if by_time else "",
            one.entrant.project,
        )

    placed = sorted((one for one in standings if one.reason is None), key=turn)
    return [
        *(Standing(one.entrant, one.score, place) for place, one in enumerate(placed, start=1)),
        *(one for one in standings if one.reason is not None),
    ]


def _standing(rule: Rule, entrant: Entrant) -> Standing:
    terms, score = rule.ranking, _whole(entrant.facts.get(rule.ranking.by))
    reason = None
    if terms.order and entrant.project not in terms.order:
        reason = "not_ranked"
    elif score is None and (not terms.order or terms.min_score is not None):
        reason = f"not_eligible:{terms.by}"
    elif terms.min_score is not None and (score or 0) < terms.min_score:
        reason = "below_min_score"
    return Standing(entrant, score, reason=reason)


def _whole(fact: Fact) -> int | None:
    return fact if isinstance(fact, int) and not isinstance(fact, bool) else None


def _wished(
    rule: Rule, placed: Sequence[Entrant], claims: Iterable[Claim], funded_minor: int
) -> dict[str, Wish]:
    """Return what each project with a place wishes for."""
    if rule.ranking.awards:
        prizes = dict(zip((one.project for one in placed), rule.ranking.awards, strict=False))
        return _asked(rule, placed, prizes, funded_minor, otherwise="not_ranked")
    if isinstance(rule.formula, Nothing):
        return {one.project: Wish((), "no_formula") for one in placed}
    if isinstance(rule.formula, Score):
        field = rule.formula.asked
        sums = {one.project: _whole(one.facts.get(field)) or 0 for one in placed}
        return _asked(rule, placed, sums, funded_minor, otherwise=f"not_eligible:{field}")
    return _by_money(rule, placed, claims, funded_minor)


def _asked(
    rule: Rule,
    placed: Sequence[Entrant],
    sums: Mapping[str, int],
    funded_minor: int,
    *,
    otherwise: str,
) -> dict[str, Wish]:
    """Return wishes for plain sums, in order of rank; `otherwise` says why there is no sum."""
    refs = {f"{place:09}": one for place, one in enumerate(placed) if sums.get(one.project, 0) > 0}
    found = wishes.of_asked(
        rule,
        {ref: (one, sums[one.project]) for ref, one in refs.items()},
        funded_minor=funded_minor,
    )
    given = {one.project: found[ref] for ref, one in refs.items()}
    return {one.project: given.get(one.project, Wish((), otherwise)) for one in placed}


def _by_money(
    rule: Rule, placed: Sequence[Entrant], claims: Iterable[Claim], funded_minor: int
) -> dict[str, Wish]:
    """Return for each project the sum of the wishes of its claims, and the last reason of one."""
    taking_part = {one.project for one in placed}
    own = [claim for claim in claims if claim.project in taking_part]
    found = wishes.of_claims(rule, own, funded_minor=funded_minor)
    sums = {one.project: Counter[str]() for one in placed}
    reasons: dict[str, str | None] = dict.fromkeys(sums, "rounds_to_zero")
    for claim in own:
        wish = found[claim.ref]
        sums[claim.project].update(dict(wish.parts))
        reasons[claim.project] = wish.reason
    order = [layer.id for layer in rule.layers]
    return {
        project: Wish(
            tuple((layer, by_layer[layer]) for layer in order if by_layer[layer]), reasons[project]
        )
        for project, by_layer in sums.items()
    }


def dealt(
    rule: Rule, wish: Wish, left: Mapping[str, int], *, floor_minor: int
) -> tuple[Parts, str | None]:
    """Return what one project gets of what each layer has left, and why it is less than wished."""
    if all(minor <= left[layer] for layer, minor in wish.parts):
        is_small = 0 < wish.minor < floor_minor
        return ((), "below_floor") if is_small else (wish.parts, wish.reason)
    short = short_of_pot(rule, _short(rule, wish.parts, left))
    parts = _what_is_left(rule, wish.parts, left)
    if parts and sum(minor for _, minor in parts) >= floor_minor:
        return parts, short
    return (), short if short == "next_call" else "not_ranked"


def _short(rule: Rule, wish: Parts, left: Mapping[str, int]) -> tuple[str, ...]:
    """Return the layers that have less left than is wished; of joint ones the shortest."""
    short = [(layer, minor) for layer, minor in wish if minor > left[layer]]
    if rule.coupling is Coupling.JOINT and short:
        short = [min(short, key=lambda each: Fraction(left[each[0]], each[1]))]
    return tuple(layer for layer, _ in short)


def _what_is_left(rule: Rule, wish: Parts, left: Mapping[str, int]) -> Parts:
    """Return what is left for a wish that does not fit; joint layers pay the same share of it."""
    if not rule.ranking.partial_fill:
        return ()
    if rule.coupling is Coupling.INDEPENDENT:
        return _above_zero((layer, min(minor, left[layer])) for layer, minor in wish)
    room, asked = 1, 1
    for layer, minor in wish:
        if left[layer] * asked < room * minor:
            room, asked = left[layer], minor
    return _above_zero((layer, minor * room // asked) for layer, minor in wish)


def _above_zero(parts: Iterable[tuple[str, int]]) -> Parts:
    return tuple((layer, minor) for layer, minor in parts if minor)


def _steps(one: Standing, wish: Wish, minor: int, reason: str | None) -> tuple[Step, ...]:
    return (
        {"step": "counted", "minor": one.entrant.counted_minor, "givers": one.entrant.givers},
        {"step": "rank", "score": one.score, "place": one.place},
        {"step": "wish", "minor": wish.minor},
        {"step": "match", "minor": minor, "reason": reason},
    )
