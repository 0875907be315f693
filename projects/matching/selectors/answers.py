"""Every programme's answer to a contribution: decided, claimed, waiting, or refused.

Who refuses money outright writes no row. Its answer is worked out when somebody asks, from the
facts stored with the money and the terms of that time, neither of which ever changes.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from projects.matching import counting, rules
from projects.matching.engine import version_at
from projects.matching.instant import steps
from projects.matching.models import (
    Allocation,
    Award,
    Claim,
    CountedMoney,
    FreedShare,
    Freeze,
    ProgrammeVersion,
    Share,
    WaitingMoney,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from projects.matching.instant.outcomes import Step

GIVEN_BACK = "given_back"
"""The reason of match that went back with its money, where it has no other."""
CLAIMED, WAITING, REFUSED = "claimed", "waiting", "refused"
"""States of an answer besides those of an allocation."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one programme says to one contribution, in minor units of the programme's currency."""

    contribution_ref: str
    version: ProgrammeVersion
    minor: int
    decided_minor: int  # Before money went back.
    state: str
    reason: str | None  # A code, when it is zero or less than the formula gives.
    steps: tuple[Step, ...]

    @property
    def programme_id(self) -> str:
        return self.version.programme_id

    @property
    def is_open(self) -> bool:
        """Tell whether the programme has yet to say anything."""
        return self.state == WAITING and self.reason is None


def answers(
    money: Iterable[CountedMoney], programme_ids: Collection[str] | None = None
) -> Iterator[Answer]:
    """Yield the answers of programmes, by default of all, to money, in the order of asking."""
    asked = list(money)
    refs = [each.contribution_ref for each in asked]
    found = _written(refs)
    versions = _versions(programme_ids)
    waiting = _waiting(refs)
    for each in asked:
        written = found.get(each.contribution_ref, {})
        in_force = [
            version
            for of_one in versions.values()
            if (version := version_at(of_one, each.settled_at)) is not None
        ]
        ordered = sorted(in_force, key=lambda one: (one.rule.priority, one.programme_id))
        for version in ordered:
            answer = written.pop(version.programme_id, None) or _unwritten(each, version, waiting)
            if answer is not None:
                yield answer
        yield from written.values()


def _versions(programme_ids: Collection[str] | None) -> dict[str, list[ProgrammeVersion]]:
    rows = ProgrammeVersion.objects.order_by("programme_id", "number")
    if programme_ids is not None:
        rows = rows.filter(programme__in=programme_ids)
    found = defaultdict[str, list[ProgrammeVersion]](list)
    for row in rows:
        found[row.programme_id].append(row)
    return found


def _written(refs: Sequence[str]) -> dict[str, dict[str, Answer]]:
    """Return what is decided and claimed, by contribution and programme."""
    found = defaultdict[str, dict[str, Answer]](dict)
    for row in Allocation.objects.filter(contribution_ref__in=refs).select_related("version"):
        found[row.contribution_ref][row.programme_id] = Answer(
            contribution_ref=row.contribution_ref,
            version=row.version,
            minor=row.amount_minor,
            decided_minor=row.decided_minor,
            state=row.state,
            reason=row.reason
            or (GIVEN_BACK if row.decided_minor and not row.amount_minor else None),
            steps=tuple(row.steps),
        )
    for answer in _claimed(refs):
        found[answer.contribution_ref][answer.programme_id] = answer
    return found


def _claimed(refs: Sequence[str]) -> Iterator[Answer]:
    """Yield the answers of programmes that decide at their close."""
    claims = list(Claim.objects.filter(contribution_ref__in=refs).select_related("version"))
    awards = _awards(claims)
    shares, freed = _shares(refs)
    for claim in claims:
        key = (claim.programme_id, claim.round_number, claim.campaign_key)
        place = (claim.programme_id, claim.contribution_ref)
        award, decided = awards.get(key), shares.get(place, 0)
        minor = freed.get(place, decided)
        yield Answer(
            contribution_ref=claim.contribution_ref,
            version=claim.version,
            minor=minor,
            decided_minor=decided,
            state=CLAIMED if award is None else award.state,
            reason=_reason_of_claim(claim, award, minor, decided),
            steps=tuple(claim.steps),
        )


def _reason_of_claim(
    claim: Claim, award: Award | None, minor: int, decided_minor: int
) -> str | None:
    """Return why a claim got nothing or less than its formula; that it waits, before the close."""
    if award is None or not claim.base_minor:
        return claim.reason or "waits_for_close"
    if award.reason:
        return award.reason
    if decided_minor and not minor:
        return GIVEN_BACK
    rule = claim.version.rule
    if rule.allocation is rules.Allocation.PRORATA_CLOSE:
        return _short(claim, decided_minor)
    return None if decided_minor else "rounds_to_zero"


def _short(claim: Claim, decided_minor: int) -> str | None:
    """Return why a share is less than the rate gives: the pot was shared by all alike."""
    ideal = _ideal(claim)
    if ideal == 0:
        return "rounds_to_zero"
    return "pot_exhausted" if ideal is None or decided_minor < ideal else None


def _ideal(claim: Claim) -> int | None:
    """Return what plain rates give on a claim, each layer's rounded down; None: there are none."""
    rule, project = claim.version.rule, str(claim.project_id)
    plain = getattr(rule.formula, "rate", None)
    rates = [layer.rate_for(project) or plain for layer in rule.layers]
    return None if None in rates else sum(rate.of(claim.base_minor) for rate in rates if rate)


def _awards(claims: Iterable[Claim]) -> dict[tuple[str, int, str], Award]:
    programmes = {claim.programme_id for claim in claims}
    campaigns = {claim.campaign_key for claim in claims}
    rows = Award.objects.filter(programme__in=programmes, campaign_key__in=campaigns)
    return {
        (row.programme_id, row.round.number, row.campaign_key): row
        for row in rows.select_related("round")
    }


def _shares(
    refs: Sequence[str],
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """Return what each contribution was given of a round, and what stands where that changed."""
    shares = {
        (row.round.programme_id, row.contribution_ref): row.minor
        for row in Share.objects.filter(contribution_ref__in=refs).select_related("round")
    }
    rows = FreedShare.objects.filter(contribution_ref__in=refs).select_related("award")
    freed = {
        (row.award.programme_id, row.contribution_ref): row.minor
        for row in rows.order_by("contribution_ref", "number")
    }
    return shares, freed


@dataclass(frozen=True, slots=True)
class _Line:
    """Where a contribution waits, and whether an order stops it there."""

    programme_id: str
    reason: str | None


def _waiting(refs: Sequence[str]) -> dict[str, _Line]:
    rows = list(WaitingMoney.objects.filter(contribution_ref__in=refs).select_related("money"))
    standing = Freeze.objects.standing() if rows else Freeze.objects.none()
    stopped = list(standing.values_list("programme", "project_id"))
    programmes = {programme for programme, _ in stopped}
    projects = {project for _, project in stopped}
    found = {}
    for row in rows:
        reason = "project_frozen" if row.money.project_id in projects else None
        if row.programme_id in programmes:
            reason = "programme_frozen"
        found[row.contribution_ref] = _Line(row.programme_id, reason)
    return found


def _unwritten(
    money: CountedMoney, version: ProgrammeVersion, waiting: Mapping[str, _Line]
) -> Answer | None:
    """Return the answer of a programme that wrote nothing: it refuses, waits, or was not there."""
    counted, rule = money.counted, version.rule
    reason = counting.refusal(rule, counted)
    taken = tuple(steps.of_money(rule, counted))
    state = REFUSED
    if reason is not None:
        taken = (*taken, steps.of_refusal(rule, counted, reason))
    elif rule.allocation is rules.Allocation.MANUAL:
        reason = "no_award"
    elif version.programme_id in money.candidates:
        line = waiting.get(money.contribution_ref)
        is_here = line is not None and line.programme_id == version.programme_id
        state, reason = WAITING, line.reason if line is not None and is_here else None
    else:
        return None
    return Answer(
        contribution_ref=money.contribution_ref,
        version=version,
        minor=0,
        decided_minor=0,
        state=state,
        reason=reason,
        steps=taken,
    )
