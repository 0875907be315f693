"""Who takes part in a round: claims, and the projects they were made for.

A claim is what one contribution counts for, after conversion, caps on the base, weight and pairing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from projects.matching.closes import quadratic
from projects.matching.closes.quadratic import Giver
from projects.matching.instant import layers
from projects.matching.rules import Counted, Exhaustion, Metric, Unlock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from projects.matching.instant.outcomes import Json, Parts, Step
    from projects.matching.rules import Fact, Rule, Threshold


SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """What one contribution counts for, in minor units of the programme's currency."""

    ref: str
    project: str
    donor: str | None  # None: a giver nobody knows, and so one of his own.
    base_minor: int
    settled_at: datetime
    facts: Mapping[str, Fact] = field(default_factory=dict)  # What caps, scores and tiers ask for.
    public_minor: int = 0  # The match of other programmes, where their share is limited.
    given_minor: int = 0  # What remains of the money itself, where that share is limited.

    @property
    def giver(self) -> Giver:
        return (self.ref,) if self.donor is None else self.donor

    def money(self, rule: Rule) -> Counted:
        return Counted(
            ref=self.ref,
            amount_minor=self.base_minor,
            currency=rule.currency,
            settled_at=self.settled_at,
            donor=self.donor,
            project=self.project,
            facts=self.facts,
        )


@dataclass(frozen=True, slots=True)
class Entrant:
    """One project of a round: what was counted for it, and the facts that decide about it."""

    project: str
    counted_minor: int
    givers: int  # Distinct ones; each giver nobody knows is one.
    first_at: datetime | None  # When its first claim settled; None where nobody gave.
    first_ref: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    public_minor: int = 0  # The match of other programmes, where their share is limited.
    given_minor: int = 0  # What remains of the money itself, where that share is limited.

    def money(self, rule: Rule, *, ref: str = "", minor: int = 0) -> Counted:
        """Return an amount as money for this project in the last second of the window."""
        return Counted(
            ref=ref or self.project,
            amount_minor=minor,
            currency=rule.currency,
            settled_at=last_second(rule),
            donor=None,
            project=self.project,
            facts=self.facts,
        )


@dataclass(frozen=True, slots=True)
class Awarded:
    """What a round gives to each project, and why it is nothing or less than it might be."""

    parts: dict[str, Parts]
    reasons: dict[str, str]
    steps: dict[str, tuple[Step, ...]]
    facts: dict[str, Json]  # How the round was worked out.


def short_of_pot(rule: Rule, short: Sequence[str] = ()) -> str:
    """Return the reason code of what only the pot, or the layers that are short, did not allow."""
    if rule.on_exhaustion is Exhaustion.NEXT_CALL:
        return "next_call"
    return layers.reason_of(rule, short)


def last_second(rule: Rule) -> datetime:
    """Return the moment as of which a close asks for dated amounts."""
    return rule.window.closes_at.replace(microsecond=0) - SECOND


def added_up(claims: Iterable[Claim]) -> dict[str, dict[Giver, int]]:
    """Return what each giver's claims for each project count in all, in minor units."""
    return quadratic.added_up(
        (claim.project, (claim.ref,) if claim.donor is None else claim.donor, claim.base_minor)
        for claim in claims
    )


def entrants(
    claims: Sequence[Claim],
    projects: Mapping[str, Mapping[str, Fact]],
    sums: Mapping[str, Mapping[Giver, int]] | None = None,
) -> list[Entrant]:
    """Return the projects of claims in order of settlement, by id.

    `projects` holds facts of projects as they are at the close, over those of their first claim; a
    project that nobody gave to takes part by being in it. `sums` are the claims, added up.
    """
    given = added_up(claims) if sums is None else sums
    firsts = {claim.project: claim for claim in reversed(claims)}
    public, really = Counter[str](), Counter[str]()
    for claim in claims:
        public[claim.project] += claim.public_minor
        really[claim.project] += claim.given_minor
    found: list[Entrant] = []
    for project in sorted({*firsts, *projects}):
        first, by_giver = firsts.get(project), given.get(project, {})
        found.append(
            Entrant(
                project=project,
                counted_minor=sum(by_giver.values()),
                givers=len(by_giver),
                first_at=first.settled_at if first else None,
                first_ref=first.ref if first else "",
                facts={**(first.facts if first else {}), **projects.get(project, {})},
                public_minor=public[project],
                given_minor=really[project],
            )
        )
    return found


def has_reached(
    threshold: Threshold, *, counted_minor: int, givers: int, facts: Mapping[str, Fact]
) -> bool:
    """Tell whether a project has what it must have before it is matched at all."""
    match threshold.metric:
        case Metric.DONORS:
            return givers >= threshold.at
        case Metric.RAISED:
            return counted_minor >= threshold.at
        case Metric.PCT:
            goal = facts.get("project.goal")
            if not isinstance(goal, int) or isinstance(goal, bool) or goal <= 0:
                return False
            return counted_minor * 100 // goal >= threshold.at


def unlocked(
    rule: Rule, claims: Sequence[Claim], projects: Mapping[str, Mapping[str, Fact]]
) -> list[Claim]:
    """Return the claims, in order, that a threshold lets take part.

    A retroactive one lets in all claims of a project that reached it; a forward one those from the
    crossing claim on.
    """
    threshold = rule.threshold
    if threshold is None:
        return list(claims)
    counted, givers = Counter[str](), defaultdict[str, set[Giver]](set)
    crossed, kept = set[str](), list[Claim]()
    for claim in claims:
        project = claim.project
        counted[project] += claim.base_minor
        givers[project].add(claim.giver)
        if project in crossed or has_reached(
            threshold,
            counted_minor=counted[project],
            givers=len(givers[project]),
            facts={**claim.facts, **projects.get(project, {})},
        ):
            crossed.add(project)
            kept.append(claim)
    if threshold.mode is Unlock.FORWARD:
        return kept
    return [claim for claim in claims if claim.project in crossed]


def let_in(
    rule: Rule, claims: Sequence[Claim], projects: Mapping[str, Mapping[str, Fact]]
) -> dict[str, Mapping[str, Fact]]:
    """Return the projects, of those whose facts are told, that a threshold lets take part.

    `claims` are those that it lets take part. A project that none of them is for has counted
    nothing.
    """
    known, threshold = {claim.project for claim in claims}, rule.threshold
    return {
        project: facts
        for project, facts in projects.items()
        if project in known
        or threshold is None
        or has_reached(threshold, counted_minor=0, givers=0, facts=facts)
    }
