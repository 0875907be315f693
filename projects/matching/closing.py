"""Sharing out a programme's pots at the close among all that was claimed in its window.

Four ways, all of them exact: in proportion to what each claim would have got at once (pro rata), in
proportion to what each project counted (share), by quadratic funding, or project by project in the
order of their scores (ranked). The result is a function of the rule, the claims and the pots. It
does not depend on the order of rows: contributions come by (settled_at, ref), projects by id.

A reserve ends with the window: at the close the whole pot is there for everybody.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING

from payments.splitting import largest_remainder
from projects.matching.closes import prorata, ranking, sharing
from projects.matching.closes.entrants import added_up, entrants, let_in, unlocked
from projects.matching.rules import Allocation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from projects.matching.closes.entrants import Awarded, Claim, Entrant
    from projects.matching.instant.outcomes import Json, Parts, Pots, Step
    from projects.matching.rules import Fact, Rule


ORDER = attrgetter("settled_at", "ref")

LOCKED = "threshold_not_reached"


@dataclass(frozen=True, slots=True)
class Closed:
    """What one round gives to projects, and of that to contributions, and why."""

    by_project: Mapping[str, Parts]
    by_claim: Sequence[tuple[str, int]]  # Reference and minor units, by (settled_at, ref).
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
    ordered = sorted(claims, key=ORDER)
    taking_part = unlocked(rule, ordered, facts)
    facts = let_in(rule, taking_part, facts)
    sums = added_up(taking_part)
    entered = entrants(taking_part, facts, sums)
    match rule.allocation:
        case Allocation.PRORATA_CLOSE:
            awarded, minors, reasons = prorata.close(rule, entered, pots=pots, claims=taking_part)
        case Allocation.RANKED_CLOSE:
            awarded = ranking.close(rule, entered, pots=pots, claims=taking_part)
            minors, reasons = _to_claims(awarded, taking_part)
        case _:
            ideals = sharing.ideals_of(rule, sums)
            awarded = sharing.close(rule, entered, pots=pots, ideals=ideals)
            minors, reasons = _to_claims(awarded, taking_part)
    closed = Closed(
        by_project=awarded.parts,
        by_claim=[(claim.ref, minor) for claim, minor in zip(taking_part, minors, strict=True)],
        reasons=reasons,
        project_reasons=awarded.reasons,
        steps=awarded.steps,
        facts=awarded.facts,
    )
    return closed if len(taking_part) == len(ordered) else _with_locked(closed, ordered)


def close_added_up(
    rule: Rule,
    entered: Sequence[Entrant],
    claims: Iterable[tuple[str, Sequence[str], Sequence[int]]],
    *,
    pots: Pots,
    ideals: Mapping[str, int] | None,
) -> Closed:
    """Share out by share or linear quadratic funding what the database has added up.

    The same as `close`, but for the order of `by_claim`, without a value for each claim: `entered`
    are the projects by id, `ideals` theirs in thousandths, and `claims` holds for each project the
    references of its claims and what they count for, both by (settled_at, ref).
    """
    awarded = sharing.close(rule, entered, pots=pots, ideals=ideals)
    by_claim: list[tuple[str, int]] = []
    reasons: dict[str, str] = {}
    for project, refs, bases in claims:
        minors = shares(sum(minor for _, minor in awarded.parts[project]), bases)
        by_claim.extend(zip(refs, minors, strict=True))
        reason = awarded.reasons.get(project)
        reasons |= {
            ref: reason or "rounds_to_zero"
            for ref, minor in zip(refs, minors, strict=True)
            if reason or not minor
        }
    return Closed(
        by_project=awarded.parts,
        by_claim=by_claim,
        reasons=reasons,
        project_reasons=awarded.reasons,
        steps=awarded.steps,
        facts=awarded.facts,
    )


def _with_locked(closed: Closed, ordered: Sequence[Claim]) -> Closed:
    """Add the claims that a threshold kept out, and the projects that have no others."""
    given = dict(closed.by_claim)
    locked = [claim for claim in ordered if claim.ref not in given]
    without = sorted({claim.project for claim in locked} - set(closed.by_project))
    return replace(
        closed,
        by_project={**closed.by_project, **dict.fromkeys(without, ())},
        by_claim=[(claim.ref, given.get(claim.ref, 0)) for claim in ordered],
        reasons={**closed.reasons, **dict.fromkeys((claim.ref for claim in locked), LOCKED)},
        project_reasons={**closed.project_reasons, **dict.fromkeys(without, LOCKED)},
    )


def shares(minor: int, bases: Sequence[int]) -> list[int]:
    """Split a project's match over its claims in proportion to what they count, ties in order."""
    return largest_remainder(minor, bases) if minor else [0] * len(bases)


def _to_claims(awarded: Awarded, claims: Sequence[Claim]) -> tuple[list[int], dict[str, str]]:
    """Return what each claim gets of its project's match, and why a claim gets nothing or less."""
    bases = defaultdict[str, list[int]](list)
    for claim in claims:
        bases[claim.project].append(claim.base_minor)
    turns = {
        project: iter(shares(sum(minor for _, minor in awarded.parts[project]), own))
        for project, own in bases.items()
    }
    minors = [next(turns[claim.project]) for claim in claims]
    reasons = {
        claim.ref: awarded.reasons.get(claim.project, "rounds_to_zero")
        for claim, minor in zip(claims, minors, strict=True)
        if not minor or claim.project in awarded.reasons
    }
    return minors, reasons
