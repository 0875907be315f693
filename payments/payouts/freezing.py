"""Stopping what has not been sent: on hold, cancelled, or approved for details that are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.payouts import booking, causes, ending, moves
from payments.payouts.models import Payout

if TYPE_CHECKING:
    from datetime import datetime

    from payments.payouts.models import PayoutAccount

S = Payout.State


def freeze(account: PayoutAccount, *, now: datetime) -> None:
    """Put what was approved for a locked account's old details on hold; approvals are forgotten.

    What was submitted, and has neither been asked for nor gone into a file, comes to nothing.
    """
    waiting = account.payouts.select_for_update().filter(
        state__in=[S.REQUESTED, S.APPROVED, S.SCHEDULED, S.SUBMITTED], asked_at=None
    )
    for payout in waiting.order_by("id"):
        payout.account = account
        if payout.state == S.SUBMITTED:
            ending.fail_unsent(payout, cause=causes.DETAILS_CHANGED, now=now)
        elif payout.state != S.REQUESTED:
            stop(payout, S.ON_HOLD, actor=moves.WEFT, reason=causes.DETAILS_CHANGED, now=now)
        elif payout.approved_by:
            forget_approvals(payout)
            payout.save()
            moves.note(payout, actor=moves.WEFT, reason=causes.DETAILS_CHANGED, now=now)


def stop(payout: Payout, state: Payout.State, *, actor: str, reason: str, now: datetime) -> None:
    """Take a locked payout that was not sent out of the way; the escrow gets back what it held.

    Raises:
        MoveRefused: It was sent, or it is over.
    """
    moves.check(payout, state)
    if payout.state == S.SCHEDULED:
        booking.give_up(payout, now=now)
        payout.receivable_minor = 0
    forget_approvals(payout)
    payout.waits_for = ""
    payout.due_at = None
    moves.move(payout, state, actor=actor, reason=reason, now=now)


def forget_approvals(payout: Payout) -> None:
    payout.approved_by = payout.second_approved_by = payout.approved_digest = ""
