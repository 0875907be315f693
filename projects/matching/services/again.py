"""Looking again at what a programme gave less for than its formula, now that there is room.

For who waits in line when money comes back or is added, for those whose project has reached its
threshold, and when the ring-fenced part of a pot is let go. Decided again in the order of
settlement, from what stands; never lower than before. The caller holds the programme's lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from projects.matching import allocation, engine, extending, rules
from projects.matching.instant.outcomes import Turn
from projects.matching.models import Allocation, CountedMoney, ReserveRelease
from projects.matching.services import changes, lumps, stacks
from projects.matching.services.changes import Change
from projects.matching.tally import from_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from projects.matching.engine import Standing
    from projects.matching.instant.outcomes import Before, Outcome, Pots, Remaining
    from projects.matching.models import Programme, ProgrammeVersion
    from projects.matching.models.matches import AllocationQuerySet
    from projects.matching.rules import Counted
    from projects.matching.tally import Tally

BATCH = 500
THRESHOLD = ("threshold_not_reached", "threshold_lost")
RESERVED = "reserved_for_others"


@transaction.atomic
def release_reserve(*, programme_id: str, now: datetime) -> bool:
    """Let the ring-fenced part of a pot go to everybody; tell whether it was held until now.

    Whoever got less because of it is looked at again, in order.
    """
    (programme,) = engine.locked([programme_id])
    _, is_new = ReserveRelease.objects.get_or_create(
        programme=programme, defaults={"released_at": now}
    )
    if is_new:
        short = Allocation.objects.filter(programme=programme, reason=RESERVED).short()
        look(programme, short, cause="reserve_released", now=now)
        serve_waiting(programme, now=now)
    return is_new


def serve_waiting(programme: Programme, *, now: datetime) -> int:
    """Give who waits in line what there is room for now; return how many got more."""
    in_line = [version.pk for version in programme.versions.all() if _is_waitlist(version)]
    if not in_line:
        return 0
    short = Allocation.objects.filter(programme=programme, version__in=in_line)
    waiting = short.exclude(reason__in=THRESHOLD).short()
    return look(programme, waiting, cause="waiting_list", now=now)


def _is_waitlist(version: ProgrammeVersion) -> bool:
    rule = version.rule
    is_served = rule.freed is rules.Freed.WAITLIST
    return is_served or rule.on_exhaustion is rules.Exhaustion.WAITLIST


def unlock(programme: Programme, *, project: str, now: datetime) -> int:
    """Match what came to a project before it reached its threshold; return how many got match."""
    before = Allocation.objects.filter(
        programme=programme, project_id=UUID(project), reason__in=THRESHOLD, amount_minor=0
    )
    ordered = before.order_by("settled_at", "contribution_ref")
    return look(programme, ordered, cause="threshold_reached", now=now, is_unlocked=True)


def look(
    programme: Programme,
    rows: AllocationQuerySet,
    *,
    cause: str,
    now: datetime,
    is_unlocked: bool = False,
) -> int:
    """Decide again on some rows, in their order; return how many got more."""
    versions = {each.pk: each for each in programme.versions.with_orders()}
    if any(version.is_frozen for version in versions.values()):
        return 0
    looking = _Look(programme, versions, cause, now, is_unlocked)
    keys = list(rows.values_list("pk", flat=True))
    return sum(_look_at(looking, keys[n : n + BATCH]) for n in range(0, len(keys), BATCH))


@dataclass(frozen=True, slots=True)
class _Look:
    """Why rows of one programme are decided on again, and by which terms."""

    programme: Programme
    versions: Mapping[UUID, ProgrammeVersion]
    cause: str
    now: datetime
    is_unlocked: bool

    @property
    def newest(self) -> ProgrammeVersion:
        return max(self.versions.values(), key=lambda version: version.number)

    def terms_of(self, row: Allocation) -> ProgrammeVersion:
        return self.versions[row.version_id]

    def turn(self, row: Allocation, money: Counted, before: Before, stand: Standing) -> Turn:
        version = self.terms_of(row)
        return Turn(
            version.rule,
            money,
            before,
            remaining_minor=row.remaining_minor,
            ceiling_minor=stand.ceilings.get(self.programme.pk, {}).get(money.project),
            is_unlocked=self.is_unlocked,
            frozen=version.frozen_for(row.project_id),
        )


def _look_at(look: _Look, keys: Collection[UUID]) -> int:
    """Decide again on one batch, each after those before it; return how many got more."""
    rows = _locked(keys)
    counted = CountedMoney.objects.filter(contribution_ref__in=rows)
    money = {each.contribution_ref: each.counted for each in counted}
    stacks.lock_waiting(rows)
    before = stacks.before([(look.terms_of(row), row) for row in rows.values()], money)
    stand = _standing(look, rows, money)
    programme = look.programme
    if programme.pk not in stand.tallies:
        return 0
    tally, pots = stand.tallies[programme.pk], stand.pots[programme.pk]
    wanted = list[Change]()
    for ref in sorted(rows, key=lambda ref: money[ref].order):
        row = rows[ref]
        turn = look.turn(row, money[ref], before[ref], stand)
        change = _decided_again(look, row, turn, tally=tally, pots=pots)
        if change is not None:
            tally.move(from_rows(row.moves), back=True)
            tally.move(change.moves)
            pots = pots.plus(engine.parts_of(row.parts)).less(change.parts)
            wanted.append(change)
    raised = [change for change in wanted if change.minor > change.row.amount_minor]
    changes.apply(programme, wanted, tally, now=look.now)
    stacks.tell_waiting([change.row.contribution_ref for change in wanted], money)
    return len(raised)


def _locked(keys: Collection[UUID]) -> dict[str, Allocation]:
    """Return the rows, but those in dispute, by contribution and locked in order of settlement."""
    rows = Allocation.objects.filter(pk__in=keys, is_blocked=False).select_for_update(no_key=True)
    return {row.contribution_ref: row for row in rows.order_by("settled_at", "contribution_ref")}


def _standing(
    look: _Look, rows: Mapping[str, Allocation], money: Mapping[str, Counted]
) -> Standing:
    """Return what the programme has given, as far as the rows' own and the newest terms ask."""
    return engine.standing(
        [
            (version, money[ref])
            for ref, row in rows.items()
            for version in (look.terms_of(row), look.newest)
        ],
        moves=[(look.programme.pk, row.moves) for row in rows.values()],
    )


def _decided_again(
    look: _Look, row: Allocation, turn: Turn, *, tally: Tally, pots: Pots
) -> Change | None:
    """Return what one row comes to now, or None where it stays as it is."""
    outcome = allocation.look_again(turn, changes.standing_of(row), tally=tally, pots=pots)
    outcome = extending.widened(outcome, look.newest.rule, turn.money)
    row.version = look.terms_of(row)
    stays = _of_what_remains(row, turn, outcome)
    if stays.minor <= row.amount_minor and (outcome.reason or "") == row.reason:
        return None
    if outcome.minor and not stays.minor and not row.amount_minor:
        return None  # Its money has gone back: nothing was decided before, nothing stays now.
    return Change(row, stays.parts, stays.moves, look.cause, decided=outcome)


def _of_what_remains(row: Allocation, turn: Turn, outcome: Outcome) -> Outcome | Remaining:
    if turn.remaining_minor is None:
        return outcome
    return lumps.stays(row, turn.money, outcome, remaining_minor=turn.remaining_minor)
