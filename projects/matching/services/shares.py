"""Writing what each contribution gets of a round, and freeing the share of one whose money goes.

Shares are written once, by COPY into a table of the round's own, which the database checks against
claims and awards before it takes it in. What is freed later is written beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from psycopg import sql

from payments import events
from payments.ledger.services import BalanceExceeded, post
from projects.matching import engine, parts
from projects.matching.models import Award, Claim, FreedShare, Share
from projects.matching.round_events import ShareFreed
from projects.matching.services import books, claims
from projects.matching.services.earning import (
    changed,
    take_back_award,
    tell_of_handed_over,
    terms_of,
    to_funder,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from uuid import UUID

    from payments.money import Money

State = Award.State
LINES = 20_000  # Of one block of a COPY.


@transaction.atomic
def write_shares(round_id: UUID, shares: Iterable[tuple[str, int]]) -> int:
    """Write the shares of a new round by contribution; return how many. Zeros are left out.

    The caller has written the round and its awards in this transaction.

    Raises:
        IntegrityError: they are not of its claims, or do not sum to its awards.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT matching_open_shares(%s)", [round_id])
        schema, _, table = cursor.fetchone()[0].partition(".")
        into = sql.SQL("COPY {} (round_id, contribution_ref, minor) FROM STDIN").format(
            sql.Identifier(schema, table)
        )
        with connection.wrap_database_errors, cursor.copy(into) as copy:
            for block in _blocks(str(round_id), shares):
                copy.write(block)
        cursor.execute("SELECT matching_seal_shares(%s)", [round_id])
        return int(cursor.fetchone()[0])


def _blocks(round_id: str, shares: Iterable[tuple[str, int]]) -> Iterator[str]:
    lines = []
    for ref, minor in shares:
        if minor:
            lines.append(f"{round_id}\t{_escaped(ref)}\t{minor}\n")
        if len(lines) == LINES:
            yield "".join(lines)
            lines.clear()
    yield "".join(lines)


def _escaped(ref: str) -> str:
    """Return a reference as COPY reads it."""
    if ref.isprintable() and "\\" not in ref:
        return ref
    for char, written in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        ref = ref.replace(char, written)
    return ref


@transaction.atomic
def unwind_claims(*, contribution_ref: str, remaining: Money, cause: str, now: datetime) -> int:
    """Bring claims and shares of a contribution to what remains of its money.

    Before the close a claim shrinks, or counts for nothing, and the next estimate knows. After it
    the contribution's own share is freed, its award falls by that, and nobody else's changes; it
    goes back to the pot, or to the funder where the rule says so. Where more remains than was known
    before, because a refund failed, the share is given again as far as the pot reaches. Returns the
    minor units freed, below zero where they are given again. A repeat changes nothing.

    The caller holds the programmes' locks, or takes no other lock afterwards than accounts.

    Raises:
        ValueError: another currency than the contribution's.
    """
    named = Claim.objects.filter(contribution_ref=contribution_ref)
    engine.locked(sorted(set(named.values_list("programme_id", flat=True))))
    freed = 0
    for claim in claims.locked(contribution_ref):
        if remaining.currency != claim.money.currency:
            raise ValueError(f"{claim.money} does not remain in {remaining.currency}.")
        award = _award_of(claim)
        if award is not None:
            freed += _free(claim, award, remaining.minor, cause=cause, now=now)
        elif claim.remaining_minor != remaining.minor and not _is_closed(claim):
            claims.shrink(claim, remaining_minor=remaining.minor)
    return freed


def _is_closed(claim: Claim) -> bool:
    return claim.programme.rounds.filter(number=claim.round_number).exists()


def _award_of(claim: Claim) -> Award | None:
    """Return the award of a claim's campaign, locked, if its round is closed and gave any."""
    rows = Award.objects.filter(
        round__programme=claim.programme_id,
        round__number=claim.round_number,
        campaign_key=claim.campaign_key,
        decided_minor__gt=0,
    ).select_related("round__version", "programme")
    return rows.select_for_update(no_key=True, of=("self",)).first()


@dataclass(frozen=True, slots=True)
class _Change:
    """One share that is to stand at another amount."""

    claim: Claim
    award: Award
    number: int
    before: int
    after: int
    cause: str
    now: datetime


def _free(claim: Claim, award: Award, remaining_minor: int, *, cause: str, now: datetime) -> int:
    share = Share.objects.filter(
        round=award.round_id, contribution_ref=claim.contribution_ref
    ).first()
    if share is None:
        return 0
    known = award.freed.filter(contribution_ref=claim.contribution_ref).order_by("-number").first()
    change = _Change(
        claim=claim,
        award=award,
        number=known.number + 1 if known else 1,
        before=known.minor if known else share.minor,
        after=min(share.minor, share.minor * remaining_minor // _at_close(claim)),
        cause=cause,
        now=now,
    )
    if change.before == change.after or not _book(change):
        return 0
    _write(change)
    return change.before - change.after


def _at_close(claim: Claim) -> int:
    """Return what remained of the money of a claim when its round was closed."""
    remained = claim.remaining_minor
    return claim.money.amount_minor if remained is None else remained


def _book(change: _Change) -> bool:
    """Bring award and entries to the new amount of a share; tell whether that was possible.

    Match that was handed over does not grow again, nor what a pot has no more: a person is told.
    """
    award = change.award
    minor = award.amount_minor + change.after - change.before
    if award.state in (State.EARNED, State.PAID) and change.after < change.before:
        take_back_award(award, minor, cause=change.cause, now=change.now)
        return True
    if award.state in (State.COMMITTED, State.RELEASED) and _recommit(change, minor):
        return True
    tell_of_handed_over(
        award,
        change.claim.contribution_ref,
        stands=change.before,
        should=change.after,
        cause=change.cause,
    )
    return False


def _recommit(change: _Change, minor: int) -> bool:
    """Void what is committed and commit another amount, or nothing."""
    award, now = change.award, change.now
    currency, came_from = award.programme.currency, award.state
    before, decided = engine.parts_of(award.parts), engine.parts_of(award.decided_parts)
    booked = [books.void(award, at=now)] if award.amount_minor else []
    award.parts = parts.brought_to(before, minor, decided=decided)
    award.amount_minor, award.state = minor, State.COMMITTED if minor else State.RELEASED
    key = f"match_awarded:{award.round_id}:{award.campaign_key}:{award.changes.count()}"
    award.ledger_key = key if minor else ""
    if minor:
        booked.append(books.award(award, currency=currency, at=now))
    stays = dict(award.parts)
    freed = tuple((layer, each - stays.get(layer, 0)) for layer, each in before)
    freed = tuple((layer, each) for layer, each in freed if each > 0)
    if freed:
        booked += to_funder(award, freed, key=f"{key}:freed", now=now)
    try:
        post(booked)
    except BalanceExceeded:
        award.refresh_from_db(fields=["parts", "amount_minor", "state", "ledger_key"])
        return False
    award.save(update_fields=["parts", "amount_minor", "state", "ledger_key"])
    changed(award, came_from=came_from, cause=change.cause, now=now).save()
    return True


def _write(change: _Change) -> None:
    award, ref = change.award, change.claim.contribution_ref
    freed_to = terms_of(award).freed
    FreedShare.objects.create(
        award=award,
        contribution_ref=ref,
        number=change.number,
        before_minor=change.before,
        minor=change.after,
        to=freed_to,
        cause=change.cause,
        at=change.now,
    )
    events.publish(
        ShareFreed(
            contribution_ref=ref,
            campaign_key=award.campaign_key,
            programme_id=award.programme_id,
            amount_minor=change.after,
            freed_minor=change.before - change.after,
            freed_to=str(freed_to),
            currency=award.programme.currency,
            cause=change.cause,
        )
    )
