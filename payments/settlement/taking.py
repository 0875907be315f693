"""Booking what the provider says became of a payment, once, in any order and repetition."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from payments import booking, events, moves
from payments.gateway.base import ChargeStatus
from payments.models import Payment

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from payments.gateway.base import Charge, ProviderCharge
    from payments.models import PaymentQuerySet

SOON = timedelta(minutes=5)
AWAITING = (Payment.State.CREATED, Payment.State.OPEN, Payment.State.PROCESSING)
EXCEPTIONS = {"amount": "amount_mismatch"}  # Where reconciliation has another word for it.
ENDS = {ChargeStatus.FAILED: Payment.State.FAILED, ChargeStatus.EXPIRED: Payment.State.EXPIRED}


class ChargeBelongsElsewhere(Exception):
    """The provider's charge was made for another payment than the one it was offered for."""


@transaction.atomic
def settle(*, payment_id: UUID, charge: ProviderCharge, now: datetime) -> Payment:
    """Book what became of a payment; a repeat changes nothing.

    Raises:
        ChargeBelongsElsewhere: The charge names another payment.
    """
    payment = moves.lock(payment_id)
    if charge.payment_key != str(payment.pk):
        raise ChargeBelongsElsewhere(f"{charge.page_key} is not of payment {payment.pk}.")
    if payment.state in Payment.RECEIVED:
        return payment
    payment.page_key = charge.page_key or payment.page_key
    payment.intent_key = charge.intent_key or payment.intent_key
    payment.email = ""
    if charge.charge is not None:
        _receive(payment, charge.charge, now)
    elif charge.status in ENDS:
        _end(payment, ENDS[charge.status], now)
    elif charge.status is ChargeStatus.HELD and charge.held_until is not None:
        _hold(payment, charge.held_until, now)
    elif charge.status is ChargeStatus.PROCESSING and _awaits_money(payment):
        payment.due_at = now + SOON if payment.collection == Payment.Collection.PAGE else None
        moves.move(payment, Payment.State.PROCESSING, cause="provider", now=now)
    return payment


def is_in_vain(payment: Payment) -> bool:
    """Say whether nobody waits for the money: the payment was given up, or it came elsewhere."""
    return not payment.is_live or received_beside(payment).exists()


def received_beside(payment: Payment) -> PaymentQuerySet:
    """Return the other payments of the reference that brought money."""
    siblings = Payment.objects.filter(reference=payment.reference).with_money()
    return siblings.exclude(pk=payment.pk)


def _awaits_money(payment: Payment) -> bool:
    return payment.state in {Payment.State.CREATED, Payment.State.OPEN}


def _hold(payment: Payment, held_until: datetime, now: datetime) -> None:
    """Note that money is authorised; where nobody waits for it, it is released at once."""
    payment.held_until = held_until
    if payment.state not in AWAITING:
        payment.due_at = payment.due_at if payment.is_live else now
        payment.save(update_fields=["page_key", "intent_key", "email", "held_until", "due_at"])
        return
    payment.due_at = now if is_in_vain(payment) else held_until + SOON
    moves.move(payment, Payment.State.HELD, cause="authorised", now=now)
    events.publish(
        events.PaymentHeld(
            payment_id=str(payment.pk),
            reference=payment.reference,
            amount_minor=payment.amount_minor,
            currency=payment.currency,
            held_until=held_until.isoformat(),
        )
    )


def _receive(payment: Payment, charge: Charge, now: datetime) -> None:
    """Book money that arrived and announce it, unless it is not the money that was asked for."""
    booking.post(payment, charge)
    payment.charge_key = charge.key
    payment.received_minor, payment.received_currency = charge.amount.minor, charge.amount.currency
    payment.fee_minor, payment.fee_currency = charge.fee.minor, charge.fee.currency
    payment.settled_at = charge.charged_at
    payment.due_at = None
    payment.difference = _difference(payment, charge)
    if payment.difference in {"", Payment.FEE_CURRENCY}:
        moves.move(payment, Payment.State.SETTLED, cause="charge", now=now)
        _announce_settled(payment, charge)
    else:
        moves.move(payment, Payment.State.DIFFERS, cause=payment.difference, now=now)
        events.publish(
            events.PaymentDiffers(str(payment.pk), payment.reference, payment.difference)
        )
    if payment.difference:
        events.publish(_exception(payment, charge))
    pages = Payment.objects.live().filter(collection=Payment.Collection.PAGE)
    pages.filter(reference=payment.reference).update(due_at=now)  # To be closed.


def _exception(payment: Payment, charge: Charge) -> events.ExceptionFound:
    """Return what a person has to look at, in the words of reconciliation."""
    ours, theirs = payment.expected.minor, charge.amount
    expected: int | None = ours
    if payment.difference == Payment.FEE_CURRENCY:
        expected, theirs = None, charge.fee
    elif payment.difference == "surplus":
        expected = None
    return events.ExceptionFound(
        kind=EXCEPTIONS.get(payment.difference, payment.difference),
        provider_key=charge.key,
        reference=payment.reference,
        ours_minor=expected,
        theirs_minor=theirs.minor,
        currency=theirs.currency,
    )


def _announce_settled(payment: Payment, charge: Charge) -> None:
    events.publish(
        events.PaymentSettled(
            payment_id=str(payment.pk),
            reference=payment.reference,
            amount_minor=charge.amount.minor,
            currency=charge.amount.currency,
            fee_minor=charge.fee.minor if charge.fee.currency == charge.amount.currency else 0,
            settled_at=charge.charged_at.isoformat(),
        )
    )


def _difference(payment: Payment, charge: Charge) -> str:
    """Return in what the money differs from what was asked, or nothing."""
    if charge.amount.currency != payment.currency:
        return "currency"
    if charge.amount != payment.expected:
        return "amount"
    if received_beside(payment).exists():
        return "surplus"
    if charge.fee.currency != payment.currency:
        return Payment.FEE_CURRENCY
    return ""


def _end(payment: Payment, state: Payment.State, now: datetime) -> None:
    payment.due_at = None
    if not payment.is_live:  # Given up before; now there is nothing left to ask about.
        payment.save(update_fields=["page_key", "intent_key", "due_at", "email"])
        return
    moves.move(payment, state, cause="provider", now=now)
    events.publish(events.PaymentFailed(str(payment.pk), payment.reference, str(state)))
