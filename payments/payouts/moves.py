"""The moves of a payout from state to state. Each is checked, stored and written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.payouts.models import Payout, PayoutAccount, PayoutMove

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

S = Payout.State
WEFT, PROVIDER = "weft", "provider"  # Actors that are not persons.
# The database has the same table (migrations/0002_guards.sql); a test compares them.
ALLOWED: dict[str, frozenset[str]] = {
    S.REQUESTED: frozenset({S.APPROVED, S.CANCELLED, S.ON_HOLD}),
    S.APPROVED: frozenset({S.SCHEDULED, S.CANCELLED, S.ON_HOLD}),
    S.SCHEDULED: frozenset({S.SUBMITTED, S.CANCELLED, S.ON_HOLD}),
    S.SUBMITTED: frozenset({S.IN_TRANSIT, S.PAID, S.FAILED}),
    S.IN_TRANSIT: frozenset({S.PAID, S.FAILED}),
    S.PAID: frozenset({S.RETURNED}),
    S.FAILED: frozenset(),  # Paid anew by another payout, which two people look at anew.
    S.RETURNED: frozenset(),
    S.CANCELLED: frozenset(),
    S.ON_HOLD: frozenset({S.REQUESTED, S.CANCELLED}),
}


class MoveRefused(Exception):
    """A payout cannot go from the state it is in to the one wanted."""


def lock(payout_id: UUID) -> Payout:
    """Return the payout, its account locked first: one owner's payouts go one at a time."""
    account_id = Payout.objects.values_list("account_id", flat=True).get(pk=payout_id)
    account = PayoutAccount.objects.select_for_update().get(pk=account_id)
    payout = Payout.objects.select_for_update().get(pk=payout_id)
    payout.account = account
    return payout


def check(payout: Payout, state: Payout.State) -> None:
    """Check that a payout may go to a state.

    Raises:
        MoveRefused: There is no way from the present state to that one.
    """
    if state not in ALLOWED[payout.state]:
        raise MoveRefused(f"A payout that is {payout.state} cannot become {state}.")


def move(payout: Payout, state: Payout.State, *, actor: str, reason: str, now: datetime) -> None:
    """Store a locked payout in its new state, with all else that was set on it.

    Raises:
        MoveRefused: There is no way from the present state to that one.
    """
    check(payout, state)
    note(payout, to=state, actor=actor, reason=reason, now=now)
    payout.state = state
    payout.save()


def note(
    payout: Payout, *, actor: str, reason: str, now: datetime, to: Payout.State | None = None
) -> None:
    """Write a step down; without `to` one that leaves the state as it is."""
    PayoutMove.objects.create(
        payout=payout,
        from_state=payout.state,
        to_state=to or payout.state,
        actor=actor,
        reason=reason[:250],
        at=now,
    )
