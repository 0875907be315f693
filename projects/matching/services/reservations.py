"""Holding match for a person who is about to pay, and giving it back.

The caller holds the campaign and the contribution; here the programmes follow, in the order of
their ids, then the reservation, then (inside the ledger) the accounts.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from django.db import DatabaseError, transaction

from payments.ledger.services import LedgerRefused, post
from projects.matching import engine
from projects.matching.engine import Offer
from projects.matching.models import MatchTransition, Programme, Reservation
from projects.matching.services import again, entries, tallies
from projects.matching.services.failures import ProgrammesFailed
from projects.matching.services.holding import Change, TermsRenewed, hold, take_turn
from projects.matching.services.quotes import quote_of, valid_until
from projects.matching.tally import as_rows, from_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from projects.matching.engine import Standing
    from projects.matching.gifts import Gift, Quote
    from projects.matching.models import ProgrammeVersion
    from projects.matching.services.holding import TurnTaken
    from projects.matching.tally import Moves

T = TypeVar("T")

logger = logging.getLogger(__name__)

LONGEST = timedelta(minutes=32)
BATCH = 500
State = Reservation.State


def lock(*, gift: Gift, now: datetime) -> None:
    """Lock what `reserve` of the same gift will, for who must lock something else before accounts.

    Programmes come before payments, payments before accounts.
    """

    @transaction.atomic
    def locked(terms_at: datetime) -> None:
        take_turn(gift, _asked(gift, terms_at), now=now)

    _by_newest_terms(locked, now)


def reserve(*, gift: Gift, now: datetime, keep: bool = False) -> Quote:
    """Hold what a gift would get, instead of what was held for it before; return the quote.

    Each programme that gives holds its own. It is held for as long as its rule says, and through
    repetitions for at most 32 minutes since the first. Reserving the same again only moves the
    time. `keep` is for a person who now goes to pay: the 32 minutes begin anew, and what is held
    stays, past them too, until `count`, `release` or `let_lapse`.
    """

    def held(terms_at: datetime) -> Quote:
        return _reserve(gift, _asked(gift, terms_at), now=now, keep=keep)

    return _by_newest_terms(held, now)


def _asked(gift: Gift, terms_at: datetime) -> list[ProgrammeVersion]:
    return engine.asked_about(gift.facts, engine.in_force(terms_at))


def _by_newest_terms(act: Callable[[datetime], T], now: datetime) -> T:
    """Do something by the terms of now; once more by newer ones, where such came before its turn.

    Newer terms may count by more. What is held by older ones, after those have counted all that was
    held before, would be missing there. All that was locked meanwhile is let go first.
    """
    terms_at = now
    while True:
        try:
            return act(terms_at)
        except TermsRenewed as renewed:
            terms_at = max(now, renewed.at)


@transaction.atomic
def _reserve(gift: Gift, versions: list[ProgrammeVersion], *, now: datetime, keep: bool) -> Quote:
    turn = take_turn(gift, versions, now=now)
    own = turn.own
    for each in own:
        turn.stand.give_back(each)
    offers = engine.ask(versions, gift.counted(settled_at=now, initiated_at=now), turn.stand)
    giving = [offer for offer in offers if offer.outcome.minor]
    begun_before = any(each.held_since < now for each in own)
    if own and _is_the_same(own, giving, gift) and not (keep and begun_before):
        for each in own:
            _move_time(each, now, keep=keep)
        return quote_of(gift, offers, valid_until=valid_until(own))
    new = _reservations(gift, giving, turn, own=[] if keep else own, now=now)
    if keep:
        for each in new:
            each.is_kept, each.expires_at = True, now + LONGEST
    if not _replace(own, new, turn.stand, now=now):
        return _hold_nothing(gift, offers, own, now=now)
    return quote_of(gift, offers, valid_until=valid_until(new))


def _hold_nothing(
    gift: Gift, offers: Sequence[Offer], own: Sequence[Reservation], *, now: datetime
) -> Quote:
    """Give back what is held where, against all expectation, a pot turns out to be empty."""
    _give_back(own, reason="replaced", now=now)
    empty = [
        Offer(each.version, each.outcome.without_pot()) if each.outcome.minor else each
        for each in offers
    ]
    return quote_of(gift, empty, valid_until=None)


@transaction.atomic
def release(*, contribution_ref: str, now: datetime) -> bool:
    """Give back what is held for a contribution; tell whether anything was. Repeating is harmless.

    When the money has arrived the match stays held: its turn decides.
    """
    if not (seen := _active(contribution_ref)):
        return False
    engine.locked({each.programme_id for each in seen})
    own = [each for each in _locked(contribution_ref) if each.expires_at is not None]
    _give_back(own, reason="given_up", now=now)
    return bool(own)


@transaction.atomic
def let_lapse(*, contribution_ref: str) -> None:
    """Stop keeping what is held for a contribution: it goes at its time, like any other."""
    kept = [each.pk for each in _locked(contribution_ref) if each.is_kept]
    Reservation.objects.filter(pk__in=kept).update(is_kept=False)


def expire_reservations(*, now: datetime) -> int:
    """Give back what nobody came back for, programme by programme; return how many.

    Raises:
        ProgrammesFailed: after all others were done.
    """
    expired, failed = 0, []
    waiting = Reservation.objects.expired(now).order_by("programme_id")
    for programme_id in waiting.values_list("programme_id", flat=True).distinct():
        try:
            while batch := _expire_batch(programme_id, now=now):
                expired += batch
        except (LedgerRefused, DatabaseError):
            logger.exception("Reservations of %s could not be given back", programme_id)
            failed.append(programme_id)
    if failed:
        raise ProgrammesFailed(failed)
    return expired


@transaction.atomic
def _expire_batch(programme_id: str, *, now: datetime) -> int:
    engine.locked([programme_id])
    expired = Reservation.objects.expired(now).filter(programme=programme_id)
    batch = list(expired.select_for_update(no_key=True).order_by("id")[:BATCH])
    _give_back(batch, reason="expired", now=now)
    return len(batch)


def _active(contribution_ref: str) -> list[Reservation]:
    return list(Reservation.objects.active().filter(contribution_ref=contribution_ref))


def _locked(contribution_ref: str) -> list[Reservation]:
    """Return what is held for a contribution, locked until the commit."""
    rows = Reservation.objects.active().select_for_update(no_key=True)
    return list(rows.filter(contribution_ref=contribution_ref).order_by("id"))


def _is_the_same(own: Sequence[Reservation], giving: Sequence[Offer], gift: Gift) -> bool:
    held = {
        (each.version_id, tuple(engine.parts_of(each.parts)), each.base_minor, each.donor_key)
        for each in own
    }
    return held == {
        (offer.version.pk, offer.outcome.parts, gift.amount.minor, gift.donor_key)
        for offer in giving
    }


def _move_time(own: Reservation, now: datetime, *, keep: bool) -> None:
    if own.expires_at is not None:
        until = own.held_since + LONGEST
        life = _life(own.version)
        own.expires_at = until if keep else max(own.expires_at, min(now + life, until))
        own.is_kept = own.is_kept or keep
        own.save(update_fields=["expires_at", "is_kept"])


def _life(version: ProgrammeVersion) -> timedelta:
    return timedelta(minutes=version.rule.reservation_minutes)


def _reservations(
    gift: Gift,
    giving: Sequence[Offer],
    turn: TurnTaken,
    *,
    own: Sequence[Reservation],
    now: datetime,
) -> list[Reservation]:
    """Return the unsaved reservations of offers, which go on from those held before."""
    unbroken = [each for each in own if each.expires_at is not None and each.expires_at > now]
    held_since = min((each.held_since for each in unbroken), default=now)
    made = []
    for number, offer in enumerate(giving, start=turn.earlier + 1):
        held = offer.outcome.held()
        made.append(
            Reservation(
                contribution_ref=gift.contribution_ref,
                number=number,
                programme_id=offer.version.programme_id,
                version=offer.version,
                campaign_key=gift.campaign_key,
                project_id=gift.project_id,
                donor_key=gift.donor_key,
                base_minor=gift.amount.minor,
                currency=gift.amount.currency,
                facts=gift.facts,
                amount_minor=offer.outcome.minor,
                parts=held.parts,
                moves=as_rows(held.moves),
                reason=offer.outcome.reason or "",
                ledger_key=f"match_reserved:{gift.contribution_ref}:{number}",
                held_since=held_since,
                expires_at=min(now + _life(offer.version), held_since + LONGEST),
            )
        )
    return made


def _replace(
    own: Sequence[Reservation], new: Sequence[Reservation], stand: Standing, *, now: datetime
) -> bool:
    """Write the end of some reservations and the beginning of others; tell whether it was done.

    It is not where a pot turns out to be empty. `stand` has the old ones given back already.
    """
    if not own and not new:
        return True
    ends = [entries.give_back(each, at=now) for each in own]
    begins = [
        entries.hold(
            each, currency=each.version.rule.currency, at=now, until=each.held_since + LONGEST
        )
        for each in new
    ]
    for each in new:
        stand.tallies[each.programme_id].move(from_rows(each.moves))
    lines = entries.ended(own, to=State.RELEASED, at=now, reason="replaced")
    lines += [_begun(each, at=now) for each in new]
    change = Change(ended=own, begun=new, log=lines, entries=[*ends, *begins])
    return hold(change, stand, now=now)


def _give_back(reservations: Sequence[Reservation], *, reason: str, now: datetime) -> None:
    if not reservations:
        return
    post([entries.give_back(each, at=now) for each in reservations])
    lines = entries.finish(reservations, to=State.RELEASED, at=now, reason=reason)
    MatchTransition.objects.bulk_create(lines)
    moved: dict[str, list[Moves]] = defaultdict(list)
    for each in reservations:
        moved[each.programme_id].append(from_rows(each.moves))
    for programme_id, moves in sorted(moved.items()):
        tallies.take_back(programme_id, moves)
    for programme in Programme.objects.filter(pk__in=moved).prefetch_related("versions"):
        again.serve_waiting(programme, now=now)


def _begun(reservation: Reservation, *, at: datetime) -> MatchTransition:
    return MatchTransition(
        subject=MatchTransition.Subject.RESERVATION,
        subject_id=reservation.pk,
        contribution_ref=reservation.contribution_ref,
        to_state=State.ACTIVE,
        reason=reservation.reason,
        facts={"amount_minor": reservation.amount_minor, "programme": reservation.programme_id},
        at=at,
    )
