"""Holding match for a person who is about to pay, and giving it back.

The caller holds the campaign and the contribution; here the programmes follow, in the order of
their ids, then the reservation, then (inside the ledger) the accounts.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import DatabaseError, transaction

from payments.ledger.services import BalanceExceeded, LedgerRefused, post
from projects.matching import engine, rules
from projects.matching.engine import Offer
from projects.matching.models import MatchTransition, Reservation
from projects.matching.services import entries
from projects.matching.services.failures import ProgrammesFailed
from projects.matching.services.quotes import quote_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from projects.matching.gifts import Gift, Quote
    from projects.matching.models import ProgrammeVersion

logger = logging.getLogger(__name__)

LIFE = timedelta(minutes=15)
LONGEST = timedelta(minutes=32)
BATCH = 500
State = Reservation.State


@transaction.atomic
def lock(*, gift: Gift, now: datetime) -> None:
    """Lock what `reserve` of the same gift will, for who must lock something else before accounts.

    Programmes come before payments, payments before accounts.
    """
    _lock(gift, engine.speaking_of(gift.facts, engine.in_force(now)), now=now)


@transaction.atomic
def reserve(*, gift: Gift, now: datetime, keep: bool = False) -> Quote:
    """Hold what a gift would get, instead of what was held for it before; return the quote.

    It is held for 15 minutes, and through repetitions for at most 32 since the first. Reserving
    the same again only moves the time. `keep` is for a person who now goes to pay: the 32 minutes
    begin anew, and what is held stays, past them too, until `count`, `release` or `let_lapse`.
    """
    versions = engine.speaking_of(gift.facts, engine.in_force(now))
    own = _lock(gift, versions, now=now)
    offers = engine.offers(gift, versions, own=own, now=now)
    best = offers[-1] if offers and offers[-1].outcome.minor else None
    if own and best and _is_the_same(own, best, gift) and not (keep and own.held_since < now):
        _move_time(own, now, keep=keep)
        return quote_of(gift, offers, valid_until=own.expires_at)
    new = _reservation(gift, best, own=None if keep else own, now=now) if best else None
    if new and keep:
        new.is_kept, new.expires_at = True, now + LONGEST
    try:
        _replace(own, new, now=now)
    except BalanceExceeded:
        _replace(own, None, now=now)
        last = Offer(offers[-1].version, offers[-1].outcome.without_pot())
        offers, new = [*offers[:-1], last], None
    return quote_of(gift, offers, valid_until=new.expires_at if new else None)


@transaction.atomic
def release(*, contribution_ref: str, now: datetime) -> bool:
    """Give back what is held for a contribution; tell whether anything was. Repeating is harmless.

    When the money has arrived the match stays held: its turn decides.
    """
    if (seen := _active(contribution_ref)) is None:
        return False
    engine.locked([seen.programme_id])
    own = _locked(contribution_ref)
    if own is None or own.expires_at is None:
        return False
    _give_back([own], reason="given_up", now=now)
    return True


@transaction.atomic
def let_lapse(*, contribution_ref: str) -> None:
    """Stop keeping what is held for a contribution: it goes at its time, like any other."""
    own = _locked(contribution_ref)
    if own is not None and own.is_kept:
        own.is_kept = False
        own.save(update_fields=["is_kept"])


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


def _active(contribution_ref: str) -> Reservation | None:
    return Reservation.objects.active().filter(contribution_ref=contribution_ref).first()


def _locked(contribution_ref: str) -> Reservation | None:
    """Return what is held for a contribution, locked until the commit."""
    rows = Reservation.objects.active().select_for_update(no_key=True)
    return rows.filter(contribution_ref=contribution_ref).first()


def _lock(gift: Gift, versions: Iterable[ProgrammeVersion], *, now: datetime) -> Reservation | None:
    """Lock the programmes that can give to a gift, then what is held for it; return the latter."""
    money = gift.counted(settled_at=now)
    giving = {v.programme_id for v in versions if rules.refusal(v.rule, money) is None}
    own = _active(gift.contribution_ref)
    engine.locked(giving | ({own.programme_id} if own else set()))
    return _locked(gift.contribution_ref)


def _is_the_same(own: Reservation, best: Offer, gift: Gift) -> bool:
    held = (own.version_id, own.amount_minor, own.base_minor, own.donor_key)
    return held == (best.version.pk, best.outcome.minor, gift.amount.minor, gift.donor_key)


def _move_time(own: Reservation, now: datetime, *, keep: bool) -> None:
    if own.expires_at is not None:
        until = own.held_since + LONGEST
        own.expires_at = until if keep else max(own.expires_at, min(now + LIFE, until))
        own.is_kept = own.is_kept or keep
        own.save(update_fields=["expires_at", "is_kept"])


def _reservation(gift: Gift, best: Offer, *, own: Reservation | None, now: datetime) -> Reservation:
    """Return the unsaved reservation of an offer, which goes on from the one held before."""
    is_unbroken = own is not None and own.expires_at is not None and own.expires_at > now
    held_since = own.held_since if own and is_unbroken else now
    number = Reservation.objects.filter(contribution_ref=gift.contribution_ref).count() + 1
    return Reservation(
        contribution_ref=gift.contribution_ref,
        number=number,
        programme_id=best.version.programme_id,
        version=best.version,
        campaign_key=gift.campaign_key,
        project_id=gift.project_id,
        donor_key=gift.donor_key,
        base_minor=gift.amount.minor,
        amount_minor=best.outcome.minor,
        reason=best.outcome.reason or "",
        ledger_key=f"match_reserved:{gift.contribution_ref}:{number}",
        held_since=held_since,
        expires_at=min(now + LIFE, held_since + LONGEST),
    )


def _replace(own: Reservation | None, new: Reservation | None, *, now: datetime) -> None:
    """Write the end of one reservation and the beginning of another; the ledger may refuse both."""
    booked, lines = [], []
    if own:
        booked.append(entries.give_back(own, at=now))
    if new:
        until = new.held_since + LONGEST
        currency = new.version.rule.currency
        booked.append(entries.hold(new, currency=currency, at=now, until=until))
    post(booked)
    if own:
        lines += entries.finish([own], to=State.RELEASED, at=now, reason="replaced")
    if new:
        new.save(force_insert=True)
        lines.append(_begun(new, at=now))
    MatchTransition.objects.bulk_create(lines)


def _give_back(reservations: list[Reservation], *, reason: str, now: datetime) -> None:
    post([entries.give_back(each, at=now) for each in reservations])
    lines = entries.finish(reservations, to=State.RELEASED, at=now, reason=reason)
    MatchTransition.objects.bulk_create(lines)


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
