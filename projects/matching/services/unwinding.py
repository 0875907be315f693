"""Taking match back when money goes back, holding it while a dispute is open, giving it again.

What a match comes to is a function of what was decided and of what remains (`unwinding`), so a
refund that is told of twice, late or in another order takes back the same, once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from payments import events
from payments.ledger.services import post
from projects.matching import caps, engine, unwinding
from projects.matching.events import MatchReduced
from projects.matching.models import Allocation, CountedMoney, MatchTransition, WaitingMoney
from projects.matching.services import entries

if TYPE_CHECKING:
    from datetime import datetime

    from payments.money import Money

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

    `cause` names the refund or the dispute, for the log. Of several pots the last one asked gives
    first. Money that no programme has decided on yet is decided on with what remains. Where more
    remains than was known before, because a refund failed, match is given again as far as pot and
    caps reach; the result is then negative. Match that is earned or paid is not in the pot's hands
    any more: it stays, and a person is told. A repeat changes nothing.

    Raises:
        ValueError: another currency than the contribution's.
    """
    money = _locked_money(contribution_ref)
    if money is None:
        return 0
    if remaining.currency != money.currency:
        raise ValueError(f"{money} does not remain in {remaining.currency}.")
    WaitingMoney.objects.filter(money=money).update(remaining_minor=remaining.minor)
    rows = _decided(contribution_ref)
    wanted = _wanted(money, rows, remaining.minor)
    changed = [
        (row, minor) for row, minor in zip(rows, wanted, strict=True) if minor != row.amount_minor
    ]
    return sum(_recommit(row, minor, cause=cause, now=now) for row, minor in changed)


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
    rows = [row for row in _decided(contribution_ref) if row.is_blocked != is_blocked]
    for row in rows:
        if row.state in _HANDED_OVER:
            _tell_of(row, row.amount_minor, cause=cause)
            continue
        row.is_blocked = is_blocked
        row.save(update_fields=["is_blocked"])
        _log(row, came_from=row.state, cause=cause, now=now, is_blocked=is_blocked)


def _locked_money(contribution_ref: str) -> CountedMoney | None:
    """Return the counted money, with every programme locked that decides or has decided on it."""
    money = CountedMoney.objects.filter(contribution_ref=contribution_ref).first()
    if money is not None:
        engine.locked(money.candidates)
    return money


def _decided(contribution_ref: str) -> list[Allocation]:
    """Return what gave match at first, in the order of asking."""
    rows = Allocation.objects.filter(contribution_ref=contribution_ref, decided_minor__gt=0)
    return list(
        rows.select_related("version", "programme")
        .select_for_update(no_key=True, of=("self",))
        .order_by("allocated_at", "id")
    )


def _wanted(money: CountedMoney, rows: list[Allocation], remaining_minor: int) -> list[int]:
    total = sum(
        unwinding.remaining_match(
            row.version.rule,
            money.counted,
            decided_minor=row.decided_minor,
            steps=row.steps,
            remaining_minor=remaining_minor,
        )
        for row in rows
    )
    return unwinding.last_first([row.decided_minor for row in rows], total)


def _recommit(row: Allocation, minor: int, *, cause: str, now: datetime) -> int:
    """Void what is committed and commit another amount; return what the pot gets back."""
    if row.state in _HANDED_OVER:
        _tell_of(row, minor, cause=cause)
        return 0
    currency, before, came_from = row.programme.currency, row.amount_minor, row.state
    if minor > before:
        minor = max(before, _within_limits(row, minor))
    if minor == before:
        return 0
    booked = [entries.uncommit(row, at=now)] if before else []
    row.amount_minor = minor
    row.state = State.COMMITTED if minor else State.RELEASED
    row.ledger_key = _next_key(row) if minor else ""
    if minor:
        booked.append(entries.commit(row, currency=currency, at=now))
    post(booked)
    row.save(update_fields=["amount_minor", "state", "ledger_key"])
    _log(row, came_from=came_from, cause=cause, now=now, released_minor=before - minor)
    if minor < before:
        events.publish(
            MatchReduced(
                contribution_ref=row.contribution_ref,
                programme_id=row.programme_id,
                amount_minor=minor,
                released_minor=before - minor,
                currency=currency,
                cause=cause,
            )
        )
    return before - minor


def _within_limits(row: Allocation, minor: int) -> int:
    """Return what of a match can be given again: others may have used caps and pot since."""
    programme, project = row.programme_id, str(row.project_id)
    standing = engine.standing(
        {programme: row.programme.currency},
        donors=[] if row.donor_key is None else [row.donor_key],
        projects=[row.project_id],
    )
    usage = standing.usage[programme]
    usage.add(donor=row.donor_key, project=project, minor=-row.amount_minor)
    limits = caps.rooms(row.version.rule.caps, usage, donor=row.donor_key, project=project)
    pot = caps.Room("pot_exhausted", standing.left[programme] + row.amount_minor)
    return caps.clip(minor, [*limits, pot])[0]


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


def _next_key(row: Allocation) -> str:
    """Return the name of the next entry that commits this match; the log counts them."""
    earlier = MatchTransition.objects.filter(subject_id=row.pk).count()
    return f"{entries.commit_key(row.contribution_ref, row.programme_id)}:{earlier}"


def _log(
    row: Allocation, *, came_from: str, cause: str, now: datetime, **facts: int | bool
) -> None:
    MatchTransition.objects.create(
        subject=MatchTransition.Subject.ALLOCATION,
        subject_id=row.pk,
        contribution_ref=row.contribution_ref,
        from_state=came_from,
        to_state=row.state,
        reason=cause,
        facts={"amount_minor": row.amount_minor, "programme": row.programme_id, **facts},
        at=now,
    )
