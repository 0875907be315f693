"""Paying owners: asked for by one person, approved by another, above a limit by two others.

What is here decides; `sending` sends, `ending` takes in what became of it, `accounts` knows where
owners are paid, `treasury` pays from a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments.money import Money
from payments.payouts import freezing, moves
from payments.payouts.accounts import (
    AccountRefused,
    ask_about_account,
    begin_onboarding,
    free_at,
    give_details,
    look_at_account,
    look_at_accounts,
    open_onboarding,
)
from payments.payouts.looking import look_at_payout, look_at_transfer
from payments.payouts.models import Payout, PayoutAccount
from payments.payouts.moves import MoveRefused
from payments.payouts.sending import Waiting, carry_on, carry_on_due, submit_due, waits_for
from payments.payouts.treasury import (
    TreasuryRefused,
    export,
    mark_failed,
    mark_paid,
    mark_returned,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

__all__ = [
    "AccountRefused",
    "FourEyes",
    "MoveRefused",
    "NoAccount",
    "OtherPayout",
    "PayoutRefused",
    "TreasuryRefused",
    "Waiting",
    "approve",
    "as_compared",
    "ask_about_account",
    "begin_onboarding",
    "cancel",
    "carry_on",
    "carry_on_due",
    "export",
    "free_at",
    "give_details",
    "hold",
    "look_at_account",
    "look_at_accounts",
    "look_at_payout",
    "look_at_transfer",
    "mark_failed",
    "mark_paid",
    "mark_returned",
    "open_onboarding",
    "release",
    "request_payout",
    "retry",
    "submit_due",
    "waits_for",
]

S = Payout.State


class PayoutRefused(Exception):
    """A payout that cannot be asked for or approved. The message is fit to be shown."""


class NoAccount(PayoutRefused):
    """The owner has no account in this currency."""


class OtherPayout(PayoutRefused):
    """The reference stands for a payout of something else."""


class FourEyes(PayoutRefused):
    """Another person has to do this."""


@transaction.atomic
def request_payout(  # noqa: PLR0913  What is paid, whose and for what: all of it is the caller's.
    *,
    owner_ref: str,
    source_ref: str,
    amount: Money,
    reference: str,
    requested_by: str,
    now: datetime,
    second_above: Money | None = None,
) -> Payout:
    """Ask for a payout from the escrow of `source_ref`; a repeat returns the one there is.

    `second_above` is the programme's limit for one approver; by default it is that of settings.

    Raises:
        NoAccount: The owner is not paid in this currency.
        OtherPayout: The reference stands for another amount, owner or escrow.
        PayoutRefused: Nothing, or less.
    """
    account = PayoutAccount.objects.filter(owner_ref=owner_ref, currency=amount.currency).first()
    if account is None:
        raise NoAccount(_("This owner has no account to be paid on in this currency."))
    if amount.minor <= 0:
        raise PayoutRefused(_("A payout is of more than nothing."))
    asked = Payout(
        account=account,
        source_ref=source_ref,
        reference=reference,
        amount_minor=amount.minor,
        currency=amount.currency,
        second_above_minor=_limit(amount, second_above),
        requested_by=requested_by,
        created_at=now,
    )
    return _begun(asked, now)


@transaction.atomic
def approve(*, payout_id: UUID, by: str, now: datetime) -> Payout:
    """Approve a request for the details there are now; above the limit the second one counts.

    Raises:
        FourEyes: `by` asked for it, approved it already, or gave the details it is paid to.
        NoAccount: There are no details that could be approved.
        MoveRefused: It is not waiting for an approval.
    """
    payout = moves.lock(payout_id)
    moves.check(payout, S.APPROVED)
    if not payout.account.details_digest:
        raise NoAccount(_("The owner has not said where to be paid."))
    details = payout.account.changes.last()
    before = (payout.requested_by, payout.approved_by, details.actor if details else "")
    if as_compared(by) in {"", *map(as_compared, before)}:
        raise FourEyes(_("Somebody else has to approve this."))
    if payout.needs_second and not payout.approved_by:
        payout.approved_by, payout.approved_digest = by, payout.account.details_digest
        payout.save()
        moves.note(payout, actor=by, reason="first approval", now=now)
        return payout
    if payout.approved_by:
        payout.second_approved_by = by
    else:
        payout.approved_by, payout.approved_digest = by, payout.account.details_digest
    moves.move(payout, S.APPROVED, actor=by, reason="approved", now=now)
    return payout


@transaction.atomic
def hold(*, payout_id: UUID, by: str, reason: str, now: datetime) -> Payout:
    """Put a payout that was not sent on hold; its approvals are forgotten.

    Raises:
        MoveRefused: It was sent, or it is over.
        PayoutRefused: Without a reason.
    """
    return _stopped(payout_id, S.ON_HOLD, by, reason, now)


@transaction.atomic
def cancel(*, payout_id: UUID, by: str, reason: str, now: datetime) -> Payout:
    """End a payout that was not sent.

    Raises:
        MoveRefused: It was sent, or it is over.
        PayoutRefused: Without a reason.
    """
    return _stopped(payout_id, S.CANCELLED, by, reason, now)


@transaction.atomic
def release(*, payout_id: UUID, by: str, reason: str, now: datetime) -> Payout:
    """Let a payout on hold be looked at again, by as many people as before.

    Raises:
        MoveRefused: It is not on hold.
        PayoutRefused: Without a reason.
    """
    _check_reason(reason)
    payout = moves.lock(payout_id)
    moves.move(payout, S.REQUESTED, actor=by, reason=reason, now=now)
    return payout


@transaction.atomic
def retry(*, payout_id: UUID, requested_by: str, now: datetime) -> Payout:
    """Ask anew for what failed or came back, once its money is back; a repeat returns it.

    Raises:
        PayoutRefused: It did not end badly, or its money is still out.
    """
    old = moves.lock(payout_id)
    if old.state not in Payout.ENDED_BADLY or old.money_back_at is None:
        raise PayoutRefused(_("Only a payout whose money came back can be asked for anew."))
    known = Payout.objects.filter(replaces=old).first()
    if known is not None:
        return known
    return _begun(
        Payout(
            account=old.account,
            replaces=old,
            source_ref=old.source_ref,
            reference=old.reference,
            amount_minor=old.amount_minor,
            currency=old.currency,
            second_above_minor=old.second_above_minor,
            requested_by=requested_by,
            created_at=now,
        ),
        now,
    )


def as_compared(name: str) -> str:
    """Return a name as it is compared: case and blanks make nobody another person."""
    return name.strip().casefold()


def _limit(amount: Money, given: Money | None) -> int:
    if given is not None:
        return (given - Money(0, amount.currency)).minor
    limits: dict[str, int] = settings.PAYOUT_SECOND_ABOVE
    return limits.get(amount.currency, 0)


def _begun(asked: Payout, now: datetime) -> Payout:
    """Save a payout, or return the live one of its reference if it is the same."""
    Payout.objects.bulk_create([asked], ignore_conflicts=True)
    over = (*Payout.ENDED_BADLY, S.CANCELLED)
    payout = (
        Payout.objects.select_for_update().exclude(state__in=over).get(reference=asked.reference)
    )
    if payout.pk == asked.pk:
        moves.note(payout, actor=asked.requested_by, reason="requested", now=now)
    elif (payout.account_id, payout.source_ref, payout.amount) != (
        asked.account_id,
        asked.source_ref,
        asked.amount,
    ):
        raise OtherPayout(_("This reference stands for another payout."))
    return payout


def _stopped(payout_id: UUID, state: Payout.State, by: str, reason: str, now: datetime) -> Payout:
    _check_reason(reason)
    payout = moves.lock(payout_id)
    freezing.stop(payout, state, actor=by, reason=reason, now=now)
    return payout


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise PayoutRefused(_("Say why."))
