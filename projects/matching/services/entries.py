"""The three entries that matching writes on a pot, and the log that goes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.ledger.services import Entry, Posting
from projects.matching import engine
from projects.matching.models import MatchTransition

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from projects.matching.models import Allocation, Reservation


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


def _to_campaign(match: Allocation | Reservation, currency: str) -> tuple[Posting, Posting]:
    return (
        Posting(engine.pot(match.programme_id, currency), match.amount_minor),
        Posting(engine.earned(match.campaign_key, currency), -match.amount_minor),
    )


def finish(
    reservations: Iterable[Reservation], *, to: Reservation.State, at: datetime, reason: str
) -> list[MatchTransition]:
    """Set reservations to their last state and return the log lines; saves neither."""
    lines = []
    for reservation in reservations:
        lines.append(
            MatchTransition(
                subject=MatchTransition.Subject.RESERVATION,
                subject_id=reservation.pk,
                contribution_ref=reservation.contribution_ref,
                from_state=reservation.state,
                to_state=to,
                reason=reason,
                facts={"amount_minor": reservation.amount_minor},
                at=at,
            )
        )
        reservation.state, reservation.finished_at = to, at
    return lines
