"""One batch of one programme: worked out in order of settlement, written in bulk.

The caller holds the programme's lock.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

from payments import events, queue
from payments.ledger.services import BalanceExceeded, LedgerBusy, LedgerRefused, post
from projects.matching import allocation, engine
from projects.matching.events import MatchAllocated
from projects.matching.models import (
    Allocation,
    CountedMoney,
    MatchTransition,
    Programme,
    ProgrammeVersion,
    Reservation,
    WaitingMoney,
)
from projects.matching.services import entries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from projects.matching.allocation import Outcome

logger = logging.getLogger(__name__)

TASK = "matching.allocate_due"
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

    @property
    def money(self) -> CountedMoney:
        return self.waiting.money

    @property
    def promise(self) -> Reservation | None:
        """Return what is held unless its time was over when the money settled, swept or not."""
        held = self.held
        is_late = held is not None and held.expires_at is not None
        return None if is_late else held

    @property
    def turn(self) -> allocation.Turn:
        rule, counted, held = self.version.rule, self.money.counted, self.held
        remaining = self.waiting.remaining_minor
        if held is None:
            return allocation.Turn(rule, counted, remaining_minor=remaining)
        return allocation.Turn(
            rule,
            counted,
            held.amount_minor,
            held.donor_key,
            held.reason or None,
            has_lapsed=self.promise is None,
            remaining_minor=remaining,
        )


def cases_of(programme: Programme, waiting: Sequence[WaitingMoney]) -> list[Case]:
    """Return the money that waits with its terms and its reservation, the latter locked."""
    versions = list(programme.versions.order_by("number"))
    refs = [each.contribution_ref for each in waiting]
    active = Reservation.objects.active().filter(programme=programme, contribution_ref__in=refs)
    rows = active.select_for_update(no_key=True, of=("self",)).select_related("version")
    held = {each.contribution_ref: each for each in rows.order_by("id")}
    cases = []
    for each in waiting:
        current = engine.version_at(versions, each.settled_at) or versions[0]
        case = Case(each, current, held.get(each.contribution_ref))
        promise = case.promise
        cases.append(replace(case, version=promise.version) if promise else case)
    return cases


def decide(programme: Programme, cases: Sequence[Case], *, now: datetime) -> None:
    """Work out and write what a programme gives in each case; halve the batch if refused.

    One case that the books will not take must not stop the others: half by half it is found and
    set aside.

    Raises:
        LedgerBusy: others hold the accounts; nothing is wrong with any case.
    """
    if not cases:
        return
    outcomes = _work_out(programme, cases)
    try:
        _write(programme, cases, outcomes, now=now)
    except LedgerBusy:
        raise
    except LedgerRefused as refusal:
        middle = len(cases) // 2
        if middle:
            decide(programme, cases[:middle], now=now)
            decide(programme, cases[middle:], now=now)
        else:
            _settle_refused(programme, cases[0], outcomes, refusal, now=now)


def _work_out(programme: Programme, cases: Sequence[Case]) -> dict[str, Outcome]:
    stand = engine.standing(
        {programme.pk: programme.currency},
        donors={case.money.donor_key or "" for case in cases},
        projects={case.money.project_id for case in cases},
    )
    return allocation.allocate(
        [case.turn for case in cases],
        pot_minor=stand.left[programme.pk],
        usage=stand.usage[programme.pk],
    ).outcomes


def _settle_refused(
    programme: Programme,
    case: Case,
    outcomes: dict[str, Outcome],
    refusal: LedgerRefused,
    *,
    now: datetime,
) -> None:
    """Give nothing where the pot turns out to be empty; set aside what is refused otherwise.

    The pot was read under the programme's lock, so only money taken behind its back can make it
    empty. Then the ledger is right.
    """
    if isinstance(refusal, BalanceExceeded):
        nothing = {ref: outcome.without_pot() for ref, outcome in outcomes.items()}
        try:
            _write(programme, [case], nothing, now=now)
        except LedgerBusy:
            raise
        except LedgerRefused as again:
            _park(case, again, now=now)
    else:
        _park(case, refusal, now=now)


def _park(case: Case, refusal: LedgerRefused, *, now: datetime) -> None:
    logger.error("%s is set aside: %s", case.waiting, refusal)
    case.waiting.parked_until = now + PARKED
    case.waiting.last_error = f"{type(refusal).__name__}: {refusal}"[:200]
    case.waiting.save(update_fields=["parked_until", "last_error"])


def _write(
    programme: Programme, cases: Sequence[Case], outcomes: dict[str, Outcome], *, now: datetime
) -> None:
    """Write a batch: entries first, since only they can be refused; then rows, log and news."""
    held = [case.held for case in cases if case.held]
    rows = [_allocation(case, outcomes[case.money.contribution_ref], now) for case in cases]
    given = [row for row in rows if row.amount_minor]
    post(
        [entries.give_back(each, at=now) for each in held]
        + [entries.commit(row, currency=programme.currency, at=now) for row in given]
    )
    kept = [case.promise for case in cases if case.promise]
    late = [each for each in held if each not in kept]
    lines = entries.finish(kept, to=Reservation.State.CONSUMED, at=now, reason="decided")
    lines += entries.finish(late, to=Reservation.State.RELEASED, at=now, reason="expired")
    Allocation.objects.bulk_create(rows)
    MatchTransition.objects.bulk_create([*lines, *(_line(row) for row in rows)])
    matched = {row.contribution_ref for row in rows if row.decided_minor}
    _pass_on([case.waiting for case in cases], matched)
    for row in given:
        news = MatchAllocated(
            row.contribution_ref, programme.pk, row.amount_minor, programme.currency
        )
        events.publish(news)


def _allocation(case: Case, outcome: Outcome, now: datetime) -> Allocation:
    """Return the row of a decision; what has gone back meanwhile is matched no more."""
    money, programme_id = case.money, case.waiting.programme_id
    kept = allocation.kept_of(case.turn, outcome)
    key = entries.commit_key(money.contribution_ref, programme_id) if kept else ""
    nothing = State.RELEASED if outcome.minor else State.UNMATCHED
    return Allocation(
        id=uuid7(),
        contribution_ref=money.contribution_ref,
        programme_id=programme_id,
        version=case.version,
        campaign_key=money.campaign_key,
        project_id=money.project_id,
        donor_key=money.donor_key,
        decided_minor=outcome.minor,
        amount_minor=kept,
        is_blocked=case.waiting.is_blocked and outcome.minor > 0,
        state=State.COMMITTED if kept else nothing,
        reason=outcome.reason or "",
        steps=list(outcome.steps),
        ledger_key=key,
        settled_at=money.settled_at,
        allocated_at=now,
    )


def _line(row: Allocation) -> MatchTransition:
    return MatchTransition(
        subject=MatchTransition.Subject.ALLOCATION,
        subject_id=row.pk,
        contribution_ref=row.contribution_ref,
        to_state=row.state,
        reason=row.reason,
        facts={"amount_minor": row.amount_minor, "programme": row.programme_id},
        at=row.allocated_at,
    )


def _pass_on(waiting: Sequence[WaitingMoney], matched: set[str]) -> None:
    """Take matched money off the line; let the next programme decide on what got nothing."""
    moved, done = defaultdict(list), []
    for each in waiting:
        following = each.money.candidate_after(each.programme_id)
        if each.contribution_ref in matched or following is None:
            done.append(each.pk)
        else:
            moved[following].append(each.pk)
    WaitingMoney.objects.filter(pk__in=done).delete()
    for programme_id, keys in sorted(moved.items()):
        WaitingMoney.objects.filter(pk__in=keys).update(
            programme_id=programme_id, parked_until=None, last_error=""
        )
        queue.wake_on_commit(TASK, programme_id=programme_id)
