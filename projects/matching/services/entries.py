"""The entries that matching writes on a pot, and the log that goes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.ledger.services import Entry, Posting
from projects.matching import engine
from projects.matching.models import MatchTransition, Reservation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from projects.matching.models import Allocation


def hold(reservation: Reservation, *, currency: str, at: datetime, until: datetime) -> Entry:
    """Return the pending entry of a reservation; it may stand until `until` at most."""
    return Entry(
        kind="match_reserved",
        reference=reservation.contribution_ref,
        idempotency_key=reservation.ledger_key,
        occurred_at=at,
        postings=_to_campaign(reservation, currency),
        state="pending",
        expires_at=until,
    )


def give_back(reservation: Reservation, *, at: datetime) -> Entry:
    """Return the entry that voids a reservation's."""
    return Entry(
        kind="match_reserved",
        reference=reservation.contribution_ref,
        idempotency_key=f"{reservation.ledger_key}:void",
        occurred_at=at,
        state="voided",
        finishes=reservation.ledger_key,
    )


def commit_key(contribution_ref: str, programme_id: str) -> str:
    """Return the name of the entry that commits a programme's first answer to a contribution."""
    return f"match_committed:{contribution_ref}:{programme_id}"


def commit(allocation: Allocation, *, currency: str, at: datetime) -> Entry:
    """Return the pending entry, without time limit, of a committed allocation."""
    return Entry(
        kind="match_committed",
        reference=allocation.contribution_ref,
        idempotency_key=allocation.ledger_key,
        occurred_at=at,
        postings=_to_campaign(allocation, currency),
        state="pending",
    )


def uncommit(allocation: Allocation, *, at: datetime) -> Entry:
    """Return the entry that gives back what is committed now."""
    return Entry(
        kind="match_committed",
        reference=allocation.contribution_ref,
        idempotency_key=f"{allocation.ledger_key}:void",
        occurred_at=at,
        state="voided",
        finishes=allocation.ledger_key,
    )


def _to_campaign(match: Allocation | Reservation, currency: str) -> tuple[Posting, ...]:
    """Return one posting for the pot of each layer that gives, and one for the campaign."""
    pots = [
        Posting(engine.pot(match.programme_id, currency, layer), minor)
        for layer, minor in match.parts
    ]
    return (*pots, Posting(engine.earned(match.campaign_key, currency), -match.amount_minor))


def finish(
    reservations: Sequence[Reservation], *, to: Reservation.State, at: datetime, reason: str
) -> list[MatchTransition]:
    """Give active reservations their last state; return the lines of the log, not yet saved."""
    Reservation.objects.filter(pk__in=[each.pk for each in reservations]).update(
        state=to, finished_at=at
    )
    return ended(reservations, to=to, at=at, reason=reason)


def ended(
    reservations: Sequence[Reservation], *, to: Reservation.State, at: datetime, reason: str
) -> list[MatchTransition]:
    """Return the lines of the log of reservations that end, not yet saved."""
    return [
        MatchTransition(
            subject=MatchTransition.Subject.RESERVATION,
            subject_id=each.pk,
            contribution_ref=each.contribution_ref,
            from_state=Reservation.State.ACTIVE,
            to_state=to,
            reason=reason,
            facts={"amount_minor": each.amount_minor},
            at=at,
        )
        for each in reservations
    ]
