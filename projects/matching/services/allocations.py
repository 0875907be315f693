"""Counting money that has arrived, and giving each programme its turn to match it.

What a programme has not decided on waits as a row, so that nothing is lost with the queue. Each
batch of one programme is one transaction under the programme's lock.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import DatabaseError, transaction

from payments import queue
from payments.ledger.services import LedgerRefused
from projects.matching import counting, engine, rules
from projects.matching.documents import RuleNotUnderstood
from projects.matching.models import CountedMoney, Reservation, WaitingMoney
from projects.matching.services.decisions import cases_of, decide
from projects.matching.services.failures import ProgrammesFailed
from projects.matching.services.waiting import TASK

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from payments.money import Money
    from projects.matching.gifts import Gift
    from projects.matching.models import ProgrammeVersion
    from projects.matching.rules import Counted

logger = logging.getLogger(__name__)

BATCH = 500


class CountedDifferently(Exception):
    """The same contribution was counted before, with another amount."""


@transaction.atomic
def count(
    *,
    gift: Gift,
    settled_at: datetime,
    now: datetime,
    initiated_at: datetime | None = None,
    among: Collection[str] | None = None,
) -> CountedMoney:
    """Keep the facts of money that has arrived and wake the first programme to be asked.

    Asked are those that do not refuse it outright, and those that promised; `among` names the
    programmes there are, for a replay. What was reserved, and whose time was not over when the
    money settled, stays held from here on until its programme decides; when a sweeper runs makes no
    difference. What comes later than that was not promised anything and takes its turn. Counting
    again changes nothing.

    Raises:
        CountedDifferently: counted before with another amount.
    """
    ref = gift.contribution_ref
    if known := CountedMoney.objects.filter(contribution_ref=ref).first():
        _refuse_difference(known, gift.amount)
        return known
    promised = _keep_promised(ref, settled_at)
    counted = gift.counted(settled_at=settled_at, initiated_at=initiated_at)
    money = CountedMoney.objects.create(
        contribution_ref=ref,
        campaign_key=gift.campaign_key,
        project_id=gift.project_id,
        amount_minor=gift.amount.minor,
        currency=gift.amount.currency,
        donor_key=gift.donor_key,
        facts=gift.facts,
        candidates=_candidates(counted, promised, among=among),
        settled_at=settled_at,
        initiated_at=initiated_at,
        counted_at=now,
    )
    if money.candidates:
        first = money.candidates[0]
        WaitingMoney.objects.create(
            money=money, programme_id=first, settled_at=settled_at, contribution_ref=ref
        )
        queue.wake_on_commit(TASK, programme_id=first)
    return money


def _candidates(
    money: Counted, promised: Collection[str], *, among: Collection[str] | None
) -> list[str]:
    """Return who is to decide on money, in the order of asking: by priority, then by id."""
    versions = engine.in_force(money.settled_at)
    known = [
        version.programme_id
        for version in versions
        if (among is None or version.programme_id in among)
        and (version.programme_id in promised or _takes(version, money))
    ]
    return known + sorted(set(promised) - set(known))


def _takes(version: ProgrammeVersion, money: Counted) -> bool:
    is_by_hand = version.rule.allocation is rules.Allocation.MANUAL
    return not is_by_hand and counting.refusal(version.rule, money) is None


def _keep_promised(contribution_ref: str, settled_at: datetime) -> list[str]:
    """Take the time limit off what was promised to money settled then; return whose promise."""
    held = Reservation.objects.active().filter(contribution_ref=contribution_ref)
    list(held.select_for_update(no_key=True))
    in_time = held.promised(settled_at)
    programmes = list(in_time.values_list("programme_id", flat=True))
    in_time.update(expires_at=None)
    held.update(is_kept=False)
    return programmes


def _refuse_difference(known: CountedMoney, amount: Money) -> None:
    if (known.amount_minor, known.currency) != (amount.minor, amount.currency):
        raise CountedDifferently(known.contribution_ref)


@transaction.atomic
def allocate_due(*, programme_id: str, now: datetime) -> int:
    """Let a programme decide on the next batch of money that waits for it; return how many.

    Each gets the larger of what was reserved for it and what the rule gives now, and goes on to
    the next programme. What is frozen waits. What the books refuse is set aside for an hour
    (`WaitingMoney.last_error`). Running it again, or twice at the same time, changes nothing.
    """
    (programme,) = engine.locked([programme_id])
    due = WaitingMoney.objects.due(now).filter(programme=programme).select_related("money")
    batch = list(due.select_for_update(no_key=True, of=("self",))[:BATCH])
    if batch:
        decide(programme, cases_of(programme, batch), now=now)
    if len(batch) == BATCH:
        queue.wake_on_commit(TASK, programme_id=programme_id)
    return len(batch)


def allocate_all_due(*, now: datetime) -> int:
    """Let every programme decide on all that waits for it; return how many decisions.

    Raises:
        ProgrammesFailed: after all others were done.
    """
    decided, failed = 0, set[str]()
    while programme_id := _next_waiting(failed, now):
        try:
            decided += allocate_due(programme_id=programme_id, now=now)
        except (RuleNotUnderstood, LedgerRefused, DatabaseError):
            logger.exception("Programme %s could not decide", programme_id)
            failed.add(programme_id)
    if failed:
        raise ProgrammesFailed(sorted(failed))
    return decided


def _next_waiting(failed: set[str], now: datetime) -> str | None:
    waiting = WaitingMoney.objects.due(now).exclude(programme__in=failed)
    return waiting.order_by("programme_id").values_list("programme_id", flat=True).first()
