"""Giving money back: one row, one refund at the provider, however often it is tried.

The row is committed before the provider is called and the answer is stored afterwards. A call whose
answer was lost is repeated with the same key and the same parameters for as long as the provider
knows the key; after that we ask what happened first, and ask anew only where nothing did.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments import gateway, moves, queue
from payments.currencies import currency
from payments.gateway.base import ProviderRefused
from payments.gateway.refunds import RefundRequest
from payments.refunds import booking
from payments.refunds.looking import NotBookedYet, look_at, look_at_charge, payment_of_charge
from payments.refunds.models import Refund
from payments.refunds.selectors import refundable

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.models import Payment
    from payments.money import Money

__all__ = [
    "KeyForAnotherRefund",
    "MoreThanCaptured",
    "NotBookedYet",
    "NothingToRefund",
    "OtherCurrency",
    "RefundRefused",
    "TooFinelyDivided",
    "ask",
    "ask_due",
    "look_at",
    "look_at_charge",
    "payment_of_charge",
    "request",
]

logger = logging.getLogger(__name__)

KEY_LIFE = timedelta(hours=23)  # The provider keeps a key for a day; clocks may be apart.
ANSWER_DUE = timedelta(minutes=1)  # No call to the provider takes longer than this.
SOON = timedelta(minutes=3)  # What is queued again should have been looked at by then.
BATCH = 200


class RefundRefused(Exception):
    """Money that cannot be given back. The message is fit to be shown."""


class NothingToRefund(RefundRefused):
    """The payment brought no money, or none of it is left."""


class MoreThanCaptured(RefundRefused):
    """More than is left of what was captured."""


class OtherCurrency(RefundRefused):
    """Money goes back in the currency in which it came."""


class TooFinelyDivided(RefundRefused):
    """The provider moves no such small parts of this currency."""


class KeyForAnotherRefund(RefundRefused):
    """The caller's key stands for a refund of another payment or amount."""


@transaction.atomic
def request(  # noqa: PLR0913  What, how much, why, by whom and under which key.
    *,
    payment_id: UUID,
    amount: Money,
    reason: str,
    requested_by: str,
    idempotency_key: str,
    now: datetime,
) -> Refund:
    """Write down that money is to be given back and wake the worker; a repeat returns the first.

    Raises:
        NothingToRefund: The payment brought no money, or none of it is left.
        MoreThanCaptured: Less is left than asked, or less than nothing is asked.
        OtherCurrency: The money came in another currency.
        TooFinelyDivided: The provider moves no such small parts of this currency.
        KeyForAnotherRefund: The key stands for another payment or amount.
    """
    payment = moves.lock(payment_id)
    known = Refund.objects.filter(idempotency_key=idempotency_key).first()
    if known is not None:
        if (known.payment_id, known.amount) != (payment.pk, amount):
            raise KeyForAnotherRefund(_("This refund was asked for with another amount."))
        return known
    _check(payment, amount)
    refund = Refund.objects.create(
        payment=payment,
        amount_minor=amount.minor,
        currency=amount.currency,
        reason=reason,
        requested_by=requested_by,
        idempotency_key=idempotency_key,
        created_at=now,
        due_at=now + ANSWER_DUE,
    )
    queue.wake_on_commit("refunds.ask", refund_id=str(refund.pk))
    return refund


def ask(*, refund_id: UUID, now: datetime) -> None:
    """Have the provider give back what was asked for, or ask what became of it.

    Call outside any transaction.

    Raises:
        ProviderUnavailable: No answer. The sweeper comes again.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.state != Refund.State.CREATED:
        look_at_charge(object_key=refund.payment.charge_key, now=now)
        return
    intended = _intend(refund_id, now)
    if intended is None:
        return
    if not _is_repeatable(intended, now):
        if _find(intended, now):
            return
        intended = _renew(intended, now)
    _give_back(intended, now)


@transaction.atomic
def ask_due(*, now: datetime) -> int:
    """Queue a look at every refund the provider has not confirmed for good; return how many."""
    refunds = Refund.objects.due(now).select_for_update(skip_locked=True)[:BATCH]
    for refund in refunds:
        refund.due_at = now + SOON
        refund.save(update_fields=["due_at"])
        queue.wake_on_commit("refunds.ask", refund_id=str(refund.pk))
    return len(refunds)


def _check(payment: Payment, amount: Money) -> None:
    left = refundable(payment)
    if payment.received_minor is None or not left:
        raise NothingToRefund(_("There is nothing left of this payment to give back."))
    if amount.currency != left.currency:
        raise OtherCurrency(_("Money goes back in the currency in which it came."))
    if not 0 < amount.minor <= left.minor:
        raise MoreThanCaptured(_("This is more than is left of this payment."))
    if amount.minor % currency(amount.currency).charge_step_minor:
        raise TooFinelyDivided(_("This amount is too finely divided to be given back."))


@transaction.atomic
def _intend(refund_id: UUID, now: datetime) -> Refund | None:
    """Write down that the provider is going to be asked, unless somebody is asking just now."""
    refund = _locked(refund_id)
    is_asked = refund.tried_at is not None and now < refund.tried_at + ANSWER_DUE
    if refund.state != Refund.State.CREATED or is_asked:
        return None
    refund.asked_at = refund.asked_at or now
    refund.tried_at = now
    refund.due_at = now + ANSWER_DUE
    refund.save(update_fields=["asked_at", "tried_at", "due_at"])
    return refund


@transaction.atomic
def _renew(asked: Refund, now: datetime) -> Refund:
    """Take a new key for what the provider never did.

    Of several who do so at once, the first one's is everybody's, however long they slept.
    """
    refund = _locked(asked.pk)
    if refund.asked_at == asked.asked_at:
        refund.asked_at = now
        refund.save(update_fields=["asked_at"])
    return refund


def _is_repeatable(refund: Refund, now: datetime) -> bool:
    return refund.asked_at is None or now < refund.asked_at + KEY_LIFE


def _find(refund: Refund, now: datetime) -> bool:
    """Book the refund that a lost answer told of, if there is one."""
    look_at_charge(object_key=refund.payment.charge_key, now=now)
    return Refund.objects.exclude(state=Refund.State.CREATED).filter(pk=refund.pk).exists()


def _give_back(refund: Refund, now: datetime) -> None:
    """Ask for the refund and book it; a refusal may follow an earlier call that did make it."""
    asked_at = refund.asked_at or now
    try:
        found = gateway.refunds().refund(
            RefundRequest(
                refund_key=str(refund.pk),
                idempotency_key=f"{refund.pk}-refund-{int(asked_at.timestamp())}",
                charge_key=refund.payment.charge_key,
                amount=refund.amount,
            )
        )
    except ProviderRefused as refusal:
        if not _find(refund, now):
            logger.warning("The provider refused refund %s: %s", refund.pk, refusal)
            _give_up(refund, str(refusal), now)
        return
    booking.book(payment_id=refund.payment_id, refunds=[found], now=now)


@transaction.atomic
def _give_up(asked: Refund, reason: str, now: datetime) -> None:
    """End a refund that the provider does not want, unless somebody asked again meanwhile."""
    refund = _locked(asked.pk)
    if refund.state == Refund.State.CREATED and refund.tried_at == asked.tried_at:
        booking.fail(refund=refund, reason=reason, now=now)


def _locked(refund_id: UUID) -> Refund:
    """Return the refund, locked after its payment."""
    payment_id = Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id)
    moves.lock(payment_id)
    return (
        Refund.objects.select_for_update(of=("self",)).select_related("payment").get(pk=refund_id)
    )
