"""Sharing out a programme's pots at the close among all that was claimed in its window.

Four ways, all of them exact: in proportion to what each claim would have got at once (pro rata), in
proportion to what each project counted (share), by quadratic funding, or project by project in the
order of their scores (ranked). The result is a function of the rule, the claims and the pots. It
does not depend on the order of rows: contributions come by (settled_at, ref), projects by id.

A reserve ends with the window: at the close the whole pot is there for everybody.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from payments.splitting import largest_remainder
from projects.matching import prorata, ranking, sharing
from projects.matching.entrants import entrants, unlocked
from projects.matching.rules import Allocation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from projects.matching.entrants import Awarded, Claim
    from projects.matching.outcomes import Json, Parts, Pots, Step
    from projects.matching.rules import Fact, Rule


@dataclass(frozen=True, slots=True)
class Closed:
    """What one round gives to projects, and of that to contributions, and why."""

    by_project: Mapping[str, Parts]
    by_claim: Sequence[tuple[str, int]]  # All claims by (settled_at, ref): reference, minor units.
    reasons: Mapping[str, str]  # By reference, where a claim gets nothing or less than the formula.
    project_reasons: Mapping[str, str]
    steps: Mapping[str, tuple[Step, ...]]  # By project.
    facts: Mapping[str, Json]  # How the round was worked out.


def close(
    rule: Rule,
    claims: Iterable[Claim],
    *,
    pots: Pots,
    projects: Mapping[str, Mapping[str, Fact]] | None = None,
) -> Closed:
    """Share out what the pots have left among claims, each of which counts for more than nothing.

    `projects` holds facts as they are at the close, such as a committee's score, over those of the
    claims; a project that nobody gave to takes part by being in it.

    Raises:
        TooMuchMoney: Pairwise funding of amounts that fixed point cannot carry.
    """
    facts = projects or {}
    ordered = sorted(claims, key=lambda claim: claim.order)
    taking_part = unlocked(rule, ordered, facts)
    entered = entrants(taking_part, facts)
    match rule.allocation:
        case Allocation.PRORATA_CLOSE:
            awarded, minors, reasons = prorata.close(rule, entered, pots=pots, claims=taking_part)
        case Allocation.RANKED_CLOSE:
            awarded = ranking.close(rule, entered, pots=pots, claims=taking_part)
            minors, reasons = _to_claims(awarded, taking_part)
        case _:
            ideals = sharing.ideals_of(rule, taking_part)
            awarded = sharing.close(rule, entered, pots=pots, ideals=ideals)
            minors, reasons = _to_claims(awarded, taking_part)
    given = {claim.ref: minor for claim, minor in zip(taking_part, minors, strict=True)}
    locked = {claim.ref: claim for claim in ordered if claim.ref not in given}
    without = {claim.project for claim in locked.values()} - set(awarded.parts)
    return Closed(
        by_project={**awarded.parts, **dict.fromkeys(sorted(without), ())},
        by_claim=[(claim.ref, given.get(claim.ref, 0)) for claim in ordered],
        reasons={**reasons, **dict.fromkeys(locked, "threshold_not_reached")},
        project_reasons={
            **awarded.reasons,
            **dict.fromkeys(sorted(without), "threshold_not_reached"),
        },
        steps=awarded.steps,
        facts=awarded.facts,
    )


def shares(minor: int, bases: Sequence[int]) -> list[int]:
    """Split a project's match over its claims in proportion to what they count, ties in order."""
    return largest_remainder(minor, bases) if minor else [0] * len(bases)


def _to_claims(awarded: Awarded, claims: Sequence[Claim]) -> tuple[list[int], dict[str, str]]:
    """Return what each claim gets of its project's match, and why a claim gets nothing or less."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, claim in enumerate(claims):
        places[claim.project].append(place)
    minors = [0] * len(claims)
    reasons: dict[str, str] = {}
    for project, own in places.items():
        whole = sum(minor for _, minor in awarded.parts[project])
        reason = awarded.reasons.get(project)
        for place, minor in zip(
            own, shares(whole, [claims[place].base_minor for place in own]), strict=True
        ):
            minors[place] = minor
            if why := reason or (None if minor else "rounds_to_zero"):
                reasons[claims[place].ref] = why
    return minors, reasons
