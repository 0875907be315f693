"""Taking match back when money goes back, holding it while a dispute is open, giving it again.

What a match comes to is a function of what was decided and of what remains (`unwinding`), so a
refund that is told of twice, late or in another order takes back the same, once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from payments import events
from projects.matching import allocation, engine, extending, rules
from projects.matching.instant import thresholds
from projects.matching.instant.outcomes import Turn
from projects.matching.models import Allocation, CountedMoney, WaitingMoney
from projects.matching.services import again, changes, lines, lumps, shares, stacks
from projects.matching.services.changes import Change
from projects.matching.services.earning import take_back_earned
from projects.matching.tally import from_rows, touched

if TYPE_CHECKING:
    from datetime import datetime

    from payments.money import Money
    from projects.matching.instant.outcomes import Remaining
    from projects.matching.rules import Counted
    from projects.matching.tally import Tally

State = Allocation.State
EARNED_MATCH = "earned_match"  # Of reconciliation's kinds.
_HANDED_OVER = {State.EARNED, State.PAID, State.CLAWED_BACK}


@transaction.atomic
def lock_decided(*, contribution_ref: str) -> None:
    """Lock what `unwind` and `block` will, for who must lock something else before accounts."""
    _locked_money(contribution_ref)


@transaction.atomic
def unwind(*, contribution_ref: str, remaining: Money, cause: str, now: datetime) -> int:
    """Bring a contribution's match to what remains of its money; return the minor units released.

    `cause` names the refund or the dispute, for the log. Of programmes that see what others left,
    the last one asked gives first. Money that no programme has decided on yet is decided on with
    what remains. Where more remains than was known before, because a refund failed, match is given
    again as far as pot and caps reach; the result is then negative. Match that is earned or paid is
    taken back too (`earning`). Afterwards each programme looks at what this means for others: a
    threshold that is lost or reached, a waiting list. A repeat changes nothing.

    Raises:
        ValueError: another currency than the contribution's.
    """
    money = _locked_money(contribution_ref)
    if money is None:
        return 0
    if remaining.currency != money.currency:
        raise ValueError(f"{money} does not remain in {remaining.currency}.")
    WaitingMoney.objects.filter(money=money).update(remaining_minor=remaining.minor)
    released = shares.unwind_claims(
        contribution_ref=contribution_ref, remaining=remaining, cause=cause, now=now
    )
    rows = _decided(contribution_ref)
    for row in rows:
        released += _bring(row, money.counted, remaining.minor, cause=cause, now=now)
    Allocation.objects.filter(pk__in=[row.pk for row in rows]).update(
        remaining_minor=remaining.minor
    )
    if rows:
        stacks.tell_waiting([contribution_ref], {contribution_ref: money.counted})
    for row in rows:
        released += _bring_lumps(row, cause=cause, now=now)
    for row in rows:
        _look_at_others(row, money.counted, cause=cause, now=now)
    return released


@transaction.atomic
def block(*, contribution_ref: str, cause: str, now: datetime) -> None:
    """Keep a contribution's match from being earned while its money is disputed.

    Of match that is earned or paid a person is told.
    """
    _set_blocked(contribution_ref, is_blocked=True, cause=cause, now=now)


@transaction.atomic
def unblock(*, contribution_ref: str, cause: str, now: datetime) -> None:
    """Let a contribution's match be earned again: no dispute is open."""
    _set_blocked(contribution_ref, is_blocked=False, cause=cause, now=now)


def _set_blocked(contribution_ref: str, *, is_blocked: bool, cause: str, now: datetime) -> None:
    money = _locked_money(contribution_ref)
    if money is None:
        return
    WaitingMoney.objects.filter(money=money).update(is_blocked=is_blocked)
    rows = [
        row
        for row in _decided(contribution_ref)
        if row.decided_minor and row.is_blocked != is_blocked
    ]
    for row in rows:
        if row.state in _HANDED_OVER:
            _tell_of(row, row.amount_minor, cause=cause)
            continue
        row.is_blocked = is_blocked
        row.save(update_fields=["is_blocked"])
        lines.moved(row, came_from=row.state, cause=cause, now=now, is_blocked=is_blocked).save()


def _locked_money(contribution_ref: str) -> CountedMoney | None:
    """Return the counted money, with every programme locked that decides or has decided on it."""
    money = CountedMoney.objects.filter(contribution_ref=contribution_ref).first()
    if money is not None:
        engine.locked(money.candidates)
    return money


def _decided(contribution_ref: str) -> list[Allocation]:
    """Return what was decided so far, in the order of asking."""
    rows = Allocation.objects.filter(contribution_ref=contribution_ref)
    return list(
        rows.select_related("version", "programme")
        .select_for_update(no_key=True, of=("self",))
        .order_by("allocated_at", "id")
    )


def _bring(
    row: Allocation, money: Counted, remaining_minor: int, *, cause: str, now: datetime
) -> int:
    """Bring one match to what remains of its money; return what the pots get back."""
    stays = lumps.stays(
        row,
        money,
        changes.decision_of(row),
        remaining_minor=remaining_minor,
        public_minor=_public_before(row, money),
    )
    if row.state in _HANDED_OVER:
        to_minor = min(stays.minor, row.amount_minor)
        if to_minor == row.amount_minor:
            return 0
        return take_back_earned(allocation=row, to_minor=to_minor, kept=stays, cause=cause, now=now)
    if stays.minor > row.amount_minor:
        stays = _within_limits(row, money, stays, remaining_minor)
    if stays.parts == engine.parts_of(row.parts) and stays.moves == from_rows(row.moves):
        return 0
    tally = _tally_for(row, stays)
    tally.move(from_rows(row.moves), back=True)
    tally.move(stays.moves)
    change = Change(row, stays.parts, stays.moves, cause)
    return changes.apply(row.programme, [change], tally, now=now)


def _bring_lumps(row: Allocation, *, cause: str, now: datetime) -> int:
    """Bring what others of a project were given once for it to what stands of the project's money.

    Return what the pots get back.
    """
    rows = lumps.of_project(row)
    refs = [each.contribution_ref for each in rows]
    if not refs:
        return 0
    counted = CountedMoney.objects.filter(contribution_ref__in=refs)
    money = {each.contribution_ref: each.counted for each in counted}
    stacks.lock_waiting(refs)
    released = 0
    for each in rows:
        left = each.remaining_minor or 0
        released += _bring(each, money[each.contribution_ref], left, cause=cause, now=now)
    stacks.tell_waiting(refs, money)
    return released


def _tally_for(row: Allocation, stays: Remaining) -> Tally:
    keys = touched((*from_rows(row.moves), *stays.moves))
    return engine.tallies({row.programme_id: keys})[row.programme_id]


def _public_before(row: Allocation, money: Counted) -> int | None:
    """Return what the programmes before still match, where their total share is limited."""
    if row.version.rule.stacking.total_public_share is None:
        return None
    pairs = [(row.version, row)]
    return stacks.before(pairs, {money.ref: money})[money.ref].public_minor


def _within_limits(
    row: Allocation, money: Counted, stays: Remaining, remaining_minor: int
) -> Remaining:
    """Return what of a match can be given again: others may have used caps and pot since."""
    known = list(row.programme.versions.with_orders().order_by("number"))
    (version,) = (each for each in known if each.pk == row.version_id)
    stand = engine.standing([(version, money)], moves=[(row.programme_id, row.moves)])
    turn = Turn(
        version.rule,
        money,
        stacks.before([(version, row)], {money.ref: money})[money.ref],
        remaining_minor=remaining_minor,
        ceiling_minor=stand.ceilings.get(row.programme_id, {}).get(money.project),
        is_unlocked=True,
        frozen=version.frozen_for(row.project_id),
    )
    room = allocation.look_again(
        turn,
        changes.standing_of(row),
        tally=stand.tallies[row.programme_id],
        pots=stand.pots[row.programme_id],
    )
    room = extending.widened(room, known[-1].rule, money)
    kept = lumps.stays(row, money, room, remaining_minor=remaining_minor)
    return kept if kept.minor < stays.minor else stays


def _look_at_others(row: Allocation, money: Counted, *, cause: str, now: datetime) -> None:
    """Take back what a lost threshold had unlocked; serve a waiting list with what came free."""
    programme, rule = row.programme, row.version.rule
    if rule.threshold is not None and now < rule.window.closes_at:
        (version,) = programme.versions.with_orders().filter(pk=row.version_id)
        tally = engine.standing([(version, money)]).tallies[programme.pk]
        if thresholds.is_lost(rule, money, tally):
            _revoke(row, cause=cause, now=now)
        elif rule.threshold.mode is rules.Unlock.RETRO and thresholds.is_reached(
            rule, money, tally
        ):
            again.unlock(programme, project=money.project, now=now)
    again.serve_waiting(programme, now=now)


def _revoke(lost: Allocation, *, cause: str, now: datetime) -> None:
    """Take back all committed match of a project that has fallen below its threshold."""
    programme = lost.programme
    matched = Allocation.objects.filter(
        programme=programme, project_id=lost.project_id, state=State.COMMITTED
    )
    rows = list(matched.select_related("version").select_for_update(no_key=True, of=("self",)))
    refs = [row.contribution_ref for row in rows]
    counted = CountedMoney.objects.filter(contribution_ref__in=refs)
    money = {each.contribution_ref: each.counted for each in counted}
    stacks.lock_waiting(refs)
    wanted = [
        Change(row, outcome.parts, outcome.moves, cause, lost=outcome)
        for row in rows
        for outcome in (_lost(row, money[row.contribution_ref]),)
    ]
    keys = frozenset(key for row in rows for key in touched(from_rows(row.moves)))
    tally = engine.tallies({programme.pk: keys})[programme.pk]
    for change in wanted:
        tally.move(from_rows(change.row.moves), back=True)
        tally.move(change.moves)
    changes.apply(programme, wanted, tally, now=now)
    stacks.tell_waiting(refs, money)


def _lost(row: Allocation, money: Counted) -> allocation.Outcome:
    turn = Turn(row.version.rule, money, remaining_minor=row.remaining_minor)
    return allocation.revoke(changes.standing_of(row), turn)


def _tell_of(row: Allocation, minor: int, *, cause: str) -> None:
    """Tell a person of match that was handed over and what of it should stand, once a cause."""
    events.publish(
        events.ExceptionFound(
            kind=EARNED_MATCH,
            provider_key=f"{cause}:{row.programme_id}",
            reference=row.contribution_ref,
            ours_minor=row.amount_minor,
            theirs_minor=minor,
            currency=row.programme.currency,
        )
    )
