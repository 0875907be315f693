"""Taking a claim for money that waits for a close, and bringing it to what remains of its money.

The caller holds the programme's lock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import Q
from uuid_utils.compat import uuid7

from projects.matching import allocation, caps, engine, extending
from projects.matching.instant.outcomes import Before, Outcome, Pots, Turn
from projects.matching.models import Claim, Programme, ProgrammeVersion, Round
from projects.matching.rules import Scope
from projects.matching.selectors.funded import put_in
from projects.matching.services import tallies
from projects.matching.tally import as_rows, from_rows, touched

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from projects.matching.models import CountedMoney
    from projects.matching.rules import Rule
    from projects.matching.services.decisions import Case
    from projects.matching.tally import Tally
GONE = "given_back"
LATE = "settled_too_late"
_SETTLED = {LATE, "already_matched"}  # What remains of the money makes no difference.


@dataclass(frozen=True, slots=True)
class Call:
    """Which round money is for: the one that is open, unless its window was closed already."""

    number: int
    is_closed: bool


@dataclass(slots=True)
class Calls:
    """The rounds of one programme as seen by money that takes its turn now."""

    last: Round | None
    open_terms: ProgrammeVersion | None  # The newest terms of claims for the open round.

    def of(self, version: ProgrammeVersion) -> Call:
        """Return the round of money that counts by a version, and remember that it has claims."""
        window = version.rule.window
        if self.last is not None and window.closes_at <= self.last.ends_at:
            return Call(self.last.number, is_closed=True)
        number = self.last.number + 1 if self.last else 1
        terms = self.open_terms
        if terms is not None and terms.rule.window.closes_at <= window.opens_at:
            return Call(number + 1, is_closed=False)  # The next call; this one is yet to close.
        if terms is None or terms.number < version.number:
            self.open_terms = version
        return Call(number, is_closed=False)


def calls_of(programme: Programme) -> Calls:
    """Return where a locked programme stands between its rounds."""
    last = programme.rounds.order_by("-number").first()
    number = last.number + 1 if last else 1
    claims = ProgrammeVersion.objects.filter(claims__round_number=number, programme=programme)
    return Calls(last, claims.order_by("-number").first())


def take_claims(programme: Programme, cases: Sequence[Case], *, now: datetime) -> list[Claim]:
    """Write down what each contribution counts for at the close, and move the tally.

    Money that settled in time and is heard of only after the close has a claim of nothing: what
    others were told does not change.
    """
    calls = calls_of(programme)
    stand = engine.standing(
        [(terms, case.money.counted) for case in cases for terms in (case.version, case.newest)]
    )
    tally, pots = stand.tallies[programme.pk], stand.pots[programme.pk]
    claims = []
    for case in cases:
        call = calls.of(case.version)
        remaining = case.waiting.remaining_minor
        turn = replace(case.turn(), held=None, remaining_minor=None)
        claim = _claim(case.money, case.version, number=call.number, now=now)
        claim.remaining_minor = remaining
        late = Outcome(rule=turn.rule, reason=LATE)
        outcome = late if call.is_closed else _base(turn, remaining, tally, pots)
        _count(claim, outcome, case.newest.rule)
        tally.move(from_rows(claim.moves))
        claims.append(claim)
    Claim.objects.bulk_create(claims)
    tallies.write(programme.pk, tally)
    return claims


def shrink(claim: Claim, *, remaining_minor: int) -> None:
    """Bring a claim for an open round to what remains of its money, and those it stood before.

    Where the rule limits what one giver or project counts for, the room that comes free is theirs
    who came next, as if this money had been smaller from the start.
    """
    claim.remaining_minor = remaining_minor
    programme = claim.programme_id
    later = claim.programme.versions.filter(number__gte=claim.version.number).order_by("number")
    known = [each.rule for each in later]
    affected = [claim, *_behind(claim, known)]
    newest = known[-1]
    keys = {key for each in affected for key in caps.keys(each.version.rule, each.money.counted)}
    keys |= {key for each in affected for key in caps.keys(newest, each.money.counted)}
    keys |= {key for each in affected for key in touched(from_rows(each.moves))}
    tally = engine.tallies({programme: keys})[programme]
    pots = Pots({}, put_in([programme])[programme])
    for each in affected:
        tally.move(from_rows(each.moves), back=True)
    for each in affected:
        if each.reason not in _SETTLED:
            turn = Turn(each.version.rule, each.money.counted, _before(each))
            _count(each, _base(turn, each.remaining_minor, tally, pots), newest)
        tally.move(from_rows(each.moves))
    fields = ["base_minor", "remaining_minor", "reason", "steps", "moves"]
    Claim.objects.bulk_update(affected, fields)
    tallies.write(programme, tally)


def _behind(claim: Claim, known: Sequence[Rule]) -> list[Claim]:
    """Return the later claims of the same round whose base may depend on this one's, in order.

    `known` are the rules from the claim's own on: those that came later may count by more.
    """
    scopes = {cap.scope for rule in known for cap in rule.base_caps}
    same = Q(pk=None)
    if scopes & {Scope.DONOR, Scope.DONOR_PROJECT, Scope.DONOR_ORGANISATION}:
        same |= Q(donor_key=claim.donor_key) & Q(donor_key__isnull=False)
    if Scope.PROJECT in scopes or any(rule.paired is not None for rule in known):
        same |= Q(project_id=claim.project_id)
    rows = Claim.objects.filter(
        same, programme=claim.programme_id, round_number=claim.round_number
    ).exclude(pk=claim.pk)
    turn = claim.money.counted.order
    ordered = rows.select_related("money", "version").order_by("settled_at", "contribution_ref")
    return [each for each in ordered if each.money.counted.order > turn]


def _base(turn: Turn, remaining_minor: int | None, tally: Tally, pots: Pots) -> Outcome:
    """Return what money counts for as far as it remains."""
    if remaining_minor == 0:
        return Outcome(rule=turn.rule, reason=GONE)
    if remaining_minor is not None:
        turn = replace(turn, money=replace(turn.money, amount_minor=remaining_minor))
    return allocation.claim_base(turn, tally=tally, pots=pots)


def _count(claim: Claim, outcome: Outcome, newest: Rule) -> None:
    """Set what a claim counts for, by its own terms and by the newest of its programme."""
    if outcome.steps and extending.speaks_of_more(newest, outcome.rule):
        more = extending.missing_of_claim(
            newest,
            outcome.rule,
            claim.money.counted,
            outcome,
            remaining_minor=claim.remaining_minor,
        )
        outcome = outcome._replace(moves=(*outcome.moves, *more))
    claim.base_minor = outcome.base_minor
    claim.reason = outcome.reason or ""
    claim.steps = list(outcome.steps)
    claim.moves = as_rows(outcome.moves)


def _before(claim: Claim) -> Before:
    """Return what the programmes before left of the money, as far as it remains."""
    left = next((step["left"] for step in claim.steps if step["step"] == "cascade"), None)
    if left is None or claim.remaining_minor is None:
        return Before(left)
    return Before(left * claim.remaining_minor // claim.money.amount_minor)


def _claim(money: CountedMoney, version: ProgrammeVersion, *, number: int, now: datetime) -> Claim:
    return Claim(
        id=uuid7(),
        programme_id=version.programme_id,
        version=version,
        money=money,
        round_number=number,
        contribution_ref=money.contribution_ref,
        campaign_key=money.campaign_key,
        project_id=money.project_id,
        donor_key=money.donor_key,
        settled_at=money.settled_at,
        taken_at=now,
    )


def locked(contribution_ref: str) -> Iterable[Claim]:
    """Return the claims of a contribution, locked, in the order in which they were taken."""
    rows = Claim.objects.filter(contribution_ref=contribution_ref)
    rows = rows.select_related("money", "version", "programme")
    return rows.select_for_update(no_key=True, of=("self",)).order_by("taken_at", "id")
