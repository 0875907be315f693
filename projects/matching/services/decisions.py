"""One batch of one programme: worked out in order of settlement, written in bulk.

The caller holds the programme's lock.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

from payments import events
from payments.ledger.services import BalanceExceeded, LedgerBusy, LedgerRefused, post
from projects.matching import allocation, engine
from projects.matching.events import MatchAllocated
from projects.matching.instant.outcomes import Allocated, Held, Turn
from projects.matching.models import (
    Allocation,
    CountedMoney,
    MatchTransition,
    Programme,
    ProgrammeVersion,
    Reservation,
    WaitingMoney,
)
from projects.matching.services import again, claims, entries, extending, lines, tallies, waiting
from projects.matching.tally import as_rows, from_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from projects.matching.engine import Standing
    from projects.matching.instant.outcomes import Outcome

logger = logging.getLogger(__name__)

PARKED = timedelta(hours=1)
State = Allocation.State


@dataclass(frozen=True, slots=True)
class Case:
    """One contribution before the programme: the terms that hold for it, and what it was promised.

    What was promised was promised by the terms of that time, which is why they hold.
    """

    waiting: WaitingMoney
    version: ProgrammeVersion
    held: Reservation | None
    newest: ProgrammeVersion  # Of the programme, whatever holds here.

    @property
    def money(self) -> CountedMoney:
        return self.waiting.money

    @property
    def promise(self) -> Reservation | None:
        """Return what is held unless its time was over when the money settled, swept or not."""
        held = self.held
        is_late = held is not None and held.expires_at is not None
        return None if is_late else held

    def turn(self, ceiling_minor: int | None = None) -> Turn:
        held = self.held
        return Turn(
            self.version.rule,
            self.money.counted,
            self.waiting.before,
            held=None
            if held is None
            else Held(
                engine.parts_of(held.parts),
                from_rows(held.moves),
                held.reason or None,
                has_lapsed=self.promise is None,
            ),
            remaining_minor=self.waiting.remaining_minor,
            ceiling_minor=ceiling_minor,
        )


def cases_of(programme: Programme, queue: Sequence[WaitingMoney]) -> list[Case]:
    """Return the money that waits with its terms and its reservation, the latter locked."""
    versions = list(programme.versions.with_orders().order_by("number"))
    refs = [each.contribution_ref for each in queue]
    active = Reservation.objects.active().filter(programme=programme, contribution_ref__in=refs)
    rows = active.select_for_update(no_key=True, of=("self",)).order_by("id")
    held = {each.contribution_ref: each for each in rows}
    known = {version.pk: version for version in versions}
    cases = []
    for each in queue:
        current = engine.version_at(versions, each.settled_at) or versions[0]
        case = Case(each, current, held.get(each.contribution_ref), versions[-1])
        promise = case.promise
        cases.append(replace(case, version=known[promise.version_id]) if promise else case)
    return sorted(cases, key=lambda case: case.money.counted.order)


def decide(programme: Programme, cases: Sequence[Case], *, now: datetime) -> None:
    """Work out and write what a programme gives in each case; halve the batch if refused.

    One case that the books will not take must not stop the others: half by half it is found and
    set aside. Money that a programme allocates only at its close takes a claim.

    Raises:
        LedgerBusy: others hold the accounts; nothing is wrong with any case.
    """
    at_close = [case for case in cases if case.version.rule.allocation.is_at_close]
    if at_close:
        _take_claims(programme, at_close, now=now)
    due = [case for case in cases if not case.version.rule.allocation.is_at_close]
    while due:
        reached = _decide_some(programme, _by_one_version(due), now=now)
        due = due[reached:]


def _by_one_version(cases: Sequence[Case]) -> list[Case]:
    """Return the first cases that have the same terms: other terms may count by other things."""
    first = cases[0].version
    return list(takewhile(lambda case: case.version == first, cases))


def _take_claims(programme: Programme, cases: Sequence[Case], *, now: datetime) -> None:
    claims.take_claims(programme, cases, now=now)
    waiting.pass_on([(case.waiting, case.waiting.before) for case in cases])


def _decide_some(programme: Programme, cases: Sequence[Case], *, now: datetime) -> int:
    """Decide until the cases end, or one reaches a threshold; return how many were decided."""
    stand = _standing(programme, cases)
    done = allocation.allocate(
        [case.turn(_ceiling(stand, case)) for case in cases],
        tally=stand.tallies[programme.pk],
        pots=stand.pots[programme.pk],
    )
    reached = [case for case in cases if case.money.contribution_ref in done.outcomes]
    try:
        _write(programme, reached, done, stand, now=now)
    except LedgerBusy:
        raise
    except LedgerRefused as refusal:
        middle = len(reached) // 2
        if not middle:
            _settle_refused(programme, reached[0], done, refusal, now=now)
            return 1
        return _decide_some(programme, reached[:middle], now=now)
    if done.unlocked is not None:
        again.unlock(programme, project=done.unlocked, now=now)
    return len(reached)


def _standing(programme: Programme, cases: Sequence[Case]) -> Standing:
    """Return what the programme has given as far as these cases may depend on it."""
    return engine.standing(
        [(case.version, case.money.counted) for case in cases],
        moves=[(programme.pk, case.held.moves) for case in cases if case.held],
    )


def _ceiling(stand: Standing, case: Case) -> int | None:
    ceilings = stand.ceilings.get(case.version.programme_id, {})
    return ceilings.get(str(case.money.project_id))


def _settle_refused(
    programme: Programme, case: Case, done: Allocated, refusal: LedgerRefused, *, now: datetime
) -> None:
    """Give nothing where the pot turns out to be empty; set aside what is refused otherwise.

    The pot was read under the programme's lock, so only money taken behind its back can make it
    empty. Then the ledger is right.
    """
    if not isinstance(refusal, BalanceExceeded):
        _park(case, refusal, now=now)
        return
    stand = _standing(programme, [case])
    tally = stand.tallies[programme.pk]
    nothing = {ref: outcome.without_pot() for ref, outcome in done.outcomes.items()}
    if case.held:
        tally.move(from_rows(case.held.moves), back=True)
    for outcome in nothing.values():
        tally.move(outcome.moves)
    try:
        _write(programme, [case], replace(done, outcomes=nothing, kept={}), stand, now=now)
    except LedgerBusy:
        raise
    except LedgerRefused as second:
        _park(case, second, now=now)


def _park(case: Case, refusal: LedgerRefused, *, now: datetime) -> None:
    logger.error("%s is set aside: %s", case.waiting, refusal)
    case.waiting.parked_until = now + PARKED
    case.waiting.last_error = f"{type(refusal).__name__}: {refusal}"[:200]
    case.waiting.save(update_fields=["parked_until", "last_error"])


def _write(
    programme: Programme,
    cases: Sequence[Case],
    done: Allocated,
    stand: Standing,
    *,
    now: datetime,
) -> None:
    """Write a batch: entries first, since only they can be refused; then rows, log and news."""
    held = [case.held for case in cases if case.held]
    rows = [_allocation(case, done, now) for case in cases]
    given = [row for row in rows if row.amount_minor]
    post(
        [entries.give_back(each, at=now) for each in held]
        + [entries.commit(row, currency=programme.currency, at=now) for row in given]
    )
    kept = [case.promise for case in cases if case.promise]
    late = [each for each in held if each not in kept]
    log = entries.finish(kept, to=Reservation.State.CONSUMED, at=now, reason="decided")
    log += entries.finish(late, to=Reservation.State.RELEASED, at=now, reason="expired")
    Allocation.objects.bulk_create(rows)
    tallies.write(programme.pk, stand.tallies[programme.pk])
    _count_by_newest(programme, cases[0], rows)
    MatchTransition.objects.bulk_create([*log, *(lines.decided(row) for row in rows)])
    waiting.pass_on([(case.waiting, _after(case, done)) for case in cases])
    for row in given:
        announce(row, currency=programme.currency)


def _count_by_newest(programme: Programme, case: Case, rows: Sequence[Allocation]) -> None:
    """Count what was decided by older terms by what the newest speak of, too."""
    extending.extend_rows(programme, case.newest.rule, rows, earlier=case.version.rule)


def announce(row: Allocation, *, currency: str) -> None:
    """Tell of match that is committed."""
    news = MatchAllocated(row.contribution_ref, row.programme_id, row.amount_minor, currency)
    events.publish(news)


def _after(case: Case, done: Allocated) -> allocation.Before:
    outcome: Outcome = done.outcomes[case.money.contribution_ref]
    return outcome.after(case.waiting.before, case.money.counted)


def _allocation(case: Case, done: Allocated, now: datetime) -> Allocation:
    """Return the row of a decision; what has gone back meanwhile is matched no more."""
    money, programme_id = case.money, case.waiting.programme_id
    outcome = done.outcomes[money.contribution_ref]
    kept = done.kept.get(money.contribution_ref, outcome)
    key = entries.commit_key(money.contribution_ref, programme_id) if kept.minor else ""
    nothing = State.RELEASED if outcome.minor else State.UNMATCHED
    return Allocation(
        id=uuid7(),
        contribution_ref=money.contribution_ref,
        programme_id=programme_id,
        version=case.version,
        campaign_key=money.campaign_key,
        project_id=money.project_id,
        donor_key=money.donor_key,
        base_minor=outcome.base_minor,
        ideal_minor=outcome.ideal_minor,
        lump_minor=outcome.lump_minor,
        decided_minor=outcome.minor,
        decided_parts=outcome.parts,
        decided_moves=as_rows(outcome.moves),
        amount_minor=kept.minor,
        parts=kept.parts,
        moves=as_rows(kept.moves),
        unmet=outcome.unmet,
        remaining_minor=case.waiting.remaining_minor,
        is_blocked=case.waiting.is_blocked and outcome.minor > 0,
        state=State.COMMITTED if kept.minor else nothing,
        reason=outcome.reason or "",
        steps=list(outcome.steps),
        ledger_key=key,
        settled_at=money.settled_at,
        allocated_at=now,
    )
