"""Giving money of a contribution back because a person asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from payments.ledger.services import BalanceExceeded
from payments.models import Payment
from payments.refunds import services as refunds
from projects.funding.models import Contribution, Reversal
from projects.funding.services import reversals
from projects.funding.services.refusals import Busy, NotRefundable
from projects.funding.services.rows import busy_is_refused, locked_contribution, of_reference
from projects.matching import services as matching

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.money import Money


@busy_is_refused()
@transaction.atomic
def refund_contribution(  # noqa: PLR0913  What, how much, why, by whom and from which form.
    *,
    contribution_id: UUID,
    amount: Money,
    reason: str,
    requested_by: str,
    now: datetime,
    idempotency_key: str = "",
) -> Contribution:
    """Hold an amount of a contribution back and have it given back to its giver.

    `idempotency_key` is of the form it was asked for on; a repeat asks for nothing more. Without
    one, every call is a refund of its own.

    Raises:
        NotRefundable: nothing was paid, or less is left than asked; says why.
        Busy: others hold what is needed.
    """
    contribution = locked_contribution(contribution_id)
    if contribution.payment_id is None:
        raise NotRefundable
    return _refund(
        contribution,
        contribution.payment_id,
        amount=amount,
        reason=reason,
        requested_by=requested_by,
        form=idempotency_key,
        now=now,
    )


@busy_is_refused()
@transaction.atomic
def refund_payment(  # noqa: PLR0913  What, how much, why, by whom and from which form.
    payment_id: UUID,
    *,
    amount: Money,
    reason: str,
    requested_by: str,
    idempotency_key: str,
    now: datetime,
) -> Contribution:
    """Give back an amount of any payment that was made for a contribution.

    Of the payment that counts it is a refund of the contribution; all others (a second one, another
    amount, one that came too late) count for nobody, and the hold ends with the last of them.

    Raises:
        NotRefundable: it brought no money, or less is left than asked; says why.
        Busy: others hold what is needed.
    """
    payment = Payment.objects.get(pk=payment_id)
    contribution = of_reference(payment.reference)
    if contribution is None:
        raise NotRefundable
    return _refund(
        contribution,
        payment_id,
        amount=amount,
        reason=reason,
        requested_by=requested_by,
        form=idempotency_key,
        now=now,
    )


def of_contribution(payment: Payment) -> UUID | None:
    """Return the payment's id if it was made for a contribution."""
    is_ours = Contribution.objects.filter(key=payment.reference).exists()
    return payment.pk if is_ours else None


def _refund(  # noqa: PLR0913  As above.
    contribution: Contribution,
    payment_id: UUID,
    *,
    amount: Money,
    reason: str,
    requested_by: str,
    form: str,
    now: datetime,
) -> Contribution:
    """Ask for a refund and hold its money back; programmes are locked before the payment."""
    matching.lock_decided(contribution_ref=contribution.key)
    asked = form or f"refund-{contribution.reversals.count() + 1}"
    try:
        refund = refunds.request(
            payment_id=payment_id,
            amount=amount,
            reason=reason,
            requested_by=requested_by,
            idempotency_key=f"{contribution.key}:{asked}",
            now=now,
        )
    except refunds.RefundRefused as refusal:
        raise NotRefundable(str(refusal)) from refusal
    try:
        heard = reversals.hear(
            kind=Reversal.Kind.REFUND,
            key=str(refund.pk),
            payment_id=payment_id,
            reference=contribution.key,
            amount=amount,
            stage=Reversal.State.HELD,
            at=now,
            now=now,
        )
    except BalanceExceeded as refusal:  # A payout took what escrow had when it was read.
        raise Busy from refusal
    return heard or contribution
