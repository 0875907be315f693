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
    from datetime import datetime

    from projects.matching.gifts import Gift, Quote

logger = logging.getLogger(__name__)

LIFE = timedelta(minutes=15)
EXTENSION = timedelta(minutes=5)
LONGEST = timedelta(minutes=32)
BATCH = 500
State = Reservation.State


@transaction.atomic
def reserve(*, gift: Gift, now: datetime) -> Quote:
    """Hold what a gift would get, instead of what was held for it before; return the quote.

    It is held for 15 minutes, and through repetitions and extensions for at most 32 since the
    first. Reserving the same again only moves the time.
    """
    versions = engine.speaking_of(gift.facts, engine.in_force(now))
    money = gift.counted(settled_at=now)
    giving = {v.programme_id for v in versions if rules.refusal(v.rule, money) is None}
    own = _active(gift.contribution_ref)
    engine.locked(giving | ({own.programme_id} if own else set()))
    own = _locked(gift.contribution_ref)
    offers = engine.offers(gift, versions, own=own, now=now)
    best = offers[-1] if offers and offers[-1].outcome.minor else None
    if own and best and _is_the_same(own, best, gift):
        _move_time(own, now)
        return quote_of(gift, offers, valid_until=own.expires_at)
    new = _reservation(gift, best, own=own, now=now) if best else None
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
def extend_reservation(*, contribution_ref: str, now: datetime) -> datetime | None:
    """Hold a reservation for 5 more minutes from now, 32 in all; return until when, if any."""
    own = _locked(contribution_ref)
    if own is None or own.expires_at is None:
        return None
    extended = min(now + EXTENSION, own.held_since + LONGEST)
    if extended > own.expires_at:
        own.expires_at = extended
        own.save(update_fields=["expires_at"])
    return own.expires_at


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


def _is_the_same(own: Reservation, best: Offer, gift: Gift) -> bool:
    held = (own.version_id, own.amount_minor, own.base_minor, own.donor_key)
    return held == (best.version.pk, best.outcome.minor, gift.amount.minor, gift.donor_key)


def _move_time(own: Reservation, now: datetime) -> None:
    if own.expires_at is not None:
        own.expires_at = max(own.expires_at, min(now + LIFE, own.held_since + LONGEST))
        own.save(update_fields=["expires_at"])


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
